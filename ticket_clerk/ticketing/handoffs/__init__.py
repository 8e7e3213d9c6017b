"""Conversations that operators take over."""

from . import handover

__all__ = ["handover"]
