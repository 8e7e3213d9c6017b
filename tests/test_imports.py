"""Imports: no cycle, and one feature of ticketing sees of another what its package exports.

Imports in functions and for typing only count, too. The direction of packages is the linter's
(`lint-imports`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx
import pytest

from tools import shape

ROOT = Path(__file__).parents[1]
TICKETING = "ticket_clerk.ticketing."
FEATURES = {
    "catalog",
    "events",
    "fulfilment",
    "handoffs",
    "notifications",
    "orders",
    "privacy",
    "products",
    "refunds",
    "reports",
    "show_changes",
    "subscriptions",
    "waiting_list",
}

Edge = tuple[str, str, str]
_DEFINED = ast.FunctionDef | ast.ClassDef


def test_no_module_imports_itself_on_a_detour() -> None:
    """Each module can be read without those that use it."""
    assert cycles((a, b) for a, b, _ in all_edges()) == []


def test_no_feature_needs_another_that_needs_it() -> None:
    """Between features there is one direction, too."""
    assert cycles((feature(a), feature(b)) for a, b, _ in feature_edges(all_edges())) == []


def test_features_import_what_the_others_export() -> None:
    """Nothing behind a feature's ``__init__`` is relied on elsewhere; a module has names only."""
    assert private_imports(all_edges()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from ticket_clerk.ticketing.orders.checkout import cancel_order", True),
        ("def f():\n    from ticket_clerk.ticketing.orders import checkout", True),
        ("from ticket_clerk.ticketing.orders import cancel_order", False),
    ],
)
def test_a_planted_private_import_is_seen(source: str, found: bool) -> None:
    """By the module's path or as a name that the package does not export, in a function or not."""
    planted = list(edges("ticket_clerk.ticketing.refunds.submission", source, is_package=False))
    assert bool(private_imports(planted)) is found


def test_a_planted_cycle_is_seen() -> None:
    """Also one over three modules."""
    assert cycles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]) == [["a", "b", "c"]]


def cycles(pairs: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> list[list[str]]:
    """List the groups of names that reach each other."""
    graph = networkx.DiGraph(pair for pair in pairs if pair[0] != pair[1])
    groups = networkx.strongly_connected_components(graph)
    return sorted(sorted(group) for group in groups if len(group) > 1)


def all_edges() -> list[Edge]:
    """List who imports which module, and which name of it."""
    return [
        edge
        for path in sorted((ROOT / "ticket_clerk").rglob("*.py"))
        for edge in edges(_name(path), path.read_text(), is_package=path.name == "__init__.py")
    ]


def edges(module: str, source: str, *, is_package: bool) -> Iterator[Edge]:
    """Read the imports of one module: importer, imported module, name."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((module, alias.name, "") for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                target = inner if _path(inner) is not None else base
                yield module, target, alias.name


def feature_edges(found: list[Edge]) -> list[Edge]:
    """Choose the imports from one feature of another."""
    return [edge for edge in found if feature(edge[0]) != feature(edge[1]) and _both(edge)]


def private_imports(found: list[Edge]) -> list[Edge]:
    """List the imports of what another feature does not export."""
    return [
        edge for edge in feature_edges(found) if edge[2] not in _exports(feature(edge[1]), edge[1])
    ]


def feature(module: str) -> str:
    """Name the feature of a module; empty outside."""
    name = module.removeprefix(TICKETING).partition(".")[0]
    return name if module.startswith(TICKETING) and name in FEATURES else ""


def _both(edge: Edge) -> bool:
    return bool(feature(edge[0]) and feature(edge[1]))


def _exports(name: str, imported: str) -> set[str]:
    module = ROOT / "ticket_clerk" / "ticketing" / f"{name}.py"
    if module.exists():
        nodes = ast.parse(module.read_text()).body
        return {node.name for node in nodes if isinstance(node, _DEFINED)}
    tree = ast.parse((ROOT / "ticket_clerk" / "ticketing" / name / "__init__.py").read_text())
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    exported = set(listed[0]) if listed else set()
    package = f"{TICKETING}{name}"
    is_of_package = imported in {package, *(f"{package}.{each}" for each in exported)}
    return exported if is_of_package else set()


def _base(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _path(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((each for each in candidates if each.exists()), None)


def test_no_folder_has_more_modules_than_a_reader_takes_in() -> None:
    """Twenty-five at most, the stand-in's included; `python -m tools.shape` counts."""
    count, folder = shape.largest_folder(shape.modules(ROOT))

    assert count <= 25, folder
