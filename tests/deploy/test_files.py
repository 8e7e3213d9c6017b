"""The files of deploy/ against the programs that they are written for, and against each other."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.deployment import BIN, OURS, compose_config
from tests.deploy.dockerfile import read_image, read_stages
from tests.deploy.image import DOCKERFILE
from tests.docs.follow import blocks
from ticket_clerk.cli.environment import _QUIET, ROOT
from ticket_clerk.cli.processes.rasa_program import rasa_program
from ticket_clerk.cli.processes.services import action_server, rasa_server
from ticket_clerk.ticketing import envfile, metrics

pytestmark = pytest.mark.live
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "ticket-clerk"
TARGETS = (*OURS, "migrate")
STAGES = read_stages(DOCKERFILE)
FOR_ALL = DEPLOY / "settings.env.example"
POINT_IN_TIME = ROOT / "docs" / "how-to" / "point-in-time.md"
IS_SECRET = re.compile("TOKEN|SECRET|KEY|HASH|PASSWORD|DATABASE|TRACKER|REDIS")
VARIANTS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "everything on": {
        "shows": "currency: usd\nshows: []\n",
        "settings": {"HOLD_MINUTES": "20"},
        "image": {"digests": {"rasa": f"sha256:{'0' * 64}"}, "pullSecrets": ["registry"]},
        "rasa": {"autoscaling": {"turns": {"enabled": True}}},
        "worker": {"replicas": 2, "autoscaling": {"enabled": True}},
        "ingress": {"className": "nginx", "annotations": {"a.example/b": "c"}},
        "networkPolicy": {"databases": [{"ipBlock": {"cidr": "10.0.5.0/24"}}]},
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "shop", "operator": "Exists"}],
    },
    "everything off": {
        "existingShowsConfigMap": "catalog",
        "ingress": {"enabled": False},
        "networkPolicy": {"enabled": False},
        **{name: {"replicas": 1, "autoscaling": {"enabled": False}} for name in OURS},
    },
}


def run(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run one of the tools of .deploy."""
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", **environ} if environ else None,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def render(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The chart's manifests."""
    done = run("python", "tools/render_chart.py", str(CHART), json.dumps(values))
    assert not done.returncode, done.stderr
    answer = json.loads(done.stdout)
    assert answer["findings"]["errors"] == []
    # Only that it has no picture.
    assert [each["error"] for each in answer["findings"]["messages"]] == ["icon is recommended"]
    files = (text for name, text in answer["manifests"].items() if name.endswith(".yaml"))
    return [each for text in files for each in yaml.safe_load_all(text) if each]


