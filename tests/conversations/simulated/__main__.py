"""``make simulate``: three hundred buyers, how they fared, and what was said where it failed."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.conversations.simulated.goals import draw
from tests.conversations.simulated.market import FILE
from tests.conversations.simulated.play import play_all, summary, transcript_of
from tests.conversations.simulated.verdict import Verdict
from tests.journeys.clerk import Clerk

LEAST_SUCCESS = 97.0
MOST_TURNS = 5


def main() -> int:
    """Play the draw; returns 0 only if the targets are met."""
    options = _options()
    goals = draw(options.count, options.seed)
    if options.only is not None:
        goals = [goal for goal in goals if goal.number in options.only]
    with tempfile.TemporaryDirectory(prefix="simulated-") as folder:
        clerk = Clerk(Path(folder), FILE)
        try:
            clerk.start()
            verdicts = []
            for verdict in play_all(clerk, goals, options.seed):
                verdicts.append(verdict)
                _show_progress(verdicts, len(goals))
                if options.all:
                    print(transcript_of(verdict), flush=True)
        finally:
            clerk.stop()
    return _report(verdicts, options.seed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="how many conversations")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other buyers")
    parser.add_argument("--only", type=int, nargs="*", help="numbers of conversations of the draw")
    parser.add_argument("--all", action="store_true", help="print those that went well, too")
    return parser.parse_args()


def _show_progress(verdicts: list[Verdict], count: int) -> None:
    good = sum(one.is_good for one in verdicts)
    print(f"simulate: {len(verdicts)} of {count}, {good} good", file=sys.stderr, flush=True)


def _report(verdicts: list[Verdict], seed: int) -> int:
    """Print failures, the table and the figures as one JSON object."""
    for verdict in sorted(verdicts, key=lambda one: one.goal.number):
        if not verdict.is_good or verdict.is_wrong or verdict.unwanted:
            print(transcript_of(verdict), end="\n\n")
    figures = summary(verdicts)
    print(f"{'style':<15} {'n':>4} {'success':>8} {'turns':>6} {'wrong':>6}")
    for style, row in figures["styles"].items():
        turns = "-" if row["median_turns"] is None else f"{row['median_turns']:g}"
        print(
            f"{style:<15} {row['conversations']:>4} {row['success']:>7.1f}% {turns:>6}"
            f" {row['wrong']:>6}"
        )
    print(json.dumps({"seed": seed, **figures}))
    is_quick = (figures["turns_of_the_knowing"] or 0) <= MOST_TURNS
    return 0 if figures["success"] >= LEAST_SUCCESS and is_quick and not figures["wrong"] else 1


if __name__ == "__main__":
    sys.exit(main())
