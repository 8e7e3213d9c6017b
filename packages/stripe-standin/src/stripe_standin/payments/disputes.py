"""Disputes: chargebacks and inquiries (https://docs.stripe.com/disputes), and files of evidence.

Some test cards are disputed at once, and the evidence decides
(https://docs.stripe.com/testing#disputes). A chargeback takes the money back; an inquiry is a
question that moves no money, and its states begin with `warning_`.
"""

from __future__ import annotations

from typing import Any

from stripe_standin.api import params as metadata
from stripe_standin.api.errors import ApiError, invalid_parameter
from stripe_standin.api.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    UNSUPPORTED,
    mapping,
    needed,
    text,
)
from stripe_standin.http.messages import Json
from stripe_standin.payments import balance_transactions
from stripe_standin.payments.cards import Card
from stripe_standin.storage import schedule
from stripe_standin.storage.unit_of_work import Call, Work, new_id

KIND = "dispute"
ANSWER_S = 9 * 24 * 3600
# Evidence that is a file, by its id.
_FILES = (
    "cancellation_policy", "customer_communication", "customer_signature",
    "duplicate_charge_documentation", "receipt", "refund_policy", "service_documentation",
    "shipping_documentation", "uncategorized_file",
)  # fmt: skip
_NAMES = (
    "access_activity_log", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip
# What Stripe's test mode looks for among the evidence.
_DECIDES = {"winning_evidence": "won", "losing_evidence": "lost"}
_CLOSED = ("won", "lost", "warning_closed")

CLOSE = EXPAND
UPDATE = {
    "evidence": mapping(
        enhanced_evidence=UNSUPPORTED, **{name: text(max_length=20000) for name in _NAMES}
    ),
    "metadata": METADATA,
    "submit": BOOLEAN,
    **EXPAND,
}
FILE = "file"
PURPOSE = "dispute_evidence"
LARGEST = 5 * 1024 * 1024
_KEPT_S = 270 * 24 * 3600
_BEGINNINGS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}

UPLOAD = {
    "file": needed(text()),
    "purpose": needed(text(PURPOSE)),
    "file_link_data": UNSUPPORTED,
    **EXPAND,
}


def open_for(work: Work, charge: Json, card: Card) -> None:
    """Opens the card's dispute; a chargeback takes the money back at once."""
    dispute = _blank(work, charge, card)
    work.store.insert(dispute)
    work.store.update({**charge, "disputed": True})
    schedule.put(work.store, dispute["id"], "lapse", work.now + ANSWER_S)
    work.emit("charge.dispute.created", dispute)
    if card.inquiry:
        return
    booked = balance_transactions.of_dispute(work, dispute)
    after = {**dispute, "balance_transactions": [booked]}
    work.store.update(after)
    work.emit("charge.dispute.funds_withdrawn", after)


def update(call: Call) -> Json:
    """Takes evidence and, unless `submit` is false, sends it to the bank."""
    work, params = call.work, call.params
    before = _unanswered(call)
    after = metadata.overlaid(before, params)
    evidence = params.get("evidence", {})
    for name in _FILES:
        if evidence.get(name):
            work.load(FILE, evidence[name], f"evidence[{name}]", 400)
    if evidence:
        after["evidence"] = {**before["evidence"], **evidence}
        after["evidence_details"] = {**before["evidence_details"], "has_evidence": True}
    submits = params.get("submit", True) and after["evidence_details"]["has_evidence"]
    if submits:
        count = before["evidence_details"]["submission_count"] + 1
        after["evidence_details"] = {**after["evidence_details"], "submission_count": count}
        after["status"] = _prefix(before) + "under_review"
    previous = {name: before[name] for name in after if after[name] != before[name]}
    if previous:
        work.store.update(after)
        work.emit("charge.dispute.updated", after, previous)
    if not submits:
        return after
    schedule.forget(work.store, after["id"])
    decided = [_DECIDES[value] for value in evidence.values() if value in _DECIDES]
    return _decide(work, after, decided[0]) if decided else after


def close(call: Call) -> Json:
    """Accepts the dispute; irreversible."""
    return _decide(call.work, _unanswered(call), "lost")


def expire(work: Work, dispute: Json) -> None:
    """Closes a dispute whose deadline for evidence passed."""
    if dispute["status"].endswith("needs_response"):
        details = {**dispute["evidence_details"], "past_due": True}
        _decide(work, {**dispute, "evidence_details": details}, "lost")


def forbids_refund(work: Work, charge: Json) -> bool:
    """Whether a dispute holds the money of a charge, so that it cannot be refunded."""
    found = work.store.select(KIND, [("json_extract(body, '$.charge') = ?", [charge["id"]])])
    return any(not one["is_charge_refundable"] for one in found)


def _decide(work: Work, dispute: Json, verdict: str) -> Json:
    schedule.forget(work.store, dispute["id"])
    if _prefix(dispute):
        verdict = "warning_closed"
    after = {**dispute, "status": verdict, "is_charge_refundable": verdict != "lost"}
    if verdict == "won":
        returned = balance_transactions.of_dispute(work, dispute, won=True)
        after["balance_transactions"] = [*dispute["balance_transactions"], returned]
    work.store.update(after)
    work.emit("charge.dispute.closed", after)
    if verdict == "won":
        work.emit("charge.dispute.funds_reinstated", after)
    return after


def _prefix(dispute: Json) -> str:
    return "warning_" if dispute["status"].startswith("warning_") else ""


def _unanswered(call: Call) -> Json:
    dispute = call.work.load(KIND, call.ids["id"])
    if dispute["status"] in _CLOSED:
        raise ApiError(400, f"This dispute is already closed: it was {dispute['status']}.")
    return dispute


def _blank(work: Work, charge: Json, card: Card) -> Json:
    evidence: dict[str, Any] = dict.fromkeys(_NAMES)
    return {
        "id": new_id("du"),
        "object": KIND,
        "amount": charge["amount"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": work.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**evidence, "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": work.now + ANSWER_S,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": card.inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card.brand,
                "case_type": "inquiry" if card.inquiry else "chargeback",
                "network_reason_code": "83",
            },
            "type": "card",
        },
        "reason": card.dispute,
        "status": "warning_needs_response" if card.inquiry else "needs_response",
    }


def upload(call: Call) -> Json:
    """Takes a file of at most 5 MB: a PDF, a JPEG or a PNG (https://docs.stripe.com/file-upload).

    The type is checked by what the file begins with. The contents are not kept: nobody reads them.
    """
    contents = call.files.get("file")
    if contents is None:
        raise invalid_parameter("file", "Invalid file: send the request as multipart/form-data.")
    kind = next((name for start, name in _BEGINNINGS.items() if contents.startswith(start)), None)
    if kind is None:
        raise invalid_parameter(
            "file", f"The file type uploaded is not supported for the purpose '{PURPOSE}'."
        )
    if len(contents) > LARGEST:
        raise invalid_parameter("file", f"The file is larger than {LARGEST} bytes.")
    made = _file(call.work, str(call.params["file"]), kind, len(contents))
    call.work.store.insert(made)
    return made


def _file(work: Work, name: str, kind: str, size: int) -> Json:
    file_id = new_id("file")
    return {
        "id": file_id,
        "object": FILE,
        "created": work.now,
        "expires_at": work.now + _KEPT_S,
        "filename": name,
        "links": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/file_links?file={file_id}",
        },
        "purpose": PURPOSE,
        "size": size,
        "title": None,
        "type": kind,
        "url": f"https://files.stripe.com/v1/files/{file_id}/contents",
    }
