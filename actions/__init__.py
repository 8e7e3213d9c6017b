"""What the clerk does in a conversation: the actions that Rasa calls.

Asynchronous at the rim, one call into a thread each; no SQL and no Stripe here. All words that a
buyer reads are in ``domain.yml``.
"""

from integrations.payments.http.mount import register

# rasa-sdk imports this package and then calls its plugins' hook with the finished app, so the
# standard command `rasa run actions` serves /payments/* too.
register()
