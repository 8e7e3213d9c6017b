"""Reports for operators: figures, health, what needs manual review."""
