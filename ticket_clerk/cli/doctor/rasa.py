"""The doctor's look at Rasa: does it answer, whom does it let in, with which model it speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import requests

from ticket_clerk.cli.local_http import TIMEOUT_S, content, local_session
from ticket_clerk.cli.train import model_path

from .result import START, Result, broken, ok


def check_rasa(environ: Mapping[str, str], root: Path) -> Iterator[Result]:
    """Rasa, its door and its model; one that is away still has the model on disk looked at."""
    url, loaded = environ["RASA_URL"], None
    with local_session() as http:
        try:
            stranger = http.get(f"{url}/status", timeout=TIMEOUT_S)
            # The token goes by query, as Rasa wants it; so no address is printed that has one.
            token = {"token": environ["RASA_TOKEN"]}
            answer = http.get(f"{url}/status", params=token, timeout=TIMEOUT_S)
        except requests.RequestException:
            yield broken("rasa", f"does not answer at {url}: {START}; var/log/rasa.log has more")
        else:
            loaded = content(answer).get("model_file")
            yield _rasa(url, answer.status_code, loaded)
            if loaded:
                yield _door(stranger)
    yield _model(root, loaded, environ["CLERK_LANGUAGE"])


def _rasa(url: str, status: int, loaded: str | None) -> Result:
    if status == requests.codes.unauthorized:
        return broken("rasa", "was started with another RASA_TOKEN: restart `make run`")
    if status == requests.codes.conflict:
        return broken("rasa", "answers and has no model: restart `make run`")
    if not loaded:
        return broken("rasa", f"is not what answers at {url}: check RASA_URL and RASA_PORT")
    return ok("rasa", "answers, and knows RASA_TOKEN")


def _door(stranger: requests.Response) -> Result:
    """Whoever gets in without the token can write into conversations."""
    if stranger.ok:
        return broken("rasa's door", "is open to anybody: start Rasa with --auth-token RASA_TOKEN")
    return ok("rasa's door", "wants RASA_TOKEN")


def _model(root: Path, loaded: str | None, language: str) -> Result:
    model = model_path(root, language)
    if not model.exists():
        return broken(
            "model",
            "the bot's files changed since it was trained: run `make train`, restart `make run`",
        )
    if loaded and Path(loaded).name != model.name:
        return broken("model", "is trained, but Rasa speaks with an older one: restart `make run`")
    return ok("model", "trained from today's files")
