"""Parses a buyer's words: plain functions of a text and the catalog of the moment."""
