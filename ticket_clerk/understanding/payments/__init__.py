"""What buyers say of paying: promotion codes."""
