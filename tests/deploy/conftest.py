"""The images of deploy/, and all that compose.yml starts, once for all tests that use them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.deployment import DOMAIN, Deployment, write_settings
from tests.deploy.image import Builder
from tests.deploy.network import own_network


@pytest.fixture(scope="session")
def settings_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deploy/.env of somebody who tries it out with the stand-in."""
    return write_settings(
        tmp_path_factory.mktemp("settings"),
        CLERK_DOMAIN=DOMAIN,
        CLERK_TLS="internal",
        STRIPE_SECRET_KEY="sk_test_standin",
        STRIPE_WEBHOOK_SECRET="whsec_standin_of_the_deployment",
        STRIPE_API_BASE="http://localhost:12111",
        SHOWS="../tests/data/journeys.yml",
    )


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Builds the images' files."""
    if os.getuid():
        pytest.skip("only root may make namespaces that look like a container's")
    return Builder(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def deployment(builder: Builder, settings_file: Path) -> Iterator[Deployment]:
    """Everything of compose.yml, running, in a network of its own that this thread is in, too."""
    for name in ("rasa", "actions", "payments", "worker", "migrate"):
        builder.tree(name)
    # Not in pytest's own folder, which only root may enter: PostgreSQL runs as somebody else.
    with tempfile.TemporaryDirectory(prefix="deployment-") as folder, own_network():
        Path(folder).chmod(0o755)
        deployment = Deployment(Path(folder), builder, settings_file)
        try:
            deployment.start()
            yield deployment
        finally:
            deployment.stop()
