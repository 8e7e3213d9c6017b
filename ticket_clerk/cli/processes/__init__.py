"""Process supervision: starts, watches and ends the clerk's services."""
