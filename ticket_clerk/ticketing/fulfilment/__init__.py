"""What a payment does to its order: settlement, disputes, release of tickets."""
