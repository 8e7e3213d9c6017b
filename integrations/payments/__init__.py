"""Orders, seats, money and messages: the part of the clerk that must not be wrong.

Read it in this order. Core, plain Python: ``errors``, ``money``, ``models``. Edges, one outside
system each: ``config`` (environment), ``store`` (the database) and ``tables`` (a module for each
table), ``stripe_client`` (Stripe), ``rasa_client`` (Rasa). ``settlement`` says what a Checkout
Session's state does to an order. Use cases, which own the transactions: ``checkout``,
``webhooks``, ``delivery``, ``reconciliation``, ``queries``. Entry points: ``bootstrap``, ``http``,
``worker``, ``__main__``. Imports point from the last to the first, never back.
"""
