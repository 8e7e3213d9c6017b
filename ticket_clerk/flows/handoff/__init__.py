"""Handing a conversation over to operators."""
