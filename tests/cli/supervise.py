"""A run in miniature: ``supervise.py PORT FOLDER`` looks after one small service until stopped."""

import sys
from pathlib import Path

from tests.cli.programs import small_service
from ticket_clerk.cli.processes.supervisor import Stopped, Supervisor, stop_on_signals

if __name__ == "__main__":
    stop_on_signals()
    folder = Path(sys.argv[2])
    try:
        with Supervisor(
            [small_service(int(sys.argv[1]), folder)], folder, "127.0.0.1", print
        ) as run:
            run.start()
            print("ready", flush=True)
            run.watch()
    except Stopped:
        print("stopped", flush=True)
