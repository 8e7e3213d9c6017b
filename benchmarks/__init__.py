"""Benchmarks of understanding and speed."""
