"""Files: evidence of a dispute that is uploaded, by purpose, type and size."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import stripe

from harness.shop import Shop
from stripe_standin import StandIn

PDF = b"%PDF-1.4\r\n\x00\xff\r\n\r\n--not a boundary\r\n%%EOF"
JPEG, PNG = b"\xff\xd8\xff\xe0 picture", b"\x89PNG\r\n\x1a\n picture"
LARGEST = 5 * 1024 * 1024


def _upload(shop: Shop, contents: bytes, name: str = "receipt.pdf", **params: Any) -> Any:
    file: Any = BytesIO(contents)
    file.name = name
    return shop.client.v1.files.create({"file": file, "purpose": "dispute_evidence", **params})


@pytest.mark.parametrize(("contents", "kind"), [(PDF, "pdf"), (JPEG, "jpg"), (PNG, "png")])
def test_file_is_taken_whatever_bytes_it_has(shop: Shop, contents: bytes, kind: str) -> None:
    """Its type is what it begins with, its size that of all its bytes."""
    made = _upload(shop, contents)
    assert (made.type, made.size, made.filename) == (kind, len(contents), "receipt.pdf")
    assert shop.client.v1.files.retrieve(made.id) == made
    assert [one.id for one in shop.client.v1.files.list().data] == [made.id]


def test_dispute_names_a_file_that_exists(shop: Shop) -> None:
    """By its id; any other text is refused."""
    session = shop.sold("4000000000000259")
    disputes = shop.client.v1.disputes
    dispute = disputes.list({"payment_intent": session.payment_intent}).data[0]
    file = _upload(shop, PDF)
    staged = disputes.update(dispute.id, {"evidence": {"receipt": file.id}, "submit": False})
    assert (staged.evidence.receipt, staged.status) == (file.id, "needs_response")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        disputes.update(dispute.id, {"evidence": {"receipt": "a text"}})
    assert refused.value.code == "resource_missing"


def test_file_that_is_too_large_or_of_another_type_is_refused(shop: Shop) -> None:
    """As is another purpose."""
    _upload(shop, PDF.ljust(LARGEST))
    for contents, params in (
        (PDF.ljust(LARGEST + 1), {}),
        (b"PK zip", {}),
        (b"", {}),
        (PDF, {"purpose": "identity_document"}),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            _upload(shop, contents, **params)


def test_file_has_to_be_uploaded(standin: StandIn) -> None:
    """Neither a form nor a broken body is one."""
    key = {"Authorization": "Bearer sk_test_x"}
    form = b"file=a&purpose=dispute_evidence"
    assert standin.handle("POST", "/v1/files", key, form)[0] == 400
    for boundary, body in (("", b""), ("b", b"--b\r\nnonsense"), ("b", b"\xff--b\r\nx\r\n--b--")):
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        assert standin.handle("POST", "/v1/files", {**key, **kind}, body)[0] == 400
