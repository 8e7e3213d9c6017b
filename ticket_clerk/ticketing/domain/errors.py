"""Everything that can go wrong with an order, as a tree.

::

    PaymentError
    ├── ConfigError             a setting is missing or wrong
    ├── InvalidRequest          the caller's value is wrong; ``field`` names it
    │   └── InvalidAmount       not a sum of money that Stripe takes
    ├── ShowNotOnSale           unknown, past or withdrawn
    │   └── ExtraNotOnSale      the show has no such extra
    ├── ShowNotFound            no show has that id
    ├── ShowNotChangeable       over, or called off before
    ├── InvalidQuantity         not a whole number of tickets above zero
    ├── TooManyTickets          above the limit of one order
    ├── TooManyOpenOrders       the buyer has as many unpaid orders as we allow
    │   └── TooManyUnpaidSeats  so many seats of the show are held for one address
    ├── SoldOut                 fewer seats are left than asked for
    │   └── ExtraSoldOut        fewer of an extra are left than asked for
    ├── PriceChanged            the sum is not the one that the buyer agreed to
    ├── CodeNotTaken            a promotion code that can't be used; ``reason`` says why
    ├── OrderNotFound           no such order, or somebody else's
    ├── TicketNotFound          no ticket has that id
    ├── OrderNotCancelable      paid, or already closed
    ├── NotRefundable           what was asked can't be given back; ``reason`` says why
    ├── NotUpgradable           these seats can't be bettered; ``reason`` says why
    ├── AlreadySubscribed       the buyer has that season ticket
    ├── NotErasable             something of the buyer's is unsettled; ``reasons`` say what
    ├── KeyReused               an Idempotency-Key that belongs to another request
    ├── InvalidSignature        a webhook that Stripe did not sign
    ├── StripeRejected          Stripe says no; asking again is no use
    │   ├── CardDeclined        the bank says no
    │   ├── StripeNotFound      Stripe has no such object
    │   ├── ValueNotTaken       a value that only Stripe could judge
    │   │   └── AmountNotTaken  too small, too large, or more than is left to give back
    │   ├── WrongState          what is asked cannot be done to it any more, or not yet
    │   └── IdempotencyConflict the same key was used for something else
    ├── StripeUnavailable       no answer; ask again with the same key
    ├── HostUnavailable         the host's catalog did not say whether the seats are ours
    ├── HandoffNotFound         no conversation was handed over under that id
    ├── OperatorsUnavailable    their webhook did not take it
    ├── MailUnavailable         the mail server did not take it
    ├── NoMailAddress           a payment without an address to write to
    ├── RasaUnavailable         the conversation could not be reached
    ├── ConversationBusy        a turn of the conversation is under way
    └── DatabaseUnavailable     locked, full or away

``code`` is stable and goes into answers, logs and ``utter_error_<code>`` responses.
``retry_safe`` says whether the very same call may be made again. Messages are sentences for
people and hold no secret and no text that a buyer typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

# Stripe's code for: https://docs.stripe.com/rate-limits.
RATE_LIMITED = "rate_limit"


class PaymentError(Exception):
    """Root of the tree; carries ``code`` and ``retry_safe``."""

    code: ClassVar[str] = "payment_error"
    retry_safe: ClassVar[bool] = False

    @classmethod
    def codes(cls) -> frozenset[str]:
        """Give this error's code and those of all its kinds."""
        return frozenset({cls.code}).union(*(kind.codes() for kind in cls.__subclasses__()))


class ConfigError(PaymentError):
    """A setting is missing or wrong; the message names it and says what to write."""

    code = "config_error"


class InvalidRequest(PaymentError):
    """A value that the caller gave cannot be used."""

    code = "invalid_request"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        """Keep the name of the offending field, for the answer's sake."""
        super().__init__(message)
        self.field = field


class InvalidAmount(InvalidRequest):
    """Not a sum of money: too many decimals, not finite, not positive, or an unknown currency."""

    code = "invalid_amount"


class ShowNotOnSale(PaymentError):
    """The show (or section) is unknown, has begun or was withdrawn from sale."""

    code = "show_not_on_sale"


class ExtraNotOnSale(ShowNotOnSale):
    """The show has no such extra, or it was withdrawn from sale."""

    code = "extra_not_on_sale"


class ShowNotFound(PaymentError):
    """No show has that id."""

    code = "show_not_found"


class ShowNotChangeable(PaymentError):
    """The show is over, or nothing can come after what was done to it; nothing was changed."""

    code = "show_not_changeable"


