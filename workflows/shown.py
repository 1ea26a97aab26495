"""What a decision was made on: a fingerprint of the content that a step shows, taken when it is shown and again under lock.

`digest.marks`: the digest is SHA-256 over the canonical JSON of the definition's version, the task, its version and the
values of the fields that the step shows; it is kept in the history and in the audit entry of the decision, so whoever has
kept what was shown can prove that this was decided on. The marks are one short checksum for each of these fields, in the
order of the form, to tell which of them changed.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID

import orjson

from forms_builder.schema.document import FormDocument

MARK: Final = 6
"""Hexadecimal digits for one field."""
LONGEST: Final = 64 + 1 + 1_000 * MARK


def shown_names(form: FormDocument, step: str) -> tuple[str, ...]:
    """The fields with a value that the step shows to who decides there, in the order of the form."""
    plan = form.plan(step)
    names: tuple[str, ...] | None = plan.memo.get("shown_names")
    if names is None:
        names = plan.memo["shown_names"] = tuple(field.name for field in plan.shown if field.keeps_value)
    return names


def fingerprint(
    names: Sequence[str], values: Mapping[str, Any], *, version_id: UUID, task_id: UUID, task_version: int
) -> str:
    """The fingerprint of a task whose step shows the fields called ``names``."""
    whole = digest(names, values, version_id=version_id, task_id=task_id, task_version=task_version)
    return f"{whole}.{''.join(_marks(names, values))}"


def digest(
    names: Sequence[str], values: Mapping[str, Any], *, version_id: UUID, task_id: UUID, task_version: int
) -> str:
    """Only what is kept: 64 hexadecimal digits."""
    content = {
        "definition_version": version_id,
        "task": task_id,
        "version": task_version,
        "values": {name: values.get(name) for name in names},
    }
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def changed(names: Sequence[str], values: Mapping[str, Any], given: str) -> list[str]:
    """The fields whose values differ from those that ``given`` was taken of; all of them where it is no fingerprint."""
    _, _, text = given[:LONGEST].partition(".")
    before = [text[start : start + MARK] for start in range(0, len(text), MARK)]
    now = zip_longest(names, _marks(names, values), before[: len(names)])
    return [name for name, mark, old in now if mark != old]


def _marks(names: Sequence[str], values: Mapping[str, Any]) -> Iterator[str]:
    for name in names:
        text = orjson.dumps(values.get(name), option=orjson.OPT_SORT_KEYS)
        yield hashlib.blake2s(text, digest_size=MARK // 2).hexdigest()
