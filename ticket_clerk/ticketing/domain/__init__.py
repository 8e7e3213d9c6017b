"""Models, money and errors: plain Python, standard library only."""
