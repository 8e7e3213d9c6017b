"""The hosted pages: checkout, invoice, 3-D Secure."""
