"""Refunds: quote, request, submission to Stripe, settlement."""

from . import refund_settlement, submission
from .pace import Pace
from .whole_refunds import request_whole_refund

__all__ = ["Pace", "refund_settlement", "request_whole_refund", "submission"]
