"""Floors: programs of the least code that could do a job, on the same machine and database."""