def pods(manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The specification of each process's pod."""
    kinds = ("Deployment", "Job")
    found = [each for each in manifests if each["kind"] in kinds]
    return {
        each["metadata"]["labels"]["app.kubernetes.io/component"]: each["spec"]["template"]["spec"]
        for each in found
    }


@pytest.fixture(scope="module")
def compose(settings_file: Path) -> dict[str, Any]:
    """compose.yml as compose reads it."""
    return compose_config(settings_file)


def test_hadolint_finds_nothing() -> None:
    """Without an exception."""
    done = run("hadolint", str(DOCKERFILE))

    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    """The control: an unpinned base, and packages of nobody's choosing."""
    file = tmp_path / "Dockerfile"
    file.write_text("FROM python:latest\nRUN pip install rasa\n")

    assert run("hadolint", str(file)).returncode


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_runs_as_nobody_and_without_a_shell(target: str) -> None:
    """A fixed user by number, which Kubernetes can check, and a command that gets its signals."""
    image = read_image(STAGES, target)

    assert image.user == "10001:10001"
    assert image.command[0] in {"python", "ticket-clerk"}
    assert bool(image.healthcheck) == (target != "migrate")


def test_images_start_what_make_run_starts_with_its_settings() -> None:
    """The same two commands, and what every process of it is told."""
    environ = {**_QUIET, "BIND_HOST": "0.0.0.0", "RASA_TOKEN": "x"}
    environ |= {"RASA_PORT": "5005", "ACTIONS_PORT": "5055"}
    rasa, actions = read_image(STAGES, "rasa"), read_image(STAGES, "actions")

    assert list(action_server(environ).command[1:]) == actions.command[1:]
    program = rasa_server(environ, Path("model")).command
    assert list(program) == rasa_program(rasa.command[-1])
    for target in TARGETS:
        assert _QUIET.items() <= read_image(STAGES, target).environ.items()


def test_another_user_may_read_the_model() -> None:
    """Without it a server computes for a minute what it may not read, and the first turns fail."""
    commands = [rest for word, rest in STAGES["model"].steps if word == "RUN"]

    assert commands[-1].endswith("chmod -R a+rX models")


def test_services_have_the_versions_of_the_checkout() -> None:
    """Nothing is installed in an image that the tests have not seen."""
    pins = _pins("requirements.txt")

    assert _pins("deploy/requirements-services.txt") <= pins
    assert _pins("deploy/requirements-sources.txt") <= pins


def _pins(name: str) -> set[str]:
    return set(re.findall(r"(?m)^([\w.-]+==[^ \\]+)", (ROOT / name).read_text()))


def test_only_the_proxy_has_ports(compose: dict[str, Any]) -> None:
    """Nothing else of the machine is reached from outside; the databases reach nobody."""
    published = {name for name, service in compose.items() if service.get("ports")}

    assert published == {"caddy"}
    assert set(compose["postgres"]["networks"]) == set(compose["redis"]["networks"]) == {"data"}


def test_every_service_is_locked_down(compose: dict[str, Any]) -> None:
    """Read-only, no rights but one of Caddy's, no way to more; each is asked how it is."""
    for name, service in compose.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert name in OURS or name == "migrate" or service["healthcheck"], name
    assert [name for name, each in compose.items() if each.get("cap_add")] == ["caddy"]


def test_all_wait_for_the_migration(compose: dict[str, Any]) -> None:
    """Which is done once, and for which PostgreSQL has to be there."""
    for name in OURS:
        condition = compose[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"
    assert compose["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_a_secret_that_is_missing_is_named(tmp_path: Path) -> None:
    """Instead of a deployment without it."""
    file = tmp_path / "env"
    file.write_text((DEPLOY / "env.example").read_text())

    command = ["docker-compose", "--file", str(DEPLOY / "compose.yml"), "--env-file", str(file)]
    done = run(*command, "config", "--quiet")

    assert done.returncode
    assert "run deploy/secrets.sh" in done.stderr


def test_each_process_is_told_no_more_secrets_than_it_needs(compose: dict[str, Any]) -> None:
    """Rasa never has Stripe's key, and what the Internet reaches cannot run actions."""
    told = {name: set(compose[name]["environment"]) for name in TARGETS}

    assert not told["rasa"] & {"STRIPE_SECRET_KEY", "TICKETS_SIGNING_KEY", "PAYMENTS_API_TOKEN"}
    assert [name for name in TARGETS if "ACTION_SERVER_TOKEN" in told[name]] == ["rasa", "actions"]
    assert told["migrate"] == {"DATABASE_URL"}


@pytest.mark.parametrize("tls", ["internal", "shop@example.com"])
def test_caddy_takes_its_file(tls: str) -> None:
    """As it is written for a domain, and for trying it out; formatted as Caddy formats."""
    file = str(DEPLOY / "Caddyfile")
    arguments = ("--config", file, "--adapter", "caddyfile")
    done = run("caddy", "validate", *arguments, CLERK_DOMAIN="shop.example", CLERK_TLS=tls)

    assert "Valid configuration" in done.stdout + done.stderr
    assert run("caddy", "fmt", file).stdout == Path(file).read_text()


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS.keys())
@pytest.mark.parametrize("version", ["1.31.0", "1.37.0"])
def test_kubernetes_takes_the_manifests(
    tmp_path: Path, values: dict[str, Any], version: str
) -> None:
    """Of every variant, with no key that it doesn't know."""
    file = tmp_path / "all.yaml"
    manifests = render(values)
    file.write_text(yaml.safe_dump_all(manifests))

    done = run("kubernetes-validate", "--strict", "-k", version, str(file))

    assert not done.returncode, done.stdout + done.stderr
    assert len(manifests) > 5


def test_kubernetes_would_refuse_a_wrong_key(tmp_path: Path) -> None:
    """The control."""
    manifests = render({})
    pods(manifests)["rasa"]["containers"][0]["livelinessProbe"] = {}
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all(manifests))

    assert run("kubernetes-validate", "--strict", str(file)).returncode


@pytest.mark.parametrize(
    "values",
    [
        {"domain": "https://shop.example"},
        {"rasa": {"replicas": 0}},
        {"image": {"digests": {"rasa": "latest"}}},
        {"settings": {"HOLD_MINUTES": 20}},
        {"replicas": 3},
    ],
)
def test_values_that_cannot_be_are_refused(values: dict[str, Any]) -> None:
    """By the chart's schema, before anything is installed."""
    done = run("python", "tools/render_chart.py", str(CHART), json.dumps(values))

    assert done.returncode == 1
    assert done.stderr.startswith("ticket-clerk:\n- at ")


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS.keys())
def test_every_pod_is_locked_down(values: dict[str, Any]) -> None:
    """Not root, read-only, no rights, no token of the cluster's; with limits of memory."""
    found = pods(render(values))

    assert set(found) == set(TARGETS)
    for spec in found.values():
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["automountServiceAccountToken"] is False
        (container,) = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]


