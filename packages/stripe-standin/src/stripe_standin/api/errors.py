"""Error responses in Stripe's shape.

Every refusal is an `ApiError`; the functions below build those that have a fixed wording.
Source: https://docs.stripe.com/api/errors and https://docs.stripe.com/error-codes.
"""

from __future__ import annotations

from stripe_standin.http.messages import Json

DOCS = "https://docs.stripe.com/error-codes"


class ApiError(Exception):
    """An error response in Stripe's shape.

    `keeps_work`: what was written before it stays written (a declined charge exists).
    `before_work`: it was refused before anything began, so no idempotency key remembers it.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keeps_work: bool = False,
        before_work: bool = False,
        **extra: object,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps_work = keeps_work
        self.before_work = before_work
        fields: Json = {"code": code, "message": message, "param": param, "type": type, **extra}
        if code:
            fields["doc_url"] = doc_url(code)
        self.fields = {name: value for name, value in fields.items() if value is not None}

    def body(self, request_id: str) -> Json:
        """The answer's JSON, with the address of this request in the Dashboard's log."""
        log = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": dict(sorted({**self.fields, "request_log_url": log}.items()))}


def doc_url(code: str) -> str:
    """Where Stripe explains an error code."""
    return f"{DOCS}#{code.replace('_', '-')}"


def no_such(kind: str, object_id: str, param: str = "id", status: int = 404) -> ApiError:
    """resource_missing: 404 for an id in the path, 400 for one in a parameter."""
    noun = kind.split(".")[-1] if kind != "checkout.session" else kind
    return ApiError(status, f"No such {noun}: '{object_id}'", code="resource_missing", param=param)


def unknown_parameters(names: list[str]) -> ApiError:
    """parameter_unknown."""
    plural = "s" if len(names) > 1 else ""
    return ApiError(
        400,
        f"Received unknown parameter{plural}: {', '.join(names)}",
        code="parameter_unknown",
        param=names[0],
        before_work=True,
    )


def missing_parameter(name: str) -> ApiError:
    """parameter_missing."""
    return ApiError(
        400,
        f"Missing required param: {name}.",
        code="parameter_missing",
        param=name,
        before_work=True,
    )


def invalid_parameter(name: str, message: str, code: str | None = None) -> ApiError:
    """An invalid value of a parameter."""
    return ApiError(400, message, code=code, param=name, before_work=True)


def unsupported(name: str) -> ApiError:
    """A parameter or feature of Stripe's that the stand-in does not implement."""
    return ApiError(
        400,
        f"The stand-in does not support {name}. Its README says what it can do.",
        param=name,
        before_work=True,
    )
