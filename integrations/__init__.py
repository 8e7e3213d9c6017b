"""Packages that connect the clerk to the outside."""
