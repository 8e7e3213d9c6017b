"""``make demo``: a whole purchase without a human."""
