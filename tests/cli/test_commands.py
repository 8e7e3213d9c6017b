"""The commands themselves, with every real part: slow, and the promise of the README."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ticket_clerk.cli import environment
from ticket_clerk.cli.processes.ports import free_ports
from ticket_clerk.cli.train import ensure_model
from ticket_clerk.ticketing import envfile

from .programs import command_lines, is_alive, until

pytestmark = pytest.mark.live

# Of a core. A start takes 24 to 31 beside others at work on the same two cores, which slow each
# other; one that trained again would take two minutes.
READY_WITHIN_S = 45.0


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment of its own; complete, so that no .env is written."""
    blank = dict.fromkeys(envfile.setting_names(environment.ROOT / ".env.example"), "")
    ports = dict(zip(environment.DEFAULT_PORTS, map(str, free_ports(3)), strict=True))
    tokens = {name: f"whsec_{name.lower()}_of_this_test" for name in envfile.GENERATED}
    var_dir = str(tmp_path_factory.mktemp("var"))
    return {**os.environ, **blank, **ports, **tokens, "VAR_DIR": var_dir}


@pytest.fixture(scope="module")
def trained() -> Path:
    """The model of today's bot, trained only if it has to be."""
    return ensure_model(environment.ROOT, environment.ROOT / "var" / "log")


def launch(command: str, settings: dict[str, str]) -> subprocess.Popen[str]:
    """Start a command of the launcher; its output is read line by line."""
    return subprocess.Popen(
        [sys.executable, "-m", "ticket_clerk.cli", command],
        cwd=environment.ROOT,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def running(
    settings: dict[str, str], trained: Path
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A `make run` that is ready, and the lines that it printed until then."""
    run = launch("run", settings)
    assert run.stdout is not None
    lines: list[str] = []
    for line in run.stdout:
        lines.append(line.rstrip("\n"))
        if lines[-1] == "ready":
            break
    yield run, lines
    run.kill()
    run.communicate()


def test_the_last_line_of_a_start_is_ready(
    running: tuple[subprocess.Popen[str], list[str]], settings: dict[str, str]
) -> None:
    """Whoever waits for `ready` has the addresses before it, and can use them at once."""
    _, lines = running

    assert lines[-1] == "ready"
    assert f"web chat        http://127.0.0.1:{settings['RASA_PORT']}/webhooks/web/" in lines


def test_no_process_shows_a_secret_on_its_command_line(
    running: tuple[subprocess.Popen[str], list[str]], settings: dict[str, str]
) -> None:
    """Command lines are readable by everybody on the machine."""
    run, _ = running
    lines = "\n".join(command_lines())

    assert run.poll() is None
    assert "ticket_clerk.cli.processes.rasa_server" in lines
    assert [name for name in envfile.GENERATED if settings[name] in lines] == []


def test_the_doctor_finds_a_running_clerk_well(
    running: tuple[subprocess.Popen[str], list[str]], settings: dict[str, str]
) -> None:
    """Right after the start there is nothing to mend."""
    doctor = launch("doctor", settings)
    output, _ = doctor.communicate(timeout=300)

    assert "doctor: all is well" in output
    assert doctor.returncode == 0
    for thing in (
        *(
            "model",
            "shows",
            "database",
            "stripe",
            "rasa",
            "rasa's token",
            "action server",
            "webhook",
        ),
        *("error handling", "payments API", "its parts", "test payment", "test refund"),
        *(
            "stripe's event",
            "last webhook",
            "webhook events",
            "messages to buyers",
            "refunds",
            "orders",
        ),
    ):
        assert f"\nok      {thing} " in output
    assert not any(settings[name] in output for name in envfile.GENERATED if name in settings)


def test_the_doctor_finds_a_token_that_the_parts_do_not_know(
    running: tuple[subprocess.Popen[str], list[str]], settings: dict[str, str]
) -> None:
    """A changed token without a restart is named, part by part."""
    changed = {name: f"whsec_another_{name.lower()}" for name in envfile.GENERATED}
    doctor = launch("doctor", {**settings, **changed})
    output, _ = doctor.communicate(timeout=300)

    assert doctor.returncode == 1
    for thing in ("rasa", "action server", "webhook"):
        assert f"BROKEN  {thing}" in output


def test_ctrl_c_ends_everything_and_the_next_start_is_quick(
    running: tuple[subprocess.Popen[str], list[str]], settings: dict[str, str]
) -> None:
    """Stopped in order, started again at once, ready without training again, with the same data."""
    run, _ = running
    wards = [int(pid) for pid in (Path(settings["VAR_DIR"]) / "run.pids").read_text().split()]
    run.send_signal(signal.SIGINT)
    rest, _ = run.communicate(timeout=300)
    assert (run.returncode, rest) == (0, "stopped\n")
    until(lambda: not any(map(is_alive, wards)))

    before = _work_of_children()
    second = launch("run", settings)
    assert second.stdout is not None
    output = [line.strip() for line in iter(second.stdout.readline, "ready\n") if line]
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=300)

    assert second.returncode == 0
    assert not any(line.startswith("train:") for line in output)
    # Work and not time: other tests may be at work on the same cores.
    assert _work_of_children() - before < READY_WITHIN_S


def _work_of_children() -> float:
    """Seconds of a core that ended child processes have taken, with their own children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_the_demo_buys_tickets_and_says_what_it_checked(
    settings: dict[str, str], trained: Path
) -> None:
    """A whole purchase: order paid, seats sold, confirmation in the chat."""
    demo = launch("demo", settings)
    output, _ = demo.communicate(timeout=300)

    assert demo.returncode == 0, output
    assert output.count("check  ok") == 4


def test_the_doctor_without_a_running_clerk_says_what_to_start(settings: dict[str, str]) -> None:
    """Parts that do not answer are named with the command that starts them."""
    nobody = dict(zip(environment.DEFAULT_PORTS, map(str, free_ports(3)), strict=True))
    doctor = launch("doctor", {**settings, **nobody})
    output, _ = doctor.communicate(timeout=300)

    assert doctor.returncode == 1
    assert "BROKEN  rasa" in output
    assert "start it with `make run`" in output


def test_a_wrong_setting_stops_the_start_with_one_sentence(settings: dict[str, str]) -> None:
    """The sentence names the variable, and there is no stack trace."""
    run = launch("run", {**settings, "RASA_PORT": "many"})
    output, _ = run.communicate(timeout=300)

    assert run.returncode == 1
    assert output == "run: RASA_PORT is not a port: write a number from 1 to 65535.\n"
