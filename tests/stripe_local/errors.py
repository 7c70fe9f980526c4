"""Stripe's error objects, as exceptions that the API layer turns into answers."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer other than 2xx.

    `saved` says whether an idempotency key remembers this answer: Stripe keeps what happened once
    the work had begun, and forgets requests that it refused before that.
    """

    def __init__(
        self,
        status: int,
        type: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        saved: bool = False,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.saved = saved
        self.headers = headers or {}
        self.error: dict[str, Any] = {"message": message, "type": type}
        if code:
            self.error["code"] = code
            self.error["doc_url"] = doc_url(code)
        if param:
            self.error["param"] = param
        self.error.update({key: value for key, value in extra.items() if value is not None})

    def body(self) -> dict[str, Any]:
        """The JSON object that goes over the wire."""
        return {"error": self.error}


def doc_url(code: str) -> str:
    """Where Stripe explains an error code; clients show it, so the shape is kept."""
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"


def invalid_request(
    message: str, *, code: str | None = None, param: str | None = None, **extra: Any
) -> ApiError:
    """400: the request was refused before any work began."""
    return ApiError(400, "invalid_request_error", message, code=code, param=param, **extra)


def missing_param(param: str) -> ApiError:
    """400: a required parameter is absent."""
    return invalid_request(
        f"Missing required param: {param}.", code="parameter_missing", param=param
    )


def no_such(kind: str, object_id: str, param: str, *, status: int = 404) -> ApiError:
    """The object named does not exist: 404 in the address, 400 in a parameter."""
    return ApiError(
        status,
        "invalid_request_error",
        f"No such {kind}: '{object_id}'",
        code="resource_missing",
        param=param,
    )


def unexpected_state(message: str, intent: dict[str, Any]) -> ApiError:
    """400: the PaymentIntent's status does not allow this."""
    return ApiError(
        400,
        "invalid_request_error",
        message,
        code="payment_intent_unexpected_state",
        payment_intent=intent,
        saved=True,
    )


def unauthorized(message: str) -> ApiError:
    """401: no key, or a key that is not a test key."""
    return ApiError(
        401,
        "invalid_request_error",
        message,
        headers={"WWW-Authenticate": 'Basic realm="Stripe"'},
    )


def forbidden(message: str) -> ApiError:
    """403: a publishable key asked for what only the server may do."""
    return ApiError(403, "invalid_request_error", message, code="secret_key_required")
