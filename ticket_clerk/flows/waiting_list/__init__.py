"""The waiting list of sold-out shows."""
