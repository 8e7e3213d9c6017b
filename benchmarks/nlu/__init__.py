"""Benchmarks of the trained model."""
