"""How well the trained model understands, measured."""
