"""The stories of docs/stories.md, each with the points at which it is cut off and its end."""

from __future__ import annotations

from dataclasses import replace

from tests.crashes import after_sale
from tests.crashes.story import Outcome, Scenario, Story
from ticket_clerk.ticketing.failpoints import Failpoint

_P = Failpoint
_BUY = (Story.agree, Story.pay, Story.receive_events, Story.read)
_SOLD = Outcome(
    orders=("paid",),
    seats=(0, 2),
    sessions=("complete",),
    charged=(40000,),
    told=("utter_payment_confirmed",),
    tickets=("valid", "valid"),
)
_EXPIRED = Outcome(("expired",), (0, 0), ("expired",), (), ("utter_checkout_expired",))

BOUGHT = Scenario(_BUY, _SOLD)
DECLINED = Scenario(
    (Story.agree, Story.be_declined, Story.receive_events, Story.read),
    Outcome(("open",), (2, 0), ("open",), (), ("utter_payment_declined",)),
)
CANCELED = Scenario(
    (Story.agree, Story.cancel), Outcome(("canceled",), (0, 0), ("expired",), (), ())
)
# Ann never gets the link, and never comes back.
NEVER_LINKED = Scenario((Story.agree,), replace(_EXPIRED, sessions=()), then=(Story.stay_away,))
NEVER_SHOWN = Scenario((Story.agree,), _EXPIRED, then=(Story.stay_away,))
ABANDONED = Scenario((Story.agree, Story.stay_away, Story.read), _EXPIRED)
ASKED_ABOUT = Scenario((Story.agree, Story.pay, Story.ask, Story.read), _SOLD)
RECONCILED = Scenario((Story.agree, Story.pay, Story.restart, Story.read), _SOLD)
REFUNDED = Scenario(
    (*_BUY, Story.return_one, Story.receive_events, Story.read),
    replace(
        _SOLD,
        orders=("partially_refunded",),
        seats=(0, 1),
        refunded=(20000,),
        told=("utter_payment_confirmed", "utter_refund_succeeded"),
        tickets=("valid", "refunded"),
    ),
)
PAID_TOO_LATE = Scenario(
    (
        Story.agree,
        Story.pay,
        Story.lose_the_seats,
        Story.receive_events,
        Story.read,
        Story.restart,
        Story.read,
    ),
    replace(
        _SOLD,
        orders=("refunded",),
        seats=(0, 40),
        refunded=(40000,),
        told=("utter_payment_too_late", "utter_refund_of_late_payment"),
        tickets=(),
    ),
)
UPGRADED = Scenario(
    (after_sale.upgrade, Story.pay, Story.receive_events, Story.read),
    Outcome(
        orders=("paid", "paid"),
        seats=(0, 0),
        better=(0, 2),
        sessions=("complete", "complete"),
        charged=(30000, 40000),
        told=("utter_upgrade_confirmed",),
        tickets=("valid", "valid"),
    ),
    given=(after_sale.own_two,),
)
# She never hears of the link, and keeps what she has.
NEVER_UPGRADED = replace(
    UPGRADED,
    end=replace(
        _SOLD, orders=("paid", "expired"), told=("utter_upgrade_expired",), sessions=("complete",)
    ),
    then=(Story.stay_away,),
)
SUBSCRIBED = Scenario(
    (after_sale.subscribe, Story.pay, Story.receive_events, Story.read),
    Outcome(
        orders=("paid",),
        seats=(0, 0),
        sessions=("complete",),
        charged=(150000,),
        told=("utter_season_confirmed",),
        season=("active",),
        tickets=("valid",),
    ),
)
SEASON_ENDED = Scenario(
    (after_sale.end_season, Story.receive_events, Story.read),
    replace(SUBSCRIBED.end, told=("utter_season_canceling",), season=("ending",)),
    given=(after_sale.own_season,),
)
# She said it once.
SEASON_LEFT = replace(SEASON_ENDED, then=(Story.restart, Story.read))
WAITED = Scenario(
    (after_sale.join_the_list, after_sale.have_seats_come_back, Story.read),
    Outcome(("open",), (2, 38), ("open",), (), ("utter_seats_back",)),
    then=(after_sale.be_served, Story.read),
    given=(after_sale.be_too_late,),
)
JOINED = replace(WAITED, then=None)
REPLACED = Scenario(
    (after_sale.change_section, Story.pay, Story.receive_events, Story.read),
    replace(
        _SOLD,
        orders=("canceled", "paid"),
        seats=(0, 0),
        better=(0, 2),
        sessions=("complete", "expired"),
        charged=(70000,),
    ),
    given=(after_sale.order_two,),
)
# She is shown neither link, and never comes back.
NEVER_REPLACED = replace(
    REPLACED,
    end=Outcome(("canceled",), (0, 0), ("expired",), (), ()),
    then=(Story.stay_away,),
)

CAME_IN = Scenario(
    (after_sale.come_in,),
    replace(_SOLD, told=(), tickets=("used", "valid"), let_in=1),
    given=(after_sale.own_two,),
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
_ENDING = (_P.SEASON_END_WISHED, _P.SEASON_END_TOLD, _P.SEASON_APPLIED, _P.SEASON_REFRESHED)
_CHANGING = (_P.REPLACEMENT_NOTED, _P.REPLACEMENT_WRITTEN)
# Every point is in one of them at least.
CASES = {
    f"{name}-{point.value}": (scenario, point)
    for name, scenario, points in (
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
        ("upgraded", UPGRADED, (_P.UPGRADE_WRITTEN, _P.SESSION_MADE, _P.EVENT_APPLIED)),
        ("never upgraded", NEVER_UPGRADED, (_P.ORDER_STORED,)),
        ("subscribed", SUBSCRIBED, (_P.SEASON_WRITTEN, _P.EVENT_APPLIED)),
        ("season ended", SEASON_ENDED, _ENDING[1:]),
        ("season left", SEASON_LEFT, _ENDING[:1]),
        ("joined", JOINED, (_P.WAIT_JOINED,)),
        ("waited", WAITED, (_P.OFFER_WRITTEN, _P.OFFER_STORED, _P.SESSION_MADE)),
        ("replaced", REPLACED, (*_CHANGING, _P.ORDER_STORED)),
        ("never replaced", NEVER_REPLACED, _CHANGING[:1]),
        ("came in", CAME_IN, (_P.TICKET_WRITTEN, _P.TICKET_REDEEMED)),
    )
    for point in points
}
