"""Browsing: what is on, prices, dates and places."""
