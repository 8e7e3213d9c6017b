"""The documentation is complete: what the code has, the pages name, and the other way round."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.operators.main import _parser
from ticket_clerk.ticketing import envfile
from ticket_clerk.ticketing.domain import errors
from ticket_clerk.ticketing.events.webhooks import HANDLERS

OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / ".env.example"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PRODUCT = ("ticket_clerk", "packages/stripe-standin/src")

# Read by the code, but Rasa's, Sanic's or the system's own: none of our settings.
FOREIGN = {
    "NO_PROXY",
    "PROMETHEUS_MULTIPROC_DIR",
    "PYTHONPATH",
    "RASA_MODEL",
    "RASA_TELEMETRY_ENABLED",
    "SANIC_HOST",
    "SANIC_WORKERS",
    "SQLALCHEMY_SILENCE_UBER_WARNING",
    "TF_CPP_MIN_LOG_LEVEL",
}


def read_by_the_code() -> set[str]:
    """Names of settings in the product: strings in capitals, and ${NAMES} of Rasa's files."""
    names = {name for folder in PRODUCT for name in _capitals(ROOT / folder)}
    for path in ("endpoints.yml", "credentials.yml"):
        without_comments = re.sub(r"(?m)#.*$", "", (ROOT / path).read_text(encoding="utf-8"))
        names |= set(re.findall(r"\$\{(\w+)\}", without_comments))
    return names - FOREIGN


def _capitals(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # What a package exports is a name of Python's, not of the environment.
        tree.body = [node for node in tree.body if "__all__" not in ast.unparse(node)[:7]]
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                # The only setting of one word; others are currencies and methods of HTTP.
                names = r"^[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+$|^CATALOG$"
                yield from re.findall(names, node.value)


def triggered() -> set[str]:
    """The events that the stand-in's table of `stripe trigger` says go through."""
    readme = (ROOT / "packages" / "stripe-standin" / "README.md").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^\| `([a-z_.]+)` \| `.+` \| yes", readme))


def make_targets() -> set[str]:
    """The commands that `make` alone prints."""
    return set(re.findall(r"(?m)^([a-z]+):.*## \S", MAKEFILE))


def error_codes() -> set[str]:
    """The code of each class in the tree of errors."""
    classes = [errors.PaymentError]
    for each in classes:
        classes += each.__subclasses__()
    return {each.code for each in classes if each.__module__ == errors.__name__}


def test_every_setting_is_in_the_example() -> None:
    """Whoever opens .env.example sees every setting that something reads, and no other."""
    assert set(envfile.setting_names(EXAMPLE)) == read_by_the_code()


def test_every_secret_has_a_way_to_be_rolled() -> None:
    """In the table of docs/operations.md."""
    _, _, section = OPERATIONS.partition("## Rolling a secret\n")
    table = section.partition("\n## ")[0]
    is_secret = re.compile(r"_(TOKEN|SECRET|KEY|PASSWORD|HASH)$")
    secrets = {name for name in envfile.setting_names(EXAMPLE) if is_secret.search(name)}

    assert secrets - {"STRIPE_PUBLISHABLE_KEY"} <= set(re.findall(r"`([A-Z_]+)`", table))


def test_every_handled_event_can_be_triggered() -> None:
    """Stripe's command line brings each of them at the stand-in."""
    assert set(HANDLERS) <= triggered()


def test_every_setting_of_the_example_has_a_comment() -> None:
    """The line above a setting says what it is."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    bare = [
        line
        for above, line in zip(lines, lines[1:], strict=False)
        if re.match(r"[A-Z_]+=", line) and not above.startswith("# ")
    ]

    assert bare == []


@pytest.mark.parametrize("name", sorted(envfile.setting_names(EXAMPLE)))
def test_every_setting_is_in_the_operations_page(name: str) -> None:
    """The table of settings has a row for it."""
    assert f"| `{name}` |" in OPERATIONS


@pytest.mark.parametrize("code", sorted(error_codes()))
def test_every_error_code_is_in_the_operations_page(code: str) -> None:
    """Somebody who finds a code in a log finds out what it means."""
    assert re.search(rf"(?m)^\| .*`{code}`.* \|", OPERATIONS)


@pytest.mark.parametrize("type_", sorted(HANDLERS))
def test_every_webhook_event_that_does_anything_is_to_be_selected(type_: str) -> None:
    """Whoever adds the endpoint at Stripe is told every event that the clerk lives on."""
    assert f"`{type_}`" in OPERATIONS


@pytest.mark.parametrize("target", sorted(make_targets()))
def test_every_command_is_in_the_operations_page(target: str) -> None:
    """A command that `make` prints is explained."""
    assert target == "help" or f"`make {target}" in OPERATIONS


def test_every_operators_command_is_in_the_operations_page() -> None:
    """A command of `python -m integrations.payments` is explained."""
    usage = _parser().format_help()
    commands = re.findall(r"(?m)^    ([a-z]+)(?:  | *$)", usage)

    assert commands
    assert [c for c in commands if f"integrations.payments {c}" not in OPERATIONS] == []


@pytest.mark.parametrize(
    "page",
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operations.md", "docs/tutorial.md"]
    + [f"docs/how-to/{p.name}" for p in ROOT.glob("docs/how-to/*.md")],
)
def test_every_command_that_a_page_gives_exists(page: str) -> None:
    """Nobody is told to type a command that make doesn't know."""
    text = (ROOT / page).read_text(encoding="utf-8")
    given = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))

    assert given - make_targets() == set()


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        *(
            str(p.relative_to(ROOT))
            for p in [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/how-to/*.md")]
        ),
    ],
)
def test_every_link_between_pages_leads_somewhere(page: str) -> None:
    """A relative link or picture points at a file that is there."""
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text)

    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", sorted(p.name for p in ROOT.glob("docs/*.md")))
def test_every_link_to_a_heading_finds_it(page: str) -> None:
    """As the pages are shown where the repository is: in lower case, with hyphens."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([\w.]*)#([^)]+)\)", text)

    assert [link for link in links if link[1] not in _anchors(link[0] or page)] == []


def _anchors(page: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_every_program_that_ci_runs_is_a_command_of_the_readme() -> None:
    """CI does what the README says, and nothing that only CI knows."""
    commands = re.findall(r"make [a-z]+", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert sorted(set(commands)) == ["make check", "make test"]
    assert all(f"`{command}`" in readme for command in commands)


CITED = re.compile(
    r"(?<![\w/-])(?:ticket_clerk|actions|tests|tools|benchmarks|integrations)/[\w/-]+\.py\b"
)
DOTTED = re.compile(r"\bticket_clerk(?:\.[a-z_]\w*)+")
CITING = (
    "*.*",
    *(
        f"{folder}/**/*.{kind}"
        for folder in ("actions", "benchmarks", "data", "docs", "integrations")
        + ("tests", "ticket_clerk", "tools")
        for kind in ("md", "py", "yml", "sh")
    ),
)


