"""Season tickets: subscribing, status, and ending one."""
