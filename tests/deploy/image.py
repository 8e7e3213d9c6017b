"""Builds the images of deploy/Dockerfile without an engine: each stage's files in a folder.

``COPY`` and ``RUN`` are done as they are written, each ``RUN`` in namespaces where a stage finds
its own files, the machine's system in place of the base image's, and Python in /usr/local. Two
stages take long for nothing new, so they are made otherwise: Rasa's packages by uv, from the same
pinned files, and the model by `make train`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from tests.deploy.container import BASE_PYTHON, Container, Mounts
from tests.deploy.dockerfile import Image, Stage, read_image, read_stages
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.train import ensure_model

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
# What pip needs to know of this machine's way to the registry.
_REGISTRY = ("PIP_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "http_", "https_", "NO_", "no_")


class Builder:
    """Builds stages, each once, into folders of ``folder``."""

    def __init__(self, folder: Path) -> None:
        """Nothing is built yet."""
        self.stages = read_stages(DOCKERFILE)
        self._folder = folder
        self._context = folder / "context"
        copy_context(self._context)
        self._instead: dict[str, Callable[[Path], None]] = {
            "rasa-packages": self._install_rasa,
            "model": _add_model,
        }

    def image(self, target: str) -> Image:
        """What starts of a target."""
        return read_image(self.stages, target)

    def tree(self, name: str) -> Path:
        """The files of a stage; it is built now, with what it needs, unless it was before."""
        tree = self._folder / name
        if not tree.exists():
            stage = self.stages[name]
            # A folder of its own while it is made: what failed is not taken for built.
            part = self._folder / f"{name}.part"
            part.mkdir()
            if stage.base in self.stages:
                _copy(self.tree(stage.base), part)
            self._fill(stage, part)
            part.rename(tree)
        return tree

    def _fill(self, stage: Stage, tree: Path) -> None:
        if stage.name in self._instead:
            self._instead[stage.name](tree)
            return
        workdir = read_image(self.stages, stage.base).workdir if stage.base in self.stages else "/"
        for word, rest in stage.steps:
            if word == "WORKDIR":
                workdir = rest
                (tree / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif word == "COPY":
                self._copy(rest.split(), tree, workdir)
            elif word == "RUN":
                self._run(rest, stage, tree, workdir)

    def _copy(self, words: list[str], tree: Path, workdir: str) -> None:
        source = self._context
        if words[0].startswith("--from="):
            source = self.tree(words.pop(0).removeprefix("--from="))
        *names, target = words
        place = tree / str(PurePosixPath(workdir, target)).lstrip("/")
        is_folder = target.endswith("/") or len(names) > 1
        for name in names:
            origin = source / name.lstrip("/")
            if origin.is_dir():
                _copy(origin, place)
            else:
                file = place / origin.name if is_folder else place
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin, file)

    def _run(self, command: str, stage: Stage, tree: Path, workdir: str) -> None:
        environ = read_image(self.stages, stage.name).environ
        passed = {name: value for name, value in os.environ.items() if name.startswith(_REGISTRY)}
        path = {"PATH": environ.get("PATH", "/usr/local/bin:/usr/bin:/bin"), "HOME": "/tmp"}
        for name in ("opt", "dist", "sources"):
            (tree / name).mkdir(exist_ok=True)
        binds = [(self._own_python(stage.name), "/usr/local", "rw")]
        mounts = Mounts(tree, binds=binds, tmpfs=["/tmp"], is_writable=True)
        log = self._folder / f"{stage.name}.log"
        container = Container(
            ["sh", "-c", command],
            {**passed, **environ, **path},
            mounts,
            log=log,
            user="0:0",
            workdir=workdir,
        )
        code = container.wait(1200)
        assert code == 0, f"{command}\n{container.words()}"

    def _own_python(self, stage: str) -> Path:
        """A copy of /usr/local, which a stage may install into."""
        folder = self._folder / f"{stage}.python"
        if not folder.exists():
            subprocess.run(["cp", "-aT", str(BASE_PYTHON), str(folder)], check=True)
        return folder

    def _install_rasa(self, tree: Path) -> None:
        """Rasa's packages, as pinned, hard-linked from uv's own store where that is possible."""
        (tree / "opt").mkdir(exist_ok=True)
        wheel = next((self.tree("wheel") / "dist").glob("*.whl"))
        python = str(tree / "opt" / "clerk" / "bin" / "python")
        _uv("venv", "--quiet", "--relocatable", "--python", sys.executable, str(tree / "opt/clerk"))
        pins = str(ROOT / "requirements.txt")
        options = ("--quiet", "--compile-bytecode", "--python", python)
        _uv("pip", "sync", "--require-hashes", *options, pins)
        _uv("pip", "install", "--no-deps", *options, str(wheel))
        _point_at_base(tree / "opt" / "clerk" / "bin")


def copy_context(folder: Path) -> None:
    """Copy what git has and .dockerignore lets through."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = [line[1:] for line in rules if line.startswith("!")]
    for name in listed.stdout.splitlines():
        is_allowed = any(name == rule or name.startswith(f"{rule}/") for rule in allowed)
        if is_allowed and not fnmatch(name, "*.pyc") and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def _add_model(tree: Path) -> None:
    models = tree / "app" / "models"
    models.mkdir(parents=True)
    model = ensure_model(ROOT, tree.parent)
    for file in (model, *model.parent.glob("*.npz")):
        shutil.copy2(file, models)
    # As the stage does: who trains keeps all to itself.
    subprocess.run(["chmod", "-R", "a+rX", str(models)], check=True)


def _copy(source: Path, target: Path) -> None:
    """Copy a tree by links: nobody writes into what was built."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-alT", str(source), str(target)], check=True)


def _point_at_base(bin_folder: Path) -> None:
    """Have an environment use the Python that is in /usr/local there."""
    link = bin_folder / "python"
    link.unlink()
    link.symlink_to("/usr/local/bin/python3.10")
    config = bin_folder.parent / "pyvenv.cfg"
    lines = [line for line in config.read_text().splitlines() if not line.startswith("home")]
    config.write_text("\n".join(["home = /usr/local/bin", *lines, ""]))


def _uv(*arguments: str) -> None:
    beside = Path(sys.prefix).resolve().parent / ".uv" / "bin" / "uv"
    uv = str(beside) if beside.exists() else shutil.which("uv")
    assert uv, "make setup installs uv"
    done = subprocess.run([uv, *arguments], capture_output=True, text=True, check=False)
    assert not done.returncode, f"{shlex.join(arguments)}\n{done.stderr}"
