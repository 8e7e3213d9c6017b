"""A release: what is refused, what may ship, and every file that `make release` makes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.docs.follow import commit, copy_of_the_tree
from ticket_clerk.cli.environment import ROOT
from tools.release import bill_of_materials
from tools.release.changelog import NotReleasable, require_section, require_tags

# A release takes a minute of a core, and other tests run beside it.
pytestmark = pytest.mark.timeout(900)

VERSION = re.findall(r'(?m)^version = "(.+)"$', (ROOT / "pyproject.toml").read_text())[0]
CHANGELOG = f"# Changelog\n\n## Unreleased\n\n## {VERSION} – 2026-11-29\n\n### Added\n- Tickets.\n"
CHART = "apiVersion: v2\nname: a-chart\nversion: 0.3.1\n"


def component(name: str, *said: str) -> dict[str, Any]:
    """A component of a bill of materials, with what it says of its licence."""
    return {"name": name, "licenses": [{"license": {"name": each}} for each in said]}


def bill(*components: dict[str, Any]) -> dict[str, Any]:
    """A bill of materials with these components."""
    return {"components": list(components)}


def changelog(folder: Path, text: str) -> Path:
    """A changelog's file."""
    file = folder / "CHANGELOG.md"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_version_is_released_with_its_section(tmp_path: Path) -> None:
    """What is new in it is what its section says."""
    assert "Tickets." in require_section(changelog(tmp_path, CHANGELOG), VERSION)


@pytest.mark.parametrize(
    "text",
    [
        "# Changelog\n\n## Unreleased\n\n### Added\n- Tickets.\n",
        f"# Changelog\n\n## {VERSION}\n\n## 0.9.0\n\n- Older.\n",
        f"# Changelog\n\n## {VERSION}.1\n\n- Another one.\n",
    ],
    ids=["none", "an empty one", "of another version"],
)
def test_a_version_without_a_section_is_refused(text: str, tmp_path: Path) -> None:
    """Nobody gets a version that does not say what is new in it."""
    with pytest.raises(NotReleasable, match=f'no section "## {re.escape(VERSION)}"'):
        require_section(changelog(tmp_path, text), VERSION)


def test_a_release_with_unreleased_lines_is_refused(tmp_path: Path) -> None:
    """They would be in it without being in its section."""
    text = CHANGELOG.replace("## Unreleased\n", "## Unreleased\n\n### Fixed\n- A fault.\n")

    with pytest.raises(NotReleasable, match="lines under .Unreleased"):
        require_section(changelog(tmp_path, text), VERSION)


@pytest.mark.parametrize(
    "line", ["appVersion: 0.9.1", "image: clerk:${CLERK_VERSION:-0.9.1}"], ids=["chart", "compose"]
)
def test_images_of_another_version_are_not_asked_for(line: str, tmp_path: Path) -> None:
    """A deployment of the release would run the one before, and nobody would be told."""
    file = tmp_path / "file.yml"
    file.write_text(f"{line}\n".replace("0.9.1", VERSION))
    require_tags([file], VERSION)
    file.write_text(f"{line}\n")

    with pytest.raises(NotReleasable, match=r"file.yml asks for images of version 0\.9\.1"):
        require_tags([file], VERSION)


@pytest.mark.parametrize(
    "said",
    ["GPL-3.0-only", "GNU General Public License v2 (GPLv2)", "AGPL-3.0", "MIT AND GPL-2.0-only"]
    + ["GNU Affero General Public License v3", "All rights reserved"],
)
def test_what_may_not_ship_is_refused(said: str) -> None:
    """The GPL's family would bind whoever gets it, and of an unknown licence nobody knows."""
    with pytest.raises(NotReleasable, match="a-package"):
        bill_of_materials.licences(bill(component("a-package", said)))


def test_a_second_statement_can_forbid_what_the_first_allows() -> None:
    """A package that says both is looked at by somebody before it ships."""
    two = component(
        "a-package", "MIT", "License :: OSI Approved :: GNU General Public License (GPL)"
    )

    with pytest.raises(NotReleasable):
        bill_of_materials.licences(bill(two))


@pytest.mark.parametrize(
    "said",
    ["MIT", "Apache Software License", "BSD-3-Clause AND TCL", "GPL-2.0 OR MIT", "PSF-2.0"]
    + [
        "GNU Library or Lesser General Public License (LGPL)",
        "Mozilla Public License 2.0 (MPL 2.0)",
    ],
)
def test_what_may_ship_is_named(said: str) -> None:
    """In the package's own words."""
    assert bill_of_materials.licences(bill(component("a-package", said))) == {"a-package": said}


