"""Settings: read once, and wrong ones stop the start with a sentence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import STANDIN_KEY, Settings, read_environ

SECRETS = {
    "STRIPE_SECRET_KEY": "sk_test_secretsecret",
    "STRIPE_WEBHOOK_SECRET": "whsec_secretsecret",
    "RASA_TOKEN": "secretsecret-rasa",
    "ACTION_SERVER_TOKEN": "secretsecret-actions",
    "PAYMENTS_API_TOKEN": "secretsecret-api",
    "TICKETS_SIGNING_KEY": "secretsecret-tickets-0123456789ab",
    "DATABASE_URL": "postgresql://clerk:secretsecret@db.example/clerk",
    "TRACKER_DB": "postgresql://clerk:secretsecret@db.example/talks",
    "REDIS_URL": "redis://:secretsecret@redis.example.com/0",
    "CALLBACK_URL": "https://shop.example.com/secretsecret",
}


def test_without_a_key_the_stand_in_is_used() -> None:
    """No Stripe account is needed to begin."""
    settings = Settings.from_env({"STRIPE_STANDIN_PORT": "12345"})

    assert settings.stripe_secret_key == STANDIN_KEY
    assert settings.stripe_api_base == "http://127.0.0.1:12345"


def test_with_a_key_stripe_itself_is_used() -> None:
    """Nothing but the key decides between the two."""
    settings = Settings.from_env({"STRIPE_SECRET_KEY": "sk_live_abc"})

    assert settings.stripe_api_base == "https://api.stripe.com"
    assert settings.livemode


def test_addresses_follow_the_ports() -> None:
    """Moving a port moves what points to it."""
    settings = Settings.from_env({"ACTIONS_PORT": "6055", "RASA_PORT": "6005"})

    assert settings.public_url == "http://127.0.0.1:6055"
    assert settings.rasa_url == "http://127.0.0.1:6005"


def test_several_webhook_secrets_are_taken_while_one_is_rolled() -> None:
    """Stripe signs with the old and the new secret for a day."""
    settings = Settings.from_env({"STRIPE_WEBHOOK_SECRET": "whsec_old_one_, whsec_new_one_"})

    assert settings.stripe_webhook_secrets == ("whsec_old_one_", "whsec_new_one_")


@pytest.mark.parametrize("name", ["RASA_TOKEN", "PAYMENTS_API_TOKEN"])
def test_of_several_tokens_the_first_is_ours(name: str) -> None:
    """And all are taken, while one is rolled; a blank one is none."""
    settings = Settings.from_env({name: "new, old,"})

    assert getattr(settings, f"{name.lower()}s") == ("new", "old")
    assert getattr(settings, name.lower()) == "new"
    with pytest.raises(ConfigError, match=name):
        Settings.from_env({name: " , "}).require(name)


def test_no_secret_is_in_the_repr() -> None:
    """A settings object may end in a log or a traceback."""
    assert "secretsecret" not in repr(Settings.from_env(SECRETS))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STRIPE_SECRET_KEY", "pk_test_notsecret"),
        ("STRIPE_PUBLISHABLE_KEY", "sk_test_toosecret"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_good_enough,hush"),
        ("TICKETS_SIGNING_KEY", "long-enough-to-sign-tickets-0123456789,hush"),
        ("ACTIONS_PORT", "0"),
        ("RASA_PORT", "five"),
        ("RASA_URL", "localhost:5005"),
        ("PUBLIC_URL", "ftp://example.com"),
        ("DATABASE_URL", "mysql://x/y"),
        ("TRACKER_DB", "mysql://x/y"),
        ("REDIS_URL", "redis.example.com:6379"),
        ("CALLBACK_URL", "https://:0/secret-path"),
        ("PAYMENTS_CLOCK_OFFSET_S", "soon"),
        ("PAYMENTS_CRASH_AT", "somewhere"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(name: str, value: str) -> None:
    """The sentence says which variable; its value may be a secret."""
    with pytest.raises(ConfigError) as caught:
        Settings.from_env({name: value})

    assert str(caught.value).startswith(name)
    assert value not in str(caught.value)


def test_no_crash_is_asked_for_where_money_is_real() -> None:
    """A setting that was left over from a test stops the start, not the business."""
    environ = {"PAYMENTS_CRASH_AT": "order_stored", "STRIPE_SECRET_KEY": "sk_live_abc"}

    with pytest.raises(ConfigError, match="^PAYMENTS_CRASH_AT is for tests"):
        Settings.from_env(environ)


def test_a_missing_token_is_named_with_what_to_do() -> None:
    """Who needs a token asks for it by its variable's name."""
    with pytest.raises(ConfigError, match="RASA_TOKEN is not set"):
        Settings.from_env({}).require("RASA_TOKEN")


def test_the_environment_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator can override .env for one command."""
    file = tmp_path / ".env"
    file.write_text("PAYMENTS_CLOCK_OFFSET_S=60\nRASA_PORT=6005\n")
    monkeypatch.setenv("RASA_PORT", "7005")

    settings = Settings.from_env(read_environ(file))

    assert settings.clock_offset == timedelta(seconds=60)
    assert settings.rasa_url == "http://127.0.0.1:7005"
