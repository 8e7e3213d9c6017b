"""Conversations: store, locks and ownership."""