def test_chart_and_compose_tell_each_process_the_same(compose: dict[str, Any]) -> None:
    """The same names, so that one table holds for both; secrets by reference only."""
    for name, spec in pods(render({})).items():
        (container,) = spec["containers"]
        told = {each["name"]: each for each in container["env"]}
        assert set(told) == set(compose[name]["environment"]), name
        for variable, each in told.items():
            assert ("valueFrom" in each) >= bool(IS_SECRET.search(variable)), variable


def test_what_may_be_set_for_all_reaches_every_process() -> None:
    """As compose gives settings.env to each, the chart gives its value `settings`."""
    settings = {name: f"of {name}" for name in envfile.setting_names(FOR_ALL)}
    found = pods(render({"settings": settings}))
    services = yaml.safe_load((DEPLOY / "compose.yml").read_text())["services"]

    for name in OURS:
        told = {each["name"]: each.get("value") for each in found[name]["containers"][0]["env"]}
        assert settings.items() <= told.items(), name
        assert [each["path"] for each in services[name]["env_file"]] == ["settings.env"]


def test_postgresql_keeps_its_changes_as_the_page_says(settings_file: Path, tmp_path: Path) -> None:
    """compose.archive.yml has the lines of docs/how-to/point-in-time.md, which a test tries."""
    (archive,) = (each for each in blocks(POINT_IN_TIME) if "archive_mode" in each.text)
    lines = dict(line.split(" = ", 1) for line in archive.text.splitlines())
    services = compose_config(settings_file, "compose.archive.yml", ARCHIVE=str(tmp_path))
    told = dict(word.split("=", 1) for word in services["postgres"]["command"][1:] if word != "-c")

    assert told == {name: value.strip("'") for name, value in lines.items()}
    mounted = {each["target"]: each["source"] for each in services["postgres"]["volumes"]}
    assert mounted["/srv/archive"] == str(tmp_path)


def test_probes_ask_what_the_images_answer() -> None:
    """The ports are those that the images listen on, and a model that loads is waited for."""
    for name, spec in pods(render({})).items():
        if name == "migrate":
            continue
        (container,) = spec["containers"]
        image = read_image(STAGES, name)
        assert [str(port["containerPort"]) for port in container["ports"]] == image.ports
        probe = container["readinessProbe"]
        path = probe["httpGet"]["path"] if "httpGet" in probe else probe["exec"]["command"][-1]
        assert path == image.healthcheck[-1]
        assert "startupProbe" in container
        assert "livenessProbe" in container


def test_chart_and_proxy_let_the_same_in() -> None:
    """An ingress cannot forbid, so both name what may be reached."""
    proxied = re.findall(r"(/[\w./-]+/)\*", (DEPLOY / "Caddyfile").read_text())
    (ingress,) = (each for each in render({}) if each["kind"] == "Ingress")
    (rule,) = ingress["spec"]["rules"]

    assert sorted(proxied) == sorted(path["path"] for path in rule["http"]["paths"])


def test_rasa_is_scaled_by_a_metric_that_is_counted() -> None:
    """The rule for the adapter reads a counter of the action servers', and the chart its name."""
    (rule,) = yaml.safe_load((DEPLOY / "prometheus" / "adapter.yml").read_text())
    manifests = render(VARIANTS["everything on"])
    (scaler,) = (
        each
        for each in manifests
        if each["kind"] == "HorizontalPodAutoscaler" and each["metadata"]["name"].endswith("rasa")
    )
    (external,) = (each for each in scaler["spec"]["metrics"] if each["type"] == "External")

    assert rule["seriesQuery"].startswith(f"{metrics.ANSWERS._name}_total{{")
    assert external["external"]["metric"]["name"] == rule["name"]["as"]


def test_a_single_pod_keeps_no_node_from_being_emptied() -> None:
    """A budget for one pod would; with two there is one."""
    budgets = {
        each["metadata"]["labels"]["app.kubernetes.io/component"]
        for each in render({})
        if each["kind"] == "PodDisruptionBudget"
    }

    assert budgets == {"rasa", "actions", "payments"}


def test_the_documentation_has_who_is_told_what(compose: dict[str, Any]) -> None:
    """docs/deploy.md's table of settings is compose.yml's."""
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| ((?:`[A-Z_]+`(?:, )?)+) \|(.*)\|$", text)
    said: dict[str, set[str]] = {name: set() for name in TARGETS}
    for names, cells in rows:
        for process, cell in zip(TARGETS, cells.split("|"), strict=True):
            if cell.strip():
                said[process] |= set(re.findall(r"`([A-Z_]+)`", names))

    assert said == {name: set(compose[name]["environment"]) for name in TARGETS}
