"""`tools/browser.sh`: a browser for the tests, found, installed, or said to be missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ticket_clerk.cli.environment import ROOT

pytestmark = pytest.mark.live

WORKS = "#!/bin/sh\necho Chromium 1.0\n"
ONLY_A_NAME = "#!/bin/sh\necho 'Please install the snap' >&2\nexit 1\n"
WHO = "#!/bin/sh\necho {}\n"
# Notes what it was asked, and installs on `install` if `{}` is a folder that it may write.
APT = '#!/bin/sh\necho "$*" >>{0}/asked\ncase "$*" in *install*) {1} ;; esac\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with nothing but a shell; programs are put into its folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def _put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def _run(machine: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "tools" / "browser.sh"), *arguments],
        env={"PATH": str(machine)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_a_browser_that_is_there_is_taken(machine: Path, name: str) -> None:
    """Under each of its names, silently."""
    path = _put(machine, name, WORKS)

    assert _run(machine, "--find") == str(path)
    assert _run(machine) == ""


def test_a_browser_that_does_not_start_is_none(machine: Path) -> None:
    """Ubuntu's `chromium-browser` is a script that asks for something else."""
    _put(machine, "chromium-browser", ONLY_A_NAME)
    path = _put(machine, "google-chrome", WORKS)

    assert _run(machine, "--find") == str(path)


def test_without_rights_to_install_it_says_so_in_a_line(machine: Path) -> None:
    """And the tests go on; apt-get is not even asked."""
    _put(machine, "id", WHO.format(1000))
    _put(machine, "apt-get", APT.format(machine, ":"))
    output = _run(machine)

    assert output.count("\n") == 0
    assert "apt-get install chromium" in output
    assert not (machine / "asked").exists()


def test_on_a_fresh_debian_it_is_installed(machine: Path) -> None:
    """As root, which is how a build server runs; once."""
    source = _put(machine.parent, "chromium", WORKS)
    _put(machine, "id", WHO.format(0))
    install = f"/bin/cp {source} {machine}/chromium"
    _put(machine, "apt-get", APT.format(machine, install))

    assert _run(machine) == "browser: installing Chromium for the tests (once)"
    assert _run(machine, "--find") == str(machine / "chromium")
    assert _run(machine) == ""
    assert (machine / "asked").read_text().count("-y") == 1


def test_where_installing_fails_the_tests_go_on(machine: Path) -> None:
    """No network, another distribution: one line more, and no error."""
    _put(machine, "id", WHO.format(0))
    _put(machine, "apt-get", "#!/bin/sh\necho 'E: no network' >&2\nexit 100\n")
    output = _run(machine).splitlines()

    assert len(output) == 2
    assert "are skipped" in output[1]
