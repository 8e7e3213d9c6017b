"""One trained bot and one running Rasa for all tests of a session that need them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.action_double import ActionDouble
from tests.channels.callback_double import CallbackDouble
from tests.channels.rasa_process import RasaProcess, tiny_model
from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.channels.unread_orders import open_container
from tests.channels.visitor import Visitor
from ticket_clerk.ticketing.container import Container


@pytest.fixture(scope="session")
def rasa_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder that the running Rasa writes to."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="session")
def live_container(rasa_var: Path) -> Iterator[Container]:
    """The database that the running Rasa reads its buyers' unread notices from."""
    container = open_container(f"sqlite:///{rasa_var}/payments.db")
    yield container
    container.database.close()


@pytest.fixture(scope="session")
def actions(live_container: Container) -> Iterator[ActionDouble]:
    """The running Rasa's action server."""
    double = ActionDouble(live_container)
    yield double
    double.close()


@pytest.fixture(scope="session")
def callback() -> Iterator[CallbackDouble]:
    """The server that the running Rasa posts to."""
    double = CallbackDouble()
    yield double
    double.close()


@pytest.fixture(scope="session")
def rasa(
    tmp_path_factory: pytest.TempPathFactory,
    rasa_var: Path,
    actions: ActionDouble,
    slack: SlackDouble,
    telegram: TelegramDouble,
    callback: CallbackDouble,
) -> Iterator[RasaProcess]:
    """A running Rasa with a small bot; each test has senders of its own."""
    model = tiny_model(tmp_path_factory)
    url = f"sqlite:///{rasa_var}/payments.db"
    environ = {**slack.settings, **telegram.settings, "CALLBACK_URL": callback.url}
    process = RasaProcess(model, rasa_var, url, actions.url, **environ)
    process.start()
    yield process
    process.kill()


@pytest.fixture
def page(rasa: RasaProcess) -> Iterator[Visitor]:
    """A visitor's first look at the chat."""
    visitor = Visitor(rasa)
    yield visitor
    visitor.close()
