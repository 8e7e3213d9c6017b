"""The supervisor against real processes: it revives what dies and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ticket_clerk.cli.errors import LaunchError
from ticket_clerk.cli.processes.ports import free_ports
from ticket_clerk.cli.processes.supervisor import Supervisor

from .programs import is_alive, pids, small_service, start_run, until

pytestmark = pytest.mark.live


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    return free_ports(1)[0]


@pytest.fixture
def output() -> list[str]:
    """What the supervisor told the person."""
    return []


@pytest.fixture
def supervisor(port: int, tmp_path: Path, output: list[str]) -> Iterator[Supervisor]:
    """A supervisor of one small service, not started yet."""
    with Supervisor([small_service(port, tmp_path)], tmp_path, "127.0.0.1", output.append) as made:
        yield made


def test_a_part_that_dies_is_started_again(
    supervisor: Supervisor, tmp_path: Path, output: list[str]
) -> None:
    """A service that somebody kills is back by itself, as a new process."""
    supervisor.start()
    first = pids(tmp_path)[0]
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        supervisor.tend()
        return "run: small is ready again" in output

    until(is_back)

    assert pids(tmp_path)[0] != first
    assert any("exit code 137" in line and "0.5 s" in line for line in output)


def test_what_a_dead_part_left_behind_is_ended_before_it_starts_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    """A child of a service that died does not live on beside the new service's."""
    supervisor.start()
    program, child = pids(tmp_path)
    os.kill(program, signal.SIGKILL)

    def is_gone() -> bool:
        supervisor.tend()
        return not is_alive(child)

    until(is_gone)


def test_a_part_that_keeps_dying_is_started_ever_more_slowly(
    supervisor: Supervisor, tmp_path: Path, output: list[str]
) -> None:
    """Each failure doubles the pause, so that a broken service does not eat the machine."""
    supervisor.start()
    (tmp_path / "sick").touch()
    os.kill(pids(tmp_path)[0], signal.SIGKILL)

    def has_failed_thrice() -> bool:
        supervisor.tend()
        return len(output) >= 4

    until(has_failed_thrice)

    assert [line.split()[-2] for line in output[1:4]] == ["0.5", "1", "2"]


def test_a_part_that_fails_to_start_shows_its_last_words(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    """Who starts a broken service reads why it is broken, without looking for the log."""
    (tmp_path / "sick").touch()

    with pytest.raises(
        LaunchError, match="small ended with exit code 1(?s:.*)small service is sick"
    ):
        supervisor.start()


def test_a_taken_port_is_one_sentence_that_names_the_setting(
    supervisor: Supervisor, port: int
) -> None:
    """A taken port stops the start and says which port, and which setting moves it."""
    with socket.create_server(("127.0.0.1", port)), pytest.raises(LaunchError) as caught:
        supervisor.start()

    assert str(port) in str(caught.value)
    assert "SMALL_PORT=" in str(caught.value)


def test_an_address_of_another_machine_is_one_sentence_about_bind_host(
    port: int, tmp_path: Path, output: list[str]
) -> None:
    """An address that this machine does not have stops the start and names BIND_HOST."""
    service = small_service(port, tmp_path)
    supervisor = Supervisor([service], tmp_path, "192.0.2.1", output.append)

    with supervisor, pytest.raises(LaunchError, match="BIND_HOST"):
        supervisor.start()


def test_leaving_the_supervisor_ends_parts_and_their_children(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    """Nothing that was started outlives the supervisor, grandchildren included."""
    supervisor.start()
    started = pids(tmp_path)

    supervisor.stop()

    until(lambda: not any(map(is_alive, started)))


def test_a_second_run_of_the_same_state_is_refused(
    supervisor: Supervisor, port: int, tmp_path: Path
) -> None:
    """Two runs never share a var/; the second is told which process is the first."""
    second = Supervisor([small_service(port, tmp_path)], tmp_path, "127.0.0.1", print)

    with pytest.raises(LaunchError, match=f"process {os.getpid()}"):
        second.__enter__()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_process(number: signal.Signals, port: int, tmp_path: Path) -> None:
    """Ctrl-C, a service manager's stop and a closed terminal all end the whole run in order."""
    run = start_run(port, tmp_path)
    started = pids(tmp_path)

    run.send_signal(number)
    rest, _ = run.communicate(timeout=300)

    until(lambda: not any(map(is_alive, started)))
    assert (run.returncode, rest) == (0, "stopped\n")


def test_parts_do_not_outlive_a_supervisor_that_was_killed(port: int, tmp_path: Path) -> None:
    """SIGKILL gives the supervisor no time to clean up, and still nothing stays."""
    run = start_run(port, tmp_path)
    started = pids(tmp_path)

    run.kill()
    run.communicate(timeout=300)

    until(lambda: not any(map(is_alive, started)))


def test_a_new_run_ends_what_a_killed_one_left_behind(port: int, tmp_path: Path) -> None:
    """Should the wards be killed as well, the next run begins by ending what they guarded."""
    run = start_run(port, tmp_path)
    started = pids(tmp_path)
    wrapper = int((tmp_path / "run.pids").read_text())
    os.kill(run.pid, signal.SIGSTOP)
    os.kill(wrapper, signal.SIGKILL)
    run.kill()
    run.communicate(timeout=300)
    assert all(map(is_alive, started))

    second = start_run(port, tmp_path)

    until(lambda: not any(map(is_alive, started)))
    second.terminate()
    second.communicate(timeout=300)
