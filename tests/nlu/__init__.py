"""Tests of what the bot understands with."""
