"""Telegram: one conversation a person and chat, or topic of a forum."""

from .channel import TelegramInput

__all__ = ["TelegramInput"]
