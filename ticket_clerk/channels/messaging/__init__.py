"""Shared parts of messenger channels: base class, deduplication, API client."""
