"""``python -m integrations.payments``: the payments server alone, and the operators' commands."""
