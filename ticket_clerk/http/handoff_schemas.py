"""Schemas of handoffs; see schemas.py."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from ticket_clerk.ticketing.domain.models import HandoffReason

from .schemas import STORABLE, Body, Order

STATES = ("open", "closed")
# What fits into a message of every channel.
LONGEST_TEXT = 2000


class MessageBody(Body):
    """What an operator says, and the name that they say it under."""

    operator = fields.String(
        required=True,
        validate=[validate.Length(1, 60), validate.Regexp(r"^[^\x00-\x1f\ud800-\udfff]*$")],
    )
    text = fields.String(
        required=True, validate=[validate.Length(1, LONGEST_TEXT), validate.Regexp(STORABLE)]
    )


class Message(Schema):
    """What an operator said; the conversation has it as soon as its channel takes it."""

    id = fields.String(required=True)
    at = fields.DateTime(required=True)


class Handoff(Schema):
    """A conversation that people lead."""

    id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = fields.String(
        required=True, validate=validate.OneOf([reason.value for reason in HandoffReason])
    )
    channel = fields.String(required=True)
    sender_id = fields.String(required=True)
    opened_at = fields.DateTime(required=True)
    closed_at = fields.DateTime(required=True, allow_none=True)


class TranscriptLine(Schema):
    """One message of the conversation."""

    by = fields.String(required=True, validate=validate.OneOf(["buyer", "clerk", "operator"]))
    text = fields.String(required=True)
    at = fields.DateTime(required=True)


class HandoffCase(Handoff):
    """A handoff with what was said, the last 200 messages, and the buyer's orders."""

    transcript = fields.List(fields.Nested(TranscriptLine), required=True)
    orders = fields.List(fields.Nested(Order), required=True)
