"""The actions that Rasa calls, registered with the action server when it imports this package."""

from ticket_clerk.flows.warm_up import warm_up
from ticket_clerk.http.mount import register

from . import actions

__all__ = ["actions"]

# rasa-sdk imports this package and then calls its plugins' hook with the finished app, so the
# standard command `rasa run actions` serves /payments/* too. In a wheel this package is
# ticket_clerk.actions, and the server a host's.
IS_GUEST = __name__ != "actions"
if IS_GUEST:
    from ticket_clerk.rasa import listen  # noqa: F401
register(is_guest=IS_GUEST, warm_up=warm_up)
