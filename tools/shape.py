"""Measure the shape of the code: ``python -m tools.shape [FOLDER...]`` prints one figure a line.

Counts modules, lines, modules with one importer, the largest folder, import cycles (typing-only
and in-function imports included), levels of imports and the length of functions.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import quantiles

import networkx

PRODUCT = (
    "ticket_clerk",
    "actions",
    "integrations",
    "packages/stripe-standin/src/stripe_standin",
    "tools",
    "benchmarks",
)
MIGRATIONS = "migrations/versions"

Imports = Mapping[str, set[str]]


def modules(root: Path, folders: tuple[str, ...] = PRODUCT) -> dict[str, Path]:
    """Map the dotted name of each module below the folders to its file; no migrations."""
    return {
        _name(path.relative_to(root)): path
        for folder in folders
        for path in sorted((root / folder).rglob("*.py"))
        if MIGRATIONS not in path.as_posix()
    }


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    start = parts.index("src") + 1 if "src" in parts else 0
    return ".".join(parts[start:]).removesuffix(".__init__")


def imports(known: Mapping[str, Path]) -> dict[str, set[str]]:
    """Map each module to the modules of ours that it imports, wherever in the file it does."""
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        named = (each for node in ast.walk(tree) for each in _imported(node, package))
        found[name] = {_closest(each, known) for each in named} - {"", name}
    return found


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = package.rsplit(".", node.level - 1)[0] if node.level else ""
        module = ".".join(filter(None, (base, node.module)))
        yield from (f"{module}.{alias.name}" for alias in node.names)


def _closest(name: str, known: Mapping[str, Path]) -> str:
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def cycles(graph: Imports) -> list[list[str]]:
    """List groups of modules that import each other, directly or not."""
    edges = ((name, target) for name, targets in graph.items() for target in targets)
    groups = networkx.strongly_connected_components(networkx.DiGraph(edges))
    return [sorted(group) for group in groups if len(group) > 1]


def levels(graph: Imports, prefix: str) -> int:
    """Count the levels of imports within a package: 1 where no module imports another."""
    inside = {name: {t for t in to if t.startswith(prefix)} for name, to in graph.items()}
    depth: dict[str, int] = {}

    def of(name: str, above: frozenset[str] = frozenset()) -> int:
        if name not in depth:
            below = [of(t, above | {name}) for t in inside[name] if t not in above | {name}]
            depth[name] = 1 + max(below, default=0)
        return depth[name]

    return max((of(name) for name in inside if name.startswith(prefix)), default=0)


def function_lengths(known: Mapping[str, Path]) -> list[int]:
    """Lines of each function without its docstring."""
    return [
        node.end_lineno - node.lineno + 1 - _docstring_lines(node)
        for path in known.values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_docstring = ast.get_docstring(node) is not None and isinstance(first, ast.Expr)
    return (first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0


def importers(graph: Imports) -> Counter[str]:
    """Count the modules that import each module."""
    return Counter(target for targets in graph.values() for target in targets)


def largest_folder(known: Mapping[str, Path]) -> tuple[int, str]:
    """Tell how many modules the fullest folder has, without its ``__init__``, and its name."""
    counted = Counter(
        path.parent.as_posix() for path in known.values() if path.name != "__init__.py"
    )
    folder, count = counted.most_common(1)[0]
    return count, folder


def main(arguments: list[str]) -> None:
    """Print the figures."""
    root = Path.cwd()
    known = modules(root, tuple(arguments) or PRODUCT)
    graph = imports(known)
    lines = {name: path.read_text(encoding="utf-8").count("\n") for name, path in known.items()}
    count, folder = largest_folder(known)
    single = [
        name
        for name, number in importers(graph).items()
        if number == 1 and known[name].name != "__init__.py"
    ]
    lengths = function_lengths(known)
    cut = quantiles(lengths, n=10)
    print(f"modules {len(known)}")
    print(f"lines {sum(lines.values())}")
    print(f"modules of at most 60 lines {sum(1 for number in lines.values() if number <= 60)}")
    print(f"modules with one importer {len(single)}")
    print(f"largest folder {count} ({folder})")
    print(f"cycles {len(cycles(graph))} {cycles(graph)}")
    print(f"functions p50 {cut[4]:.0f} p90 {cut[8]:.0f}")
    print(f"functions over 40 lines {sum(1 for length in lengths if length > 40)}")
    for prefix in ("actions", "ticket_clerk.flows", "ticket_clerk.understanding"):
        print(f"levels of imports in {prefix} {levels(graph, prefix)}")


if __name__ == "__main__":
    main(sys.argv[1:])
