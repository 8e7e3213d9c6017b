"""The REST and callback channels."""
