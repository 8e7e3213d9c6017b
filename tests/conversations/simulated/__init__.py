"""Buyers who are programs: each has a goal and a way to talk, and reads what a person would read.

``goals`` says what they want, ``phrases`` and ``voice`` how they say it, ``reading`` what they
make of an answer, ``buyer`` and ``afterwards`` what they do about it, ``verdict`` whether it ended
well. ``python -m tests.conversations.simulated`` (``make simulate``) lets three hundred of them in.
"""
