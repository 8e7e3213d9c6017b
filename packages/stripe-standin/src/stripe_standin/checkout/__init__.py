"""Checkout Sessions and how they are paid."""
