"""The HTTP API: routes, request limits, errors. Nothing here decides about money or seats.

- Entry: ``mount`` joins it to rasa-sdk's server; ``blueprint`` has the webhook, the pages and the
  health check; ``action_requests`` validates action calls.
- Middleware: ``authorized`` (tokens, idempotency), ``rate_limits`` on ``token_bucket``,
  ``connections`` (framing, time and size), ``request_bodies``.
- Routes: ``orders_api``, ``stripe_api`` (payments, customers, subscriptions), ``tickets_api``,
  ``shows_api``, ``handoff_api``; ``schemas`` are their shapes, ``responses`` the errors.
- Description: ``operations`` lists the routes, ``openapi`` writes the document; ``pages`` are the
  HTML pages, ``desk`` those of the operators.
"""
