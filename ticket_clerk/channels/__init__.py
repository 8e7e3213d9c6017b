"""The doors of the conversation: Rasa's own channels, each behind the same guard."""
