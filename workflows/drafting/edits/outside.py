"""The edit of whom a step asks without an account."""

from collections.abc import Mapping
from typing import Any, Final

from forms_builder.schema.addresses import BadAddress, address
from workflows.drafting.edits.base import (
    Document,
    Edit,
    EditFunction,
    EditRefused,
    Params,
    Sketch,
    flag,
    long_text,
    text,
    texts,
)
from workflows.drafting.edits.graph import STEPS, step_of
from workflows.drafting.edits.settings import whole
from workflows.graph.outside import MOST

DAYS: Final = 14


def step_outside(document: Document, params: Params) -> Edit:
    """`step`; `addresses`: mail addresses, one a line; `fields`: text fields that hold one; `days`, `code`, `subject`, `text`.
    With neither addresses nor fields nobody outside is asked."""
    sketch = Sketch(document)
    step = step_of(sketch, text(params, "step"))
    own = (*STEPS, str(step["key"]), "assignee")
    label = f"Who is asked outside at “{step.get('name')}”"
    if not isinstance(sketch.get(*own, "rule"), Mapping):
        raise EditRefused({"addresses": ["Say by a rule who looks after the step first."]})
    mailboxes, fields = _addresses(long_text(params, "addresses", most=6_000)), texts(params, "fields")
    if not (mailboxes or fields):
        sketch.remove(*own, "outside")
        return sketch.edit(label)
    given: dict[str, Any] = {
        "addresses": mailboxes,
        "fields": fields[:5],
        "days": whole(params, "days", 1, 60, DAYS),
        "code": flag(params, "code"),
        "subject": text(params, "subject", most=150),
        "text": long_text(params, "text"),
    }
    defaults = {"days": DAYS}
    sketch.put({key: value for key, value in given.items() if value and value != defaults.get(key)}, *own, "outside")
    return sketch.edit(label)


def _addresses(given: str) -> list[str]:
    """Each once, in the order of the lines. Raises EditRefused naming the one that is none."""
    found: list[str] = []
    for line in filter(None, map(str.strip, given.replace(",", "\n").splitlines())):
        try:
            found.append(address(line))
        except BadAddress:
            raise EditRefused({"addresses": [f"“{line[:80]}” is no mail address."]}) from None
    if len(found) > MOST:
        raise EditRefused({"addresses": [f"Ask at most {MOST} people."]})
    return list(dict.fromkeys(found))


EDITS: Final[Mapping[str, EditFunction]] = {"outside.set": step_outside}
