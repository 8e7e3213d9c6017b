"""The catalog of shows and season tickets."""
