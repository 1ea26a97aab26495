"""JSON logs without secrets, for structlog's loggers and the standard library's alike."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET_NAME = re.compile(
    r"pass(word|phrase)?|secret|token|authorization|cookie|api_?key|session|credential", re.IGNORECASE
)
SECRET_TEXT = (
    (re.compile(r"(://[^/\s:@]*:)[^@\s/]+@"), r"\1***@"),  # a password in a URL
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "***"),  # a JWT
    (re.compile(r"\b((?:Bearer|Token|Basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE), r"\1***"),
    (re.compile(r"((?:password|secret|token)['\"]?\s*[=:]\s*['\"]?)[^\s'\",&}]+", re.IGNORECASE), r"\1***"),
    # Addresses that carry the right to use them; Django names the address of what it refuses or cannot answer.
    (re.compile(r"(/(?:password/set|by-mail|decide|callbacks|unsubscribe)/)[^\s?]+"), r"\1***"),
    (re.compile(r"([?&](?:ticket|token)=)[^\s&]+"), r"\1***"),
)
PLAIN = re.compile(r"[\w-]*")
"""No pattern of ``SECRET_TEXT`` is found in such a text: ids, and most of what a line of the log holds."""
HIDDEN = "***"


def hide_secrets(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Blank values under names that speak of secrets, and secrets inside texts, to any depth."""
    return {key: HIDDEN if SECRET_NAME.search(key) else _without_secrets(value) for key, value in event.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        if PLAIN.fullmatch(value):
            return value
        for pattern, replacement in SECRET_TEXT:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {
            key: HIDDEN if isinstance(key, str) and SECRET_NAME.search(key) else _without_secrets(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(inner) for inner in value]
    return value


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    structlog.processors.UnicodeDecoder(),
)


# What Django takes for an attack and answers 400 or 413: refusals, told by the request line.
TOO_MUCH = ("RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")


class Faults(logging.Filter):
    """Of what Django logs about requests, the faults with their trace. Refusals and outages are told by the request line."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info) and getattr(record, "status_code", 500) != 503


def configure(level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING, so that both kinds of loggers end in the same JSON lines on stderr."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    json_line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": list(SHARED),
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            hide_secrets,
            structlog.processors.JSONRenderer(default=str),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"faults": {"()": Faults}},
        "formatters": {"json": json_line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR", "filters": ["faults"]},
            **{f"django.security.{name}": {"level": "CRITICAL"} for name in TOO_MUCH},
            "django.server": {"handlers": [], "propagate": False},
            "django_structlog": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "celery.app.trace": {"level": "ERROR"},
            "kombu": {"level": "WARNING"},
            "kombu.connection": {"level": "ERROR"},
            # Who asked the pool says what is wrong; the pool repeats it for every attempt.
            "psycopg.pool": {"level": "ERROR"},
            "botocore": {"level": "WARNING"},
            "boto3": {"level": "WARNING"},
        },
    }
