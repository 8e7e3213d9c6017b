"""Reports for operators: payment summary, health, manual review."""
