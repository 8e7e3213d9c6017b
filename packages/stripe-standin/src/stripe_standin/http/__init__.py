"""Transport: the server, its messages, and what a test controls of them."""
