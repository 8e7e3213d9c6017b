"""``python -m integrations.payments inbox``: list failed webhook events and process them again.

Without an option it lists. It prints ids, types, outcomes and error codes only.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables.webhook_events import RecordedEvent
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.events import failed_events


def run(container: Container, args: argparse.Namespace) -> int:
    """Run the command; return the exit code, 1 where something was left undone.

    Raises InvalidRequest for a time or an event's id that is none.
    """
    container.database.require_current_schema()
    if args.failed:
        return _replay(container, [event.id for event in failed_events.failed_events(container)])
    if args.id is not None:
        return _replay(container, [_event_id(args.id)])
    if args.since is not None:
        counts = failed_events.catch_up(container, _moment(args.since, container.now()))
        _print_counts(counts)
        return 0 if failed_events.is_all_done(counts) else 1
    if args.close is not None:
        is_closed = failed_events.close_event(container, args.close)
        print(f"{args.close}  {'closed' if is_closed else 'does not wait for anybody'}")
        return 0 if is_closed else 1
    _print_list("failed: take them again with --failed", failed_events.failed_events(container))
    _print_list(
        "need somebody: see to it, then --close EVT", failed_events.waiting_events(container)
    )
    return 0


def _replay(container: Container, webhook_event_ids: list[str]) -> int:
    outcomes = failed_events.replay(container, webhook_event_ids)
    _print_outcomes(outcomes)
    return 0 if failed_events.is_all_done(outcomes.values()) else 1


def _event_id(text: str) -> str:
    if not re.fullmatch(r"evt_\w+", text):
        raise InvalidRequest("--id must be like evt_1Q2w, an event's id at Stripe", field="id")
    return text


def _print_outcomes(outcomes: Mapping[str, str]) -> None:
    for event_id, outcome in outcomes.items():
        print(f"{event_id}  {outcome}")
    if not outcomes:
        print("No event has failed.")


def _print_counts(counts: Mapping[str, int]) -> None:
    print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "nothing missed")


def _print_list(title: str, events: list[RecordedEvent]) -> None:
    print(f"{len(events)} {title}" if events else f"0 {title.partition(':')[0]}")
    for event in events:
        words = [event.id, event.type, event.error or event.outcome, event.order_id or "-"]
        print(
            "  " + "  ".join([*words, f"{event.attempts} tried", f"{event.received_at:%F %T} UTC"])
        )


def _moment(text: str, now: datetime) -> datetime:
    """Read ISO 8601 (UTC without an offset), or how long ago: 3d, 12h, 30m."""
    ago = re.fullmatch(r"(\d{1,4})([dhm])", text)
    if ago:
        unit = {"d": "days", "h": "hours", "m": "minutes"}[ago[2]]
        return now - timedelta(**{unit: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise InvalidRequest(
            "--since must be like 2027-01-15T19:30, or 3d", field="since"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
