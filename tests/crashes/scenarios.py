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
# A team scarf is bought with the tickets, and goes back with the last of them.
WITH_SCARF = Scenario(
    (Story.agree_to_a_scarf, *_BUY[1:]), replace(_SOLD, scarves=(0, 1), charged=(42500,))
)
SCARF_LEFT = replace(NEVER_LINKED, steps=(Story.agree_to_a_scarf,))
SCARF_RETURNED = Scenario(
    (*WITH_SCARF.steps, Story.return_both, Story.receive_events, Story.read),
    replace(
        WITH_SCARF.end,
        orders=("refunded",),
        seats=(0, 0),
        scarves=(0, 0),
        refunded=(42500,),
        told=("utter_payment_confirmed", "utter_refund_succeeded"),
        tickets=("refunded", "refunded"),
    ),
)
# Two sections are one payment; a ticket of one of them goes back.
TWO_LINES = Scenario(
    (Story.agree_to_two_lines, *_BUY[1:]),
    replace(
        _SOLD,
        orders=("paid", "paid"),
        better=(0, 1),
        charged=(75000,),
        tickets=("valid", "valid", "valid"),
    ),
)
TWO_LINES_LEFT = replace(NEVER_LINKED, steps=(Story.agree_to_two_lines,))
TWO_LINES_CANCELED = replace(CANCELED, steps=(Story.agree_to_two_lines, Story.cancel))
LINE_RETURNED = Scenario(
    (*TWO_LINES.steps, Story.return_a_line, Story.receive_events, Story.read),
    replace(
        TWO_LINES.end,
        orders=("paid", "refunded"),
        better=(0, 0),
        refunded=(35000,),
        told=("utter_payment_confirmed", "utter_refund_succeeded"),
        tickets=("valid", "valid", "refunded"),
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
# They are never told of the link, and keep what they have.
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
REPORTED = Scenario(
    (after_sale.report_offline,),
    replace(CAME_IN.end, acts=("let_in", "let_in_twice")),
    given=(after_sale.own_two, after_sale.keep_the_door),
)
LINK_STOLEN = Scenario(
    (after_sale.have_it_replaced,),
    replace(_SOLD, told=()),
    given=(after_sale.own_two, after_sale.choose_the_first),
)
GIVEN_AWAY = replace(LINK_STOLEN, steps=(after_sale.give_it_away,))

# A host keeps the seats itself.
HOST_BOUGHT = replace(BOUGHT, end=replace(_SOLD, at_host=(2, 0)), has_host=True)
HOST_CANCELED = Scenario(
    (*CANCELED.steps, Story.read), replace(CANCELED.end, at_host=(0, 0)), has_host=True
)
HOST_REFUNDED = replace(REFUNDED, end=replace(REFUNDED.end, at_host=(1, 0)), has_host=True)
HOST_UPGRADED = Scenario(
    (*_BUY, *UPGRADED.steps),
    replace(
        UPGRADED.end,
        told=("utter_payment_confirmed", "utter_upgrade_confirmed"),
        at_host=(0, 2),
    ),
    has_host=True,
)
# She never gets the link, and never comes back.
HOST_LEFT = replace(NEVER_LINKED, end=replace(NEVER_LINKED.end, at_host=(0, 0)), has_host=True)
HOST_AWAY = Scenario(
    (after_sale.meet_a_host_that_takes_no_orders, Story.agree),
    Outcome(("canceled",), (0, 0), (), (), (), at_host=(0, 0)),
    then=(after_sale.meet_it_again,),
    has_host=True,
)
# The host refuses the other section, and she never gets the link for what she had.
HOST_REFUSED = Scenario(
    (Story.agree, after_sale.find_better_seats_gone, after_sale.change_section),
    replace(_EXPIRED, orders=("canceled", "canceled", "expired"), at_host=(0, 0)),
    then=(Story.stay_away, Story.read),
    has_host=True,
)
CALLED_OFF = Scenario(
    (
        Story.ask,
        after_sale.see_it_called_off,
        after_sale.be_refunded,
        Story.receive_events,
        Story.read,
    ),
    replace(
        _SOLD,
        orders=("refunded",),
        seats=(0, 38),
        refunded=(40000,),
        told=("utter_show_called_off", "utter_wait_called_off"),
        tickets=("canceled", "canceled"),
    ),
    given=(after_sale.own_two, after_sale.wait_for_more),
)
MOVED = Scenario(
    (Story.ask, after_sale.see_it_moved, after_sale.be_told_of_it, Story.read),
    replace(_SOLD, told=("utter_show_moved",)),
    given=(after_sale.own_two,),
)
REMINDED = Scenario(
    (Story.ask, after_sale.come_to_the_eve, after_sale.be_reminded, Story.read),
    replace(_SOLD, told=("utter_show_reminder",)),
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
_ASKING_HOST = (_P.HOST_RESERVED, _P.HOST_CONFIRMED)
_TELLING_HOST = (_P.HOST_PROMISE_CLAIMED, _P.HOST_RELEASED, _P.HOST_PROMISE_KEPT)
_CALLING_OFF = (_P.SHOW_CALLED_OFF, _P.CHANGE_WRITTEN, _P.CHANGE_APPLIED, _P.WAITS_ENDED)
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
        ("with scarf", WITH_SCARF, (_P.ORDER_WRITTEN, _P.EVENT_APPLIED, _P.EVENT_COMMITTED)),
        ("scarf left", SCARF_LEFT, (_P.ORDER_STORED,)),
        ("scarf returned", SCARF_RETURNED, _PAYING_BACK),
        ("two lines", TWO_LINES, (_P.ORDER_WRITTEN, *_MAKING[2:], *_TAKING[1:])),
        ("two lines left", TWO_LINES_LEFT, (_P.ORDER_STORED,)),
        ("two lines canceled", TWO_LINES_CANCELED, _CANCELING),
        ("line returned", LINE_RETURNED, (_P.REFUND_WRITTEN, *_PAYING_BACK)),
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
        ("host bought", HOST_BOUGHT, (_P.ORDER_STORED, *_ASKING_HOST)),
        ("host canceled", HOST_CANCELED, (*_CANCELING[2:], *_TELLING_HOST)),
        ("host refunded", HOST_REFUNDED, (*_PAYING_BACK[1:], _P.HOST_RELEASED)),
        ("host upgraded", HOST_UPGRADED, (_P.HOST_PROMISE_CLAIMED,)),
        ("host left", HOST_LEFT, _ASKING_HOST[:1]),
        ("host away", HOST_AWAY, (_P.HOST_GIVEN_UP,)),
        ("host refused", HOST_REFUSED, (_P.REPLACEMENT_RESTORED,)),
        ("called off", CALLED_OFF, (*_CALLING_OFF, *_PAYING_BACK)),
        ("moved", MOVED, (_P.SHOW_MOVED, _P.CHANGE_WRITTEN)),
        ("reminded", REMINDED, (_P.REMINDERS_WRITTEN,)),
        ("came in", CAME_IN, (_P.TICKET_WRITTEN, _P.TICKET_REDEEMED)),
        ("link stolen", LINK_STOLEN, (_P.SUCCESSOR_WRITTEN, _P.SUCCESSOR_ISSUED)),
        ("given away", GIVEN_AWAY, (_P.SUCCESSOR_WRITTEN, _P.SUCCESSOR_ISSUED)),
        ("reported", REPORTED, (_P.TICKET_WRITTEN, _P.TICKET_REDEEMED, _P.ADMISSION_NOTED)),
    )
    for point in points
}
