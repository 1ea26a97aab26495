"""The base of every refusal. Each face has one renderer: a form error, a page, or problem+json."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal that a person can read.

    ``code`` is stable and dotted (``task.complete.denied``), ``message`` says what to do, ``params`` are JSON values.
    """

    status: ClassVar[int] = 400
    code: str = "invalid"
    message: str = "This is not possible."

    def __init__(self, message: str | None = None, *, code: str | None = None, **params: Any) -> None:
        self.code = code or self.code
        self.message = message or self.message
        self.params = params
        super().__init__(self.message)


class NotFound(DomainError):
    """The row is missing, or of somebody else: the caller cannot tell which."""

    status = 404
    code = "not_found"
    message = "Not found."


class Denied(DomainError):
    """The caller may know the row and may not do this with it."""

    status = 403
    code = "denied"
    message = "You do not have the right to do this."


class Conflict(DomainError):
    """The row has moved on since the caller saw it."""

    status = 409
    code = "conflict"
    message = "This has changed since you opened it. Look at it again."


class Invalid(DomainError):
    """The input is wrong; ``fields`` names each place (dotted path, ``""`` for the whole) with what to do."""

    status = 422
    code = "invalid"
    message = "Some values need a correction."

    def __init__(
        self,
        fields: Mapping[str, Sequence[str]] | None = None,
        message: str | None = None,
        *,
        code: str | None = None,
        **params: Any,
    ) -> None:
        self.fields = {path: list(texts) for path, texts in (fields or {}).items()}
        super().__init__(message, code=code, **params)
