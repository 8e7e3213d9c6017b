"""Sells tickets in a Rasa assistant: the conversation, the orders and the payments."""
