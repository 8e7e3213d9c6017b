"""A PostgreSQL with a replica that has every commit before it counts, and takes over when asked.

Clients name both servers and take the one that may be written to, as libpq does
(https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS).
"""

from __future__ import annotations

from pathlib import Path

import psycopg2

from tests.postgresql_server import PostgresServer, make_cluster, make_folder, run_as_owner
from tests.waiting import wait_until

_PORTS = (5432, 5433)
READY_WITHIN_S = 120.0


class ReplicatedPostgres:
    """Two servers at one address, the first of which is the primary until :meth:`fail_over`."""

    def __init__(self, folder: Path, host: str) -> None:
        """Nothing runs yet; every user has to be able to enter ``folder``."""
        self._folder, self._host = folder, host
        self._servers: list[PostgresServer] = []

    def start(self, *databases: str) -> None:
        """Make both servers and empty databases, and wait until they are replicated."""
        make_folder(self._folder / "run")
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
        wait_until(self._is_in_step, "the replica to be in step", READY_WITHIN_S)

    def url(self, database: str) -> str:
        """The address of a database, at whichever server may be written to."""
        hosts = "&".join(f"host={self._host}:{port}" for port in _PORTS)
        return f"postgresql://clerk@/{database}?{hosts}&target_session_attrs=read-write"

    def fail_over(self) -> None:
        """Kill the primary as a power cut does, and have the replica take over."""
        self._servers[0].kill()
        replica, wait = str(self._folder / "replica"), str(int(READY_WITHIN_S))
        run_as_owner("pg_ctl", "promote", "--pgdata", replica, "--timeout", wait)

    def stop(self) -> None:
        """End both."""
        for server in self._servers:
            server.stop()

    def _make_primary(self) -> None:
        data = make_folder(self._folder / "primary")
        make_cluster(data)
        with (data / "pg_hba.conf").open("a") as access:
            access.write("host all all 10.77.0.0/24 trust\n")
            access.write("host replication all 10.77.0.0/24 trust\n")
        self._begin("primary", _PORTS[0])

    def _make_replica(self) -> None:
        data = make_folder(self._folder / "replica")
        source = ["--host", self._host, "--port", str(_PORTS[0]), "--username", "clerk"]
        source += ["--slot=replica", "--checkpoint=fast"]
        run_as_owner("pg_basebackup", "--pgdata", str(data), "--write-recovery-conf", *source)
        # By this name the primary knows whom it waits for.
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write("cluster_name = 'replica'\n")
        self._begin("replica", _PORTS[1])

    def _begin(self, name: str, port: int) -> None:
        data, sockets = self._folder / name, self._folder / "run"
        self._servers.append(PostgresServer(data, sockets, host=self._host, port=port))

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
