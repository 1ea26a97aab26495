"""The settings that many types of field have, and answers for their previews."""

from collections.abc import Callable
from typing import Any, Final

from forms_builder.design import controls as c
from forms_builder.design.kinds import Setting, Tab
from forms_builder.schema import fields as f
from forms_builder.schema.sources import Sources

PREFILL: Final = Setting(
    "prefill",
    "Starts with",
    c.Prefill(),
    help="Known when the request begins; also in steps where the field is hidden.",
)
REQUIRED: Final = Setting(
    "required",
    "Required wherever it can be filled in",
    c.Tick(),
    Tab.VALIDATION,
    "One step alone is set in the tab Steps.",
)


def named(*more: Setting) -> tuple[Setting, ...]:
    """What every field has, with more of its own after it."""
    return (Setting("label", "Label", c.Text(is_needed=True)), Setting("help", "Help below it", c.Area()), *more)


def limits(low: str, high: str, words: str, control: c.Control) -> tuple[Setting, ...]:
    return (
        Setting(low, f"Least {words}".strip(), control, Tab.VALIDATION),
        Setting(high, f"Most {words}".strip(), control, Tab.VALIDATION),
    )


def always(value: Any) -> Callable[[f.FieldBase, Sources], Any]:
    """The same answer for every field."""
    return lambda field, sources: value


def first(field: f.FieldBase, sources: Sources) -> Any:
    """The first entry that is offered; a list of it where several may be chosen."""
    source: f.SourcedChoices | None = getattr(field, "source", None)
    fixed: tuple[f.Choice, ...] = getattr(field, "fixed", ())
    values = [one.value for one in sources.options(source)[:1]] if source else [one.value for one in fixed[:1]]
    if isinstance(field, f.MultiChoiceField):
        return values
    return values[0] if values else None
