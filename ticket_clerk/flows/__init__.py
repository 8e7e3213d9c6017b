"""Conversation flows, a package a feature: from an utterance to slots and replies."""
