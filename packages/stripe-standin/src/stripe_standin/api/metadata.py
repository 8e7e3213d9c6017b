"""Metadata updates (https://docs.stripe.com/api/metadata)."""

from __future__ import annotations


def merged(before: dict[str, str], sent: dict[str, str]) -> dict[str, str]:
    """Keys are added and replaced; an empty value removes its key, an empty whole all of them."""
    if not sent:
        return {}
    return {key: value for key, value in {**before, **sent}.items() if value != ""}


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, str | None]:
    """The changed keys with their values from before, None for those that are new."""
    keys = {**before, **after}
    return {key: before.get(key) for key in keys if before.get(key) != after.get(key)}
