"""Delivery of notifications to conversations, once each."""
