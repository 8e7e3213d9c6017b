"""Starts, watches and ends the programs that make up a running clerk."""
