"""Orders: checkout, replacement, upgrades, and reading them."""
