"""Times as buyers write them: days and hours, how long something takes, and how old one is."""
