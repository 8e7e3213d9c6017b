"""Better seats for a paid order."""
