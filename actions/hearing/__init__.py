"""What a sentence says, as plain functions of its text and the catalog of the moment.

Nothing here knows Rasa, and nothing depends on what the NLU has tagged.
"""
