"""End-to-end scenarios on the real Rasa, action server and stand-in as processes."""
