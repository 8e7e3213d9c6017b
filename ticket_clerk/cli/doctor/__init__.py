"""``make doctor``: says of each setting and part whether it works."""
