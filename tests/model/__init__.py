"""A real small language model, behind the protocol that owners name endpoints of."""
