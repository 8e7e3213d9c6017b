"""What a question is besides its topic."""
