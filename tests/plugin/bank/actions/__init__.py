"""What the bank's assistant does."""
