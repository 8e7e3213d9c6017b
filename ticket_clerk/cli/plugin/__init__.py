"""``ticket-clerk add`` and ``remove``: into an assistant that somebody has, and out again."""
