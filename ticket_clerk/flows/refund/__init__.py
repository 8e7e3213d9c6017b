"""The refund form: of which order, how many tickets, and a yes to the sum."""
