"""Reads deploy/Dockerfile: its stages, and what each instruction says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """One ``FROM``: on which stage it builds, and its instructions in order."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Image:
    """What a target's instructions add up to for whoever starts it."""

    command: list[str]
    environ: dict[str, str]
    user: str
    workdir: str
    healthcheck: list[str]
    ports: list[str]


def read_stages(file: Path) -> dict[str, Stage]:
    """Read all stages by name, in order."""
    text = re.sub(r"(?m)^\s*#.*\n", "", file.read_text(encoding="utf-8"))
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    stages: dict[str, Stage] = {}
    for word, _, rest in (line.partition(" ") for line in lines if line.strip()):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages[name] = stage = Stage(name, base)
        elif stages:
            stage.steps.append((word, rest.strip()))
    return stages


def line_of(stages: dict[str, Stage], target: str) -> list[Stage]:
    """A stage and those that it builds on, the first of them first."""
    stage = stages[target]
    return [*(line_of(stages, stage.base) if stage.base in stages else []), stage]


def read_image(stages: dict[str, Stage], target: str) -> Image:
    """Add up a target's instructions, as an engine does."""
    environ: dict[str, str] = {}
    last = {"WORKDIR": "/", "USER": "0", "CMD": "[]", "HEALTHCHECK": "NONE"}
    ports = []
    for word, rest in (step for stage in line_of(stages, target) for step in stage.steps):
        if word == "ARG":
            name, _, default = rest.partition("=")
            environ.setdefault(name, default)
        elif word == "ENV":
            environ |= _variables(rest, environ)
        elif word == "EXPOSE":
            ports.append(rest)
        elif word in last:
            last[word] = rest
    _, _, check = last["HEALTHCHECK"].partition("CMD ")
    return Image(
        command=json.loads(last["CMD"]),
        environ=environ,
        user=last["USER"],
        workdir=last["WORKDIR"],
        healthcheck=json.loads(check or "[]"),
        ports=ports,
    )


def _variables(text: str, known: dict[str, str]) -> dict[str, str]:
    pairs = (word.partition("=") for word in text.split())
    return {
        name: re.sub(r"\$\{(\w+)\}", lambda match: known[match[1]], value)
        for name, _, value in pairs
    }
