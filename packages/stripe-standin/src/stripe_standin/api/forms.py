"""Stripe's nested form encoding: `a[b][0][c]=1` becomes a tree of dicts.

Lists stay dicts with their positions as keys; `params` makes lists of them where it expects any.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from stripe_standin.api.errors import ApiError

Tree = dict[str, "str | Tree"]

MAX_FIELDS = 5000
MAX_DEPTH = 12


def decode(encoded: bytes | str) -> Tree:
    """The tree of a query string or form body; raises `ApiError` for what cannot be read."""
    try:
        text = encoded.decode("utf-8") if isinstance(encoded, bytes) else encoded
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except (UnicodeDecodeError, ValueError) as exc:
        raise ApiError(400, "Invalid form encoding in the request.", before_work=True) from exc
    tree: Tree = {}
    for name, value in pairs:
        segments = _segments(name)
        if len(segments) > MAX_DEPTH:
            raise ApiError(400, f"Too many levels in {segments[0]}.", before_work=True)
        _put(tree, segments, value)
    return tree


def _segments(name: str) -> list[str]:
    """`a[b][]` as `['a', 'b', '']`; a name with broken brackets is one segment."""
    head, bracket, rest = name.partition("[")
    if not bracket or not head or not rest.endswith("]"):
        return [name]
    return [head, *rest[:-1].split("][")]


def _put(tree: Tree, segments: list[str], value: str) -> None:
    """Places one value; the later of two equal names wins, as at Stripe."""
    for segment in segments[:-1]:
        inner = tree.setdefault(segment or str(len(tree)), {})
        if not isinstance(inner, dict):
            raise ApiError(400, f"Invalid object in {segments[0]}.", param=segments[0])
        tree = inner
    last = segments[-1] if segments[-1] or len(segments) == 1 else str(len(tree))
    tree[last] = value
