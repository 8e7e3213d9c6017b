"""Files: what is uploaded as evidence of a dispute (https://docs.stripe.com/file-upload).

Purpose, type and size are checked as Stripe does, and the type by what the file begins with. The
contents are not kept: nobody reads them here.
"""

from __future__ import annotations

from stripe_standin.api.errors import invalid_parameter
from stripe_standin.api.params import EXPAND, UNSUPPORTED, needed, text
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Call, Work, new_id

KIND = "file"
PURPOSE = "dispute_evidence"
LARGEST = 5 * 1024 * 1024
_KEPT_S = 270 * 24 * 3600
_BEGINNINGS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}

CREATE = {
    "file": needed(text()),
    "purpose": needed(text(PURPOSE)),
    "file_link_data": UNSUPPORTED,
    **EXPAND,
}


def create(call: Call) -> Json:
    """Takes a file of at most 5 MB: a PDF, a JPEG or a PNG."""
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
        "object": KIND,
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