def cited_in_vain(text: str) -> list[str]:
    """List the modules that a text names and that are not there."""
    paths = [path for path in CITED.findall(text) if not (ROOT / path).is_file()]
    return paths + [name for name in DOTTED.findall(text) if not _is_module_or_in_one(name)]


def _is_module_or_in_one(name: str) -> bool:
    """Whether a dotted name is a module, or something in a module."""
    # In a wheel the actions are in the package.
    place = ROOT.joinpath(*name.replace("ticket_clerk.actions", "actions").split("."))
    parent = place.parent
    return (
        place.with_suffix(".py").is_file()
        or (place / "__init__.py").is_file()
        or parent.with_suffix(".py").is_file()
        or (parent != ROOT / "ticket_clerk" and (parent / "__init__.py").is_file())
    )


def test_nothing_cites_a_module_that_is_gone() -> None:
    """Neither a page, nor a docstring, nor a setting; the changelog tells of the past."""
    files = [path for pattern in CITING for path in sorted(ROOT.glob(pattern)) if path.is_file()]
    found = {
        str(path.relative_to(ROOT)): in_vain
        for path in files
        if path.name not in {"CHANGELOG.md", "test_docs.py"}
        and (in_vain := cited_in_vain(path.read_text(encoding="utf-8")))
    }

    assert len(files) > 500
    assert found == {}


def test_a_module_that_is_gone_is_noticed() -> None:
    """The negative control, as a path and as a dotted name."""
    assert cited_in_vain("see ticket_clerk/flows/gone.py") == ["ticket_clerk/flows/gone.py"]
    assert cited_in_vain("`ticket_clerk.gone.run`") == ["ticket_clerk.gone.run"]
    assert cited_in_vain("see ticket_clerk/rasa_client.py and `ticket_clerk.rasa_client`") == []
