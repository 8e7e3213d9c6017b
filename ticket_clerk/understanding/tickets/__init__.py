"""What is said about tickets that one has."""
