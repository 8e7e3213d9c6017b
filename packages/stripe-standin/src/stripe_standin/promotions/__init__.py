"""Coupons, the codes that buyers have for them, and when a code may be taken."""
