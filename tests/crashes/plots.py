"""The stories of docs/architecture.md, each with the points at which it is cut off and its end."""

from __future__ import annotations

from dataclasses import replace

from integrations.payments.crash_points import CrashPoint
from tests.crashes.story import Outcome, Plot, Story

_P = CrashPoint
_BUY = (Story.agree, Story.pay, Story.hear_from_stripe, Story.read)
_SOLD = Outcome(
    status="paid",
    seats=(0, 2),
    sessions=("complete",),
    charged=(40000,),
    told=("utter_payment_confirmed",),
)
_EXPIRED = Outcome("expired", (0, 0), ("expired",), (), ("utter_checkout_expired",))

BOUGHT = Plot(_BUY, _SOLD)
DECLINED = Plot(
    (Story.agree, Story.be_declined, Story.hear_from_stripe, Story.read),
    Outcome("open", (2, 0), ("open",), (), ("utter_payment_declined",)),
)
CANCELED = Plot((Story.agree, Story.cancel), Outcome("canceled", (0, 0), ("expired",), (), ()))
# He never hears of the link, and never comes back.
NEVER_LINKED = Plot((Story.agree,), replace(_EXPIRED, sessions=()), then=(Story.stay_away,))
NEVER_SHOWN = Plot((Story.agree,), _EXPIRED, then=(Story.stay_away,))
ABANDONED = Plot((Story.agree, Story.stay_away, Story.read), _EXPIRED)
ASKED_ABOUT = Plot((Story.agree, Story.pay, Story.ask, Story.read), _SOLD)
RECONCILED = Plot((Story.agree, Story.pay, Story.restart, Story.read), _SOLD)
REFUNDED = Plot(
    (*_BUY, Story.return_one, Story.hear_from_stripe, Story.read),
    replace(
        _SOLD,
        status="partially_refunded",
        seats=(0, 1),
        refunded=(20000,),
        told=("utter_payment_confirmed", "utter_refund_succeeded"),
    ),
)
PAID_TOO_LATE = Plot(
    (
        Story.agree,
        Story.pay,
        Story.lose_the_seats,
        Story.hear_from_stripe,
        Story.read,
        Story.restart,
        Story.read,
    ),
    replace(
        _SOLD,
        status="refunded",
        seats=(0, 40),
        refunded=(40000,),
        told=("utter_payment_too_late", "utter_refund_of_late_payment"),
    ),
)

_MAKING = (_P.ORDER_WRITTEN, _P.ORDER_STORED, _P.SESSION_MADE, _P.SESSION_ATTACHED)
_TAKING = (_P.EVENT_VERIFIED, _P.EVENT_RECORDED, _P.EVENT_APPLIED, _P.EVENT_COMMITTED)
_TELLING = (
    _P.MESSAGE_CLAIMED,
    _P.MESSAGE_UTTERED,
    _P.MESSAGE_SAID,
    _P.MESSAGE_SEEN,
    _P.MESSAGE_CLOSED,
)
_CANCELING = (_P.CANCEL_NOTED, _P.SESSION_CLOSED, _P.CANCEL_WRITTEN, _P.ORDER_CANCELED)
_COMPARING = (_P.ORDER_COMPARED, _P.ORDER_RECONCILED)
_PAYING_BACK = (_P.REFUND_MADE, _P.REFUND_APPLIED, _P.REFUND_SETTLED)
# Every point is in one of them at least.
CASES = {
    f"{name}-{point.value}": (plot, point)
    for name, plot, points in (
        ("bought", BOUGHT, (*_MAKING, *_TAKING, *_TELLING)),
        ("declined", DECLINED, (_P.EVENT_RECORDED,)),
        ("canceled", CANCELED, _CANCELING),
        ("never linked", NEVER_LINKED, (_P.ORDER_STORED,)),
        ("never shown", NEVER_SHOWN, (_P.SESSION_MADE,)),
        ("abandoned", ABANDONED, _COMPARING),
        ("asked about", ASKED_ABOUT, (_P.ORDER_ASKED_FOR, _P.ORDER_REFRESHED)),
        ("reconciled", RECONCILED, _COMPARING),
        ("refunded", REFUNDED, (_P.REFUND_WRITTEN, _P.REFUND_WISHED, *_PAYING_BACK)),
        ("paid too late", PAID_TOO_LATE, _PAYING_BACK),
    )
    for point in points
}