class InvalidQuantity(PaymentError):
    """The number of tickets is not a whole number above zero."""

    code = "invalid_quantity"


class TooManyTickets(PaymentError):
    """More tickets than one order may hold."""

    code = "too_many_tickets"

    def __init__(self, limit: int) -> None:
        """``limit`` is the largest number that is allowed."""
        super().__init__(f"One order may hold at most {limit} tickets.")
        self.limit = limit


class TooManyLines(PaymentError):
    """More shows or sections than one order may have."""

    code = "too_many_lines"

    def __init__(self, limit: int) -> None:
        """Keep the limit for the sentence to the buyer."""
        super().__init__(f"One order has {limit} shows or sections at most.")
        self.limit = limit


class TooManyOpenOrders(PaymentError):
    """The buyer has as many unpaid orders as one buyer may have."""

    code = "too_many_open_orders"

    def __init__(self, limit: int) -> None:
        """``limit`` is the number of unpaid orders that a buyer may have."""
        super().__init__(f"There are already {limit} unpaid orders; pay or cancel one first.")
        self.limit = limit


class TooManyUnpaidSeats(TooManyOpenOrders):
    """As many seats of a show are held for one address as may be held without a payment."""

    code = "too_many_unpaid_seats"

    def __init__(self, limit: int) -> None:
        """``limit`` is the number of unpaid seats that an address may have."""
        PaymentError.__init__(self, f"There are already up to {limit} unpaid seats; pay first.")
        self.limit = limit


class SoldOut(PaymentError):
    """Fewer seats are left than were asked for; nothing was held."""

    code = "sold_out"

    def __init__(self, seats_left: int) -> None:
        """``seats_left`` is what was left at that moment, 0 or more."""
        super().__init__(f"Only {seats_left} seats are left.")
        self.seats_left = seats_left


class ExtraSoldOut(SoldOut):
    """Fewer of an extra are left than were asked for; nothing was held."""

    code = "extra_sold_out"

    def __init__(self, name: str, left: int) -> None:
        """``left`` is what was left at that moment, 0 or more."""
        super().__init__(left)
        self.args = (f"Only {left} of {name} are left.",)
        self.name = name


class PriceChanged(PaymentError):
    """The sum is no longer the one that the buyer was shown; nothing was ordered."""

    code = "price_changed"

    def __init__(self, amount: int, currency: str) -> None:
        """``amount`` is what it costs now, in minor units."""
        super().__init__("The price has changed since it was shown.")
        self.amount = amount
        self.currency = currency


class CodeNotTaken(PaymentError):
    """A promotion code can't be used for this; nothing was ordered."""

    code = "code_not_taken"

    def __init__(self, reason: str, *, minimum: int = 0, currency: str = "") -> None:
        """Say why and, for ``minimum``, from which sum on it can, in minor units.

        ``reason`` is off (none is taken here), unknown, over (expired, used up or switched off),
        not_yours (for another customer, or for first purchases), currency, minimum, too_often (so
        many were tried that none is looked up for a while), or refused (Stripe takes it for less,
        or not at all).
        """
        super().__init__(f"The promotion code is not taken: {reason.replace('_', ' ')}.")
        self.reason = reason
        self.minimum = minimum
        self.currency = currency


def require_quoted(amount: int, currency: str, quoted_amount: int | None) -> None:
    """Raise PriceChanged unless ``amount`` is what was quoted; without a quote anything is."""
    if quoted_amount not in {None, amount}:
        raise PriceChanged(amount, currency)


class OrderNotFound(PaymentError):
    """There is no such order for this buyer; says the same of another buyer's order."""

    code = "order_not_found"


class TicketNotFound(PaymentError):
    """No ticket has that id."""

    code = "ticket_not_found"


class OrderNotCancelable(PaymentError):
    """The order is paid or closed, so there is nothing to cancel."""

    code = "order_not_cancelable"

    def __init__(self, status: str) -> None:
        """``status`` is the order's status, as in :class:`models.OrderStatus`."""
        super().__init__(f"The order is {status} and can't be canceled.")
        self.status = status


class NotRefundable(PaymentError):
    """The buyer can't have that money back now; nothing was changed."""

    code = "not_refundable"

    def __init__(self, reason: str, *, until: datetime | None = None) -> None:
        """Say why and, for ``too_late``, when the last moment was.

        ``reason`` is unpaid, too_late, disputed, nothing_left, season_ticket, upgrade_open,
        needs_attention, paid_elsewhere (a messenger's provider other than Stripe has the money),
        used (somebody came in with them), free (a code had left nothing to pay), called_off (all
        goes back by itself), or changed: what was quoted is no longer so, quote it again.
        """
        super().__init__(f"This order can't be refunded: {reason.replace('_', ' ')}.")
        self.reason = reason
        self.until = until


