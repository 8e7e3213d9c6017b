"""Giving a ticket to somebody else, and putting a name on one."""
