"""Channels: Rasa's own and ours, each behind the same guard."""
