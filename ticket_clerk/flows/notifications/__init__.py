"""Notifications, put into words when they are delivered."""
