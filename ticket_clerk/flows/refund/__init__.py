"""The refund form: quote, confirmation, execution."""