class NotUpgradable(PaymentError):
    """The seats of this order can't be bettered now; nothing was changed."""

    code = "not_upgradable"

    def __init__(self, reason: str) -> None:
        """Say why.

        ``reason`` is unpaid, begun, disputed, nothing_left, season_ticket, refund_pending,
        no_dearer, sold_out or needs_attention.
        """
        super().__init__(f"This order can't be upgraded: {reason.replace('_', ' ')}.")
        self.reason = reason


class AlreadySubscribed(PaymentError):
    """The buyer has that season ticket already; ``order_id`` is the order of it."""

    code = "already_subscribed"

    def __init__(self, order_id: str) -> None:
        """Keep the number of the order that they have."""
        super().__init__("There is a season ticket of that kind already.")
        self.order_id = order_id


class NotErasable(PaymentError):
    """The buyer can't be erased while something of theirs is not settled; nothing was changed."""

    code = "not_erasable"

    def __init__(self, reasons: Sequence[str]) -> None:
        """``reasons`` are sentences, each of which says what to do."""
        super().__init__("\n".join(["Not erased, because of what is not settled:", *reasons]))
        self.reasons = tuple(reasons)


class KeyReused(PaymentError):
    """The Idempotency-Key was sent before with another request."""

    code = "idempotency_conflict"


class InvalidSignature(PaymentError):
    """The request was not signed by Stripe with our secret, or too long ago."""

    code = "invalid_signature"


class StripeError(PaymentError):
    """Root of what Stripe's side can do to us; ``request_id`` is Stripe's, for its support."""

    code = "stripe_error"

    def __init__(
        self, message: str, *, stripe_code: str | None = None, request_id: str | None = None
    ) -> None:
        """Keep Stripe's own code and request id; never its message's raw body."""
        super().__init__(message)
        self.stripe_code = stripe_code
        self.request_id = request_id


class StripeRejected(StripeError):
    """Stripe understood and refused; the same call will be refused again."""

    code = "stripe_rejected"


class CardDeclined(StripeRejected):
    """The bank refused; ``stripe_code`` is its decline code."""

    code = "card_declined"


class StripeNotFound(StripeRejected):
    """Stripe has no object of that id."""

    code = "not_found"


class ValueNotTaken(StripeRejected):
    """A value that the caller gave is nothing that Stripe takes; the message begins with which."""

    code = "invalid_request"


class AmountNotTaken(ValueNotTaken):
    """The amount is too small, too large, or more than is left of the payment."""

    code = "invalid_amount"


class WrongState(StripeRejected):
    """The object is in a state in which that cannot be done, e.g. refunded or canceled already."""

    code = "wrong_state"


class IdempotencyConflict(StripeRejected):
    """The idempotency key was used before, with other contents."""

    code = "idempotency_conflict"


class StripeUnavailable(StripeError):
    """No usable answer. What was asked may have happened: repeat it with the same key."""

    code = "stripe_unavailable"
    retry_safe = True

    @property
    def is_rate_limited(self) -> bool:
        """Whether Stripe was asked too often, and did nothing."""
        return self.stripe_code == RATE_LIMITED


class HostUnavailable(PaymentError):
    """The host's catalog, which keeps the seats itself, did not answer; none are held."""

    code = "host_unavailable"
    retry_safe = True


class HandoffNotFound(PaymentError):
    """No conversation was handed over under this id."""

    code = "handoff_not_found"


class OperatorsUnavailable(PaymentError):
    """The operators' webhook did not take it; ask again."""

    code = "operators_unavailable"
    retry_safe = True


class MailUnavailable(PaymentError):
    """The mail server did not take a mail, or there is none; ask again."""

    code = "mail_unavailable"
    retry_safe = True


class NoMailAddress(PaymentError):
    """A payment has no e-mail address at Stripe."""

    code = "no_mail_address"


class RasaUnavailable(PaymentError):
    """Rasa did not do it: a message stays in the outbox, a conversation stays where it is."""

    code = "rasa_unavailable"
    retry_safe = True


class ConversationBusy(PaymentError):
    """A turn holds the conversation; a notification is tried again later."""

    code = "conversation_busy"
    retry_safe = True


class DatabaseUnavailable(PaymentError):
    """The database is locked, full or away; nothing was half done."""

    code = "database_unavailable"
    retry_safe = True
