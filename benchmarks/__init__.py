"""Measurements: what the clerk understands and how fast it is."""
