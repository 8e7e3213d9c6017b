"""What messenger channels share: base class, deduplication, API client."""
