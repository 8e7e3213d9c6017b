"""Season tickets: buying one, what becomes of it, and ending it."""
