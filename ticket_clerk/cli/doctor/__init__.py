"""``make doctor``: checks each setting and service."""
