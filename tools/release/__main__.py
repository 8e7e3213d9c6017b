"""Make a release of what is committed: ``python -m tools.release``, into ``dist/``."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from ticket_clerk.cli.environment import ROOT
from tools.site.__main__ import build
from tools.site.pages import site_pages

from . import bill_of_materials
from .changelog import NotReleasable, require_section, require_tags

DIST = ROOT / "dist"
_WORK = ROOT / "build" / "release"


def main() -> int:
    """Fill ``dist/``; returns 1 and leaves it empty where something is in the way."""
    shutil.rmtree(DIST, ignore_errors=True)
    try:
        version = _version()
        require_section(ROOT / "CHANGELOG.md", version)
        require_tags((ROOT / "deploy").rglob("*.y*ml"), version)
        _require_all_committed()
        DIST.mkdir()
        _release(version)
    except NotReleasable as exc:
        shutil.rmtree(DIST, ignore_errors=True)
        print(f"release: {exc}", file=sys.stderr)
        return 1
    return 0


def _release(version: str) -> None:
    """Make each file; the licences first, since they may forbid all the rest."""
    # What is built of the same commit has the same bytes, whenever that is done.
    os.environ["SOURCE_DATE_EPOCH"] = _git("log", "-1", "--format=%ct")
    subprocess.run(["/bin/sh", "tools/isolated.sh", "release"], cwd=ROOT, check=True)
    _write_bill(version)
    _build_distributions()
    _pack_site(version)
    _pack_deployment(version)
    sums = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}" for p in sorted(DIST.iterdir())
    ]
    (DIST / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")
    for line in sums:
        print(f"release: {line.partition('  ')[2]}")
    print(f"release: ticket-clerk {version} is in dist/, with SHA256SUMS")


def _version() -> str:
    (found,) = re.findall(r'(?m)^version = "(.+)"$', (ROOT / "pyproject.toml").read_text())
    return str(found)


def _require_all_committed() -> None:
    changed = _git("status", "--porcelain")
    if changed:
        raise NotReleasable(f"This is not what is committed; commit it, or take it out:\n{changed}")


def _write_bill(version: str) -> None:
    """Write what ships, checked against CycloneDX's schema, and its licences with their texts."""
    made = _WORK / "environment.cdx.json"
    made.parent.mkdir(parents=True, exist_ok=True)
    command = [".release/bin/cyclonedx-py", "environment", ".venv/bin/python"]
    command += ["--pyproject", "pyproject.toml", "--output-reproducible", "-o", str(made)]
    subprocess.run(command, cwd=ROOT, check=True)
    pinned = bill_of_materials.pinned(ROOT / "requirements.txt")
    bill = bill_of_materials.shipped(json.loads(made.read_text(encoding="utf-8")), pinned)
    texts = bill_of_materials.licence_texts(bill)
    (DIST / f"ticket-clerk-{version}-licenses.txt").write_text(texts, encoding="utf-8")
    bill_of_materials.write(bill, DIST / f"ticket-clerk-{version}.cdx.json")


def _build_distributions() -> None:
    """Build wheel and source of both, with the pinned build backend."""
    uv = ROOT / ".uv" / "bin" / "uv"
    program = str(uv) if uv.exists() else "uv"
    options = ["--quiet", "--no-build-isolation", "--python", ".release/bin/python"]
    for source in (".", "packages/stripe-standin"):
        subprocess.run([program, "build", *options, "-o", "dist", source], cwd=ROOT, check=True)
    # uv leaves this for whoever builds below a repository.
    (DIST / ".gitignore").unlink(missing_ok=True)


def _pack_site(version: str) -> None:
    folder = _WORK / "site"
    if build(site_pages(ROOT), folder):
        raise NotReleasable("The documentation has mistakes; `make docs` names them.")
    name = f"ticket-clerk-{version}-site"
    files = {f"{name}/{p.relative_to(folder / 'site')}": p for p in (folder / "site").rglob("*")}
    _pack(DIST / f"{name}.tar.gz", files)


def _pack_deployment(version: str) -> None:
    """Pack what images are built of, and each chart as Helm does: its folder by its name."""
    tracked = [ROOT / name for name in _git("ls-files", "-z").split("\0") if name]
    if (ROOT / "deploy" / "Dockerfile").exists():
        name = f"ticket-clerk-{version}-image-context"
        files = {f"{name}/{path.relative_to(ROOT)}": path for path in tracked}
        _pack(DIST / f"{name}.tar.gz", files)
    for chart in sorted((ROOT / "deploy" / "helm").rglob("Chart.yaml")):
        text = chart.read_text(encoding="utf-8")
        name, number = (_field(text, key) for key in ("name", "version"))
        inside = [path for path in tracked if chart.parent in path.parents]
        files = {f"{name}/{path.relative_to(chart.parent)}": path for path in inside}
        _pack(DIST / f"{name}-{number}.tgz", files)


def _field(chart: str, key: str) -> str:
    (value,) = re.findall(rf"(?m)^{key}: *[\"']?([^\s\"']+)", chart)
    return str(value)


def _pack(archive: Path, files: dict[str, Path]) -> None:
    """Write a tar of files by their names in it: of no owner, and of the commit's time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in sorted(files.items()):
            if path.is_file():
                info = tarfile.TarInfo(name)
                info.size = path.stat().st_size
                info.mode = 0o755 if os.access(path, os.X_OK) else 0o644
                info.mtime = int(os.environ["SOURCE_DATE_EPOCH"])
                with path.open("rb") as content:
                    tar.addfile(info, content)
    archive.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607 - git is one of the few programs that a machine has
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
