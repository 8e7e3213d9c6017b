"""All that is heard and answered over HTTP: nothing here decides about money or seats.

- The way in: `mount` joins it to rasa-sdk's server, `blueprint` has the webhook, the pages and the
  health of the thing, `action_calls` is the door of the actions.
- Who may, how often, how slowly, how large: `guarded`, `doorkeeper`, `allowance`, `patience`,
  `bodies`.
- The API: `api` and `stripe_api` (payments), `billing_api` (customers, season tickets, figures),
  `handoff_api` with `handoff_schemas` (people who answer); `wire_schemas` are its shapes,
  `answers` its errors.
- Its description: `operations` lists it, `openapi` writes it down; `pages` are for people.
"""
