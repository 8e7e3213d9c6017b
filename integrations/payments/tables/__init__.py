"""The tables of the shop, a module each, and what is done with one: conn first, never a commit.

`schema` has the tables themselves (`columns` their building blocks, `waiting_tables` those of
buyers who wait); the other modules read and write one table or two that belong together.
"""
