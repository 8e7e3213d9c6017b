"""Orders, seats, money and messages: the part of the clerk that must not be wrong.

Read it in this order. Core, plain Python: ``errors``, ``money``, ``models``. Edges, one outside
system each: ``config`` (environment), ``schema``/``store`` (the database), ``shows``,
``inventory``, ``orders``, ``webhook_events``, ``outbox`` (their tables), ``stripe_client``
(Stripe), ``rasa_client`` (Rasa). ``settlement`` says what a Checkout Session's state does to an
order. Use cases, which own the transactions: ``checkout``, ``webhooks``, ``delivery``,
``reconciliation``, ``queries``. Entry points: ``bootstrap``, ``blueprint``, ``worker``,
``__main__``. Imports point from the last to the first, never back.
"""
