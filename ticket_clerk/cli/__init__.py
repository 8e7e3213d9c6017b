"""The commands of the Makefile: run, shell, demo, train, doctor, and the operators' commands.

- Settings: ``environment`` reads ``.env`` and derives addresses from the ports.
- Servers: ``processes`` starts, supervises and ends one process for each service; ``run`` and
  ``shell`` are the commands on top of it.
- The model: ``train``. A purchase without a human: ``demo``. Checks: ``doctor``.
- ``python -m integrations.payments``: ``operators``.

It knows the services by their commands and HTTP addresses.
"""
