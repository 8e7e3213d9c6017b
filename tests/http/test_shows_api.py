"""Calling a show off over HTTP: with the token, by its id, once."""

from __future__ import annotations

import requests

from tests.http.api import Api
from tests.servers import is_refusal

SHOW = "/payments/shows/swan-lake-evening"


def test_a_show_is_called_off_over_the_api(api: Api) -> None:
    """It is off the list at once; a repetition changes nothing, and its state can be read."""
    assert api.get(f"{SHOW}/change").json() == {"success": True, "change": None}

    first = api.post(f"{SHOW}/call-off", None, **{"Idempotency-Key": "off-1"}).json()
    again = api.post(f"{SHOW}/call-off").json()

    assert first == again == api.get(f"{SHOW}/change").json()
    change = first["change"]
    assert (change["show_id"], change["kind"]) == ("swan-lake-evening", "called_off")
    assert (change["payments"], change["amount"], change["is_done"]) == (0, 0, True)
    listed = requests.get(f"{api.url}/payments/shows", timeout=60).json()["shows"]
    assert "swan-lake-evening" not in [show["id"] for show in listed]


def test_a_show_is_moved_over_the_api(api: Api) -> None:
    """To what the body says, and what it leaves out stays; a repetition is no second move."""
    path = "/payments/shows/swan-lake-matinee"
    to = {"venue": "The Barn", "refund_until": "2031-03-01T00:00:00-06:00"}

    first = api.post(f"{path}/move", to).json()["change"]
    again = api.post(f"{path}/move", to).json()["change"]

    assert first == again == api.get(f"{path}/change").json()["change"]
    assert (first["kind"], first["venue"], first["is_done"]) == ("moved", "The Barn", True)
    assert first["starts_at"] == "2031-03-07T14:00:00-06:00"
    for wrong in (
        {},
        {"refund_until": "2031-03-01T00:00:00"},
        {"refund_until": "9999-01-01T00:00Z"},
    ):
        is_refusal(api.post(f"{path}/move", wrong), 400, "invalid_request")
    is_refusal(api.post(f"{SHOW}/move", to), 409, "show_not_changeable")


def test_it_wants_the_token_and_a_show(api: Api) -> None:
    """Nobody else ends a sale."""
    is_refusal(requests.post(f"{api.url}{SHOW}/call-off", timeout=60), 401, "unauthorized")
    is_refusal(requests.get(f"{api.url}{SHOW}/change", timeout=60), 401, "unauthorized")
    is_refusal(api.post("/payments/shows/no-such-show/call-off"), 404, "show_not_found")
