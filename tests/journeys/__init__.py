"""Whole stories, on the real Rasa, the real action server and the stand-in as processes."""
