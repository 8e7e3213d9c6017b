"""Many machines, and what happens to them while people buy: ``python -m tests.drill``."""
