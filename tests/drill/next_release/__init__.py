"""What a release that is still to come does to the schema: a column and an index of `orders`."""
