"""What a host's Rasa gets: an importer, and understanding beside the host's own."""
