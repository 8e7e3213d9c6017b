"""State: the SQLite file, units of work, the schedule and identifiers."""
