"""Conversations that operators take over."""
