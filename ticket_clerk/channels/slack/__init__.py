"""Slack: one conversation a direct message, or a person and thread in a channel."""

from .channel import SlackInput

__all__ = ["SlackInput"]
