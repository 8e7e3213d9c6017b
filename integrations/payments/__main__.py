"""``python -m integrations.payments``: the payments server alone, and the operator's commands."""

import sys

from ticket_clerk.cli.operators.main import main

if __name__ == "__main__":
    sys.exit(main())
