"""A buyer's orders: status, cancellation, and which one is meant."""
