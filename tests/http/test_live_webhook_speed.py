"""A webhook costs at most a few times what the least code would: a coarse net."""

from __future__ import annotations

from benchmarks.webhook import beside_floor

# 0.065 before statements were built once and writers took turns, 0.4 since on a quiet machine.
LEAST_RATIO = 0.15


def test_webhooks_are_settled_at_a_good_part_of_what_the_machine_can_do() -> None:
    """Side by side with a program of the least code, so that a busy machine is no excuse."""
    figures = beside_floor(["sqlite"], rounds=3)["sqlite"]

    assert figures["ratio"]["median"] >= LEAST_RATIO, figures
    assert set(figures["statuses"]) == {"200"}
