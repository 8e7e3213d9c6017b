"""Components of Rasa's NLU pipeline."""
