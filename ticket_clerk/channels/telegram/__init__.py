"""Telegram: in a chat, and in a topic of a forum, each person has a conversation."""

from .channel import TelegramInput

__all__ = ["TelegramInput"]
