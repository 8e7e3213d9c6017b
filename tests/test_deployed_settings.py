"""Every setting of the product can be set in a deployment, with compose as with the chart.

Read as text, so that whoever adds a setting is told at once; `tests/deploy` asks compose and Helm.
"""

from __future__ import annotations

import re

import pytest
import yaml

from tests.deploy.dockerfile import read_image, read_stages
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.ticketing import envfile

DEPLOY = ROOT / "deploy"
PROCESSES = ("rasa", "actions", "payments", "worker")
PRODUCT = set(envfile.setting_names(ROOT / ".env.example"))
FOR_ALL = set(envfile.setting_names(DEPLOY / "settings.env.example"))
# Of the stand-in, and for tests.
NOT_DEPLOYED = re.compile(r"STRIPE_STANDIN_|PAYMENTS_CLOCK_OFFSET_S$|PAYMENTS_CRASH_AT$")
IS_SECRET = re.compile(r"_(?:TOKEN|SECRET|KEY|PASSWORD|HASH|URL|DB)$")
# Made to be in pages.
IS_PUBLIC = {"STRIPE_PUBLISHABLE_KEY"}


def told_by_compose() -> set[str]:
    """Names that compose.yml gives to one of our processes."""
    services = yaml.safe_load((DEPLOY / "compose.yml").read_text())["services"]
    return {name for process in PROCESSES for name in services[process]["environment"]}


def told_by_the_chart() -> set[str]:
    """Names that the chart gives, by value or from the Secret."""
    templates = DEPLOY / "helm" / "ticket-clerk" / "templates"
    values = re.findall(r"(?m)^([A-Z_]+): ", (templates / "_helpers.tpl").read_text())
    lists = re.findall(
        r"(?i)secrets: (?:&\w+ )?\[(.+)\]", (templates / "_processes.tpl").read_text()
    )
    return {*values, *(name for each in lists for name in each.split(", "))}


def told_by_the_images() -> set[str]:
    """Names that a Dockerfile's target sets."""
    stages = read_stages(DEPLOY / "Dockerfile")
    return {name for process in PROCESSES for name in read_image(stages, process).environ}


def missing(told: set[str]) -> set[str]:
    """Settings that nobody can set where these are told."""
    possible = told | told_by_the_images() | FOR_ALL
    return {name for name in PRODUCT - possible if not NOT_DEPLOYED.match(name)}


@pytest.mark.parametrize("told", [told_by_compose(), told_by_the_chart()], ids=["compose", "chart"])
def test_no_setting_is_forgotten(told: set[str]) -> None:
    """Each is told by name to those who need it, may be set for all, or is the images'."""
    assert missing(told) == set()


def test_a_forgotten_setting_is_noticed() -> None:
    """The control: without a line of its own a secret can be set nowhere."""
    assert missing(told_by_the_chart() - {"SMTP_PASSWORD"}) == {"SMTP_PASSWORD"}


def test_what_may_be_set_for_all_is_no_secret_and_exists() -> None:
    """A manifest shows it; and a name that nothing reads would be set in vain."""
    assert FOR_ALL <= PRODUCT
    assert not {name for name in FOR_ALL - IS_PUBLIC if IS_SECRET.search(name)}
    assert not FOR_ALL & told_by_compose()


def test_every_line_of_the_example_is_read_by_compose() -> None:
    """Nobody fills in something for nothing."""
    read = re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yml").read_text())

    assert set(envfile.setting_names(DEPLOY / "env.example")) <= set(read)
