"""Slack: a direct message is a conversation, and in a channel a thread is one a person."""

from .channel import SlackInput

__all__ = ["SlackInput"]
