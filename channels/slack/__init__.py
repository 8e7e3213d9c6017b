"""Slack: a direct message is a conversation, and in a channel a thread is one a person."""

from channels.slack.channel import SlackInput

__all__ = ["SlackInput"]
