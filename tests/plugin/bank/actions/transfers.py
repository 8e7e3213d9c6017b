"""Transfers, which the bank asks about before it makes them."""

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet

from .accounts import BALANCES


class ValidateTransferForm(FormValidationAction):
    """Keeps out what no account has."""

    def name(self):
        """As in the domain."""
        return "validate_transfer_form"

    def validate_money(self, value, dispatcher, tracker, domain):
        """Take digits only."""
        digits = "".join(letter for letter in str(value) if letter.isdigit())
        return {"money": f"${digits}" if digits else None}


class Transfer(Action):
    """Moves the money after a yes."""

    def name(self):
        """As in the domain."""
        return "action_transfer"

    async def run(self, dispatcher, tracker, domain):
        """Say what became of it, and forget it."""
        money, recipient = tracker.get_slot("money"), tracker.get_slot("recipient")
        if tracker.get_slot("is_agreed"):
            BALANCES["checking"] -= int(money.lstrip("$"))
            dispatcher.utter_message(text=f"{money} went to {recipient}.")
        else:
            dispatcher.utter_message(text="No money was moved.")
        return [SlotSet(name, None) for name in ("money", "recipient", "is_agreed")]