def test_tools_and_tests_do_not_ship() -> None:
    """The bill of an environment is cut down to what is pinned to run, and to its relations."""
    environment = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [
            {"name": "Sanic_Routing", "bom-ref": "a"},
            {"name": "pytest", "bom-ref": "b"},
        ],
        "dependencies": [
            {"ref": "root", "dependsOn": ["a", "b"]},
            {"ref": "a", "dependsOn": ["b"]},
            {"ref": "b"},
        ],
    }

    left = bill_of_materials.shipped(environment, {"sanic-routing": "0.7.2"})

    assert [each["name"] for each in left["components"]] == ["Sanic_Routing"]
    assert left["dependencies"] == [
        {"ref": "root", "dependsOn": ["a"]},
        {"ref": "a", "dependsOn": []},
    ]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as they are, committed, beside the environments of this checkout."""
    clone = copy_of_the_tree(tmp_path_factory.mktemp("release"))
    for name in (".venv", ".uv", ".docs", ".release"):
        if (ROOT / name).exists():
            (clone / name).symlink_to(ROOT / name)
    # Links are no folders to git's list of what is ignored.
    with (clone / ".git" / "info" / "exclude").open("a") as excluded:
        excluded.write(".venv\n.uv\n.docs\n.release\n")
    return clone


@pytest.fixture(scope="module")
def dist(clone: Path) -> Path:
    """What a release of it makes, with a chart and a Dockerfile in it."""
    changelog(clone, CHANGELOG)
    chart = clone / "deploy" / "helm" / "a-chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text(CHART)
    (chart / "templates" / "a.yaml").write_text("a: 1\n")
    (clone / "deploy" / "Dockerfile").touch()
    commit(clone, "Release")
    done = release(clone)
    assert done.returncode == 0, done.stderr
    return clone / "dist"


def release(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run what `make release` runs."""
    return subprocess.run(
        [sys.executable, "-m", "tools.release"],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(clone)},
        capture_output=True,
        text=True,
    )


def only(dist: Path, pattern: str) -> Path:
    """The one file of such a name."""
    (found,) = dist.glob(pattern)
    return found


@pytest.mark.live
def test_a_release_has_its_files_and_their_sums(dist: Path) -> None:
    """Two distributions with their sources, the site, the bill, the licences, what one deploys."""
    sums = dict(
        reversed(line.split("  ")) for line in (dist / "SHA256SUMS").read_text().splitlines()
    )
    made = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in dist.iterdir()}
    made.pop("SHA256SUMS")

    assert made == sums
    assert {
        f"ticket_clerk-{VERSION}-py3-none-any.whl",
        f"ticket_clerk-{VERSION}.tar.gz",
        f"ticket-clerk-{VERSION}-site.tar.gz",
        f"ticket-clerk-{VERSION}-image-context.tar.gz",
        f"ticket-clerk-{VERSION}-licenses.txt",
        f"ticket-clerk-{VERSION}.cdx.json",
        "a-chart-0.3.1.tgz",
    } < set(made)
    assert len(list(dist.glob("stripe_standin-*"))) == 2


@pytest.mark.live
def test_the_archives_hold_what_their_names_say(dist: Path) -> None:
    """A site with its search, a chart as Helm packs it, and the assistant inside of the wheel."""
    with tarfile.open(only(dist, "*-site.tar.gz")) as site:
        top = f"ticket-clerk-{VERSION}-site"
        assert {f"{top}/index.html", f"{top}/search/search_index.json"} < set(site.getnames())
    with tarfile.open(only(dist, "a-chart-*.tgz")) as chart:
        assert {"a-chart/Chart.yaml", "a-chart/templates/a.yaml"} <= set(chart.getnames())
    with tarfile.open(only(dist, "*-image-context.tar.gz")) as context:
        assert any(name.endswith("/deploy/Dockerfile") for name in context.getnames())
    with zipfile.ZipFile(only(dist, "ticket_clerk-*.whl")) as wheel:
        inside = {f"ticket_clerk/{name}" for name in ("bot/domain.yml", "actions/actions.py")}
        assert inside <= set(wheel.namelist())


@pytest.mark.live
def test_the_bill_of_materials_is_whole(dist: Path) -> None:
    """Each package that runs, by version and licence, and CycloneDX' own check finds nothing."""
    file = only(dist, "*.cdx.json")
    components = {each["name"]: each for each in json.loads(file.read_text())["components"]}
    pinned = bill_of_materials.pinned(ROOT / "requirements.txt")
    check = (
        "import sys; from cyclonedx.schema import SchemaVersion;"
        "from cyclonedx.validation.json import JsonStrictValidator as Check;"
        "print(Check(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))"
    )
    found = subprocess.run(
        [str(dist.parent / ".release" / "bin" / "python"), "-c", check, str(file)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout == "None\n"
    assert components["stripe"]["version"] == pinned["stripe"]
    assert "pytest" not in components
    assert "psycopg2-binary" in only(dist, "*-licenses.txt").read_text()


@pytest.mark.live
def test_the_same_commit_gives_the_same_bytes(clone: Path, dist: Path) -> None:
    """Whoever builds it again can compare."""
    before = (dist / "SHA256SUMS").read_text()

    assert release(clone).returncode == 0
    assert (dist / "SHA256SUMS").read_text() == before


@pytest.mark.live
def test_what_is_not_committed_is_not_released(clone: Path, dist: Path) -> None:
    """One sentence and the file's name, and nothing is left in dist/."""
    (clone / "shows.yml").write_text("shows: []\n")
    done = release(clone)

    assert done.returncode == 1
    assert "shows.yml" in done.stderr
    assert not dist.exists()
