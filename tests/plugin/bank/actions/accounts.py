"""Balances."""

from rasa_sdk import Action

BALANCES = {"checking": 1250, "savings": 8000}


class TellBalance(Action):
    """Tells what is in an account."""

    def name(self):
        """As in the domain."""
        return "action_tell_balance"

    async def run(self, dispatcher, tracker, domain):
        """Tell the balance of the account that was named, or of the first."""
        account = tracker.get_slot("account") or "checking"
        dispatcher.utter_message(text=f"There are ${BALANCES.get(account, 0)} in {account}.")
        return []
