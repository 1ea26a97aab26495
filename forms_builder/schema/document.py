"""The form document: what is asked, where it stands, and who may see or answer it at which step.

Structure is checked on loading. What a form must mean (a layout that shows every field, rules about fields that exist)
is the business of `schema.check`, so that an unfinished draft can be saved and shown with its problems.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, PlainValidator, SerializeAsAny, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from forms_builder.schema.component import model_of, types
from forms_builder.schema.fields import FieldBase
from forms_builder.schema.layout import FieldNode, LayoutNode
from forms_builder.schema.parts import Access, LongText, Part, ShortText, refuse_deep
from forms_builder.schema.plan import FormLogic, StepPlan
from forms_builder.schema.upgrades import SCHEMA_VERSION, DocumentTooNew, upgraded

MAX_FIELDS: Final = 300
MAX_BYTES: Final = 512 * 1024
MAX_PLANS: Final = 1_000


class DocumentError(ValueError):
    """The document cannot be read; `errors` holds every wrong place as (dotted path, message)."""

    def __init__(self, errors: Iterable[tuple[str, str]]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{path or 'document'}: {message}" for path, message in self.errors))

    @property
    def fields(self) -> dict[str, list[str]]:
        """The messages by path, as the faces show them."""
        grouped: dict[str, list[str]] = {}
        for path, message in self.errors:
            grouped.setdefault(path, []).append(message)
        return grouped


def _field_of(raw: object) -> FieldBase:
    """The field by its type, of all that are registered."""
    if isinstance(raw, FieldBase):
        return raw
    if not isinstance(raw, Mapping):
        raise PydanticCustomError("model_type", "Expected an object.")
    wanted = raw.get("type")
    if wanted is None:
        raise PydanticCustomError("union_tag_not_found", "Has no type or kind.")
    model = model_of(wanted)
    if model is None:
        known = {"wanted": str(wanted)[:60], "known": ", ".join(repr(one) for one in types())}
        raise PydanticCustomError("union_tag_invalid", "There is no type {wanted}; there are {known}.", known)
    return model.model_validate(raw)


FormField = Annotated[SerializeAsAny[FieldBase], PlainValidator(_field_of)]


class FormDocument(Part):
    """A whole form. Read it with `load` or `loads`, write it with `to_json`. Never changed after that."""

    schema_version: Literal[1] = 1
    title: ShortText = ""
    description: LongText = ""
    fields: tuple[FormField, ...] = Field(default=(), max_length=MAX_FIELDS)
    layout: tuple[LayoutNode, ...] = Field(default=(), max_length=MAX_FIELDS)

    @classmethod
    def load(cls, raw: object) -> Self:
        """Read stored or imported JSON data of this or an earlier schema version.

        Raises `DocumentError` with all wrong places at once.
        """
        refuse_large(raw, MAX_BYTES)
        try:
            return cls.model_validate(upgraded(raw))
        except ValidationError as error:
            raise DocumentError((_path(item["loc"]), _message(item)) for item in error.errors()) from error
        except DocumentTooNew as error:
            raise DocumentError([("schema_version", str(error))]) from error
        except ValueError as error:
            raise DocumentError([("", f"The document {error}.")]) from error

    @classmethod
    def loads(cls, text: str | bytes) -> Self:
        """Read JSON text; additionally refuses duplicate keys and text over 512 kB. Raises `DocumentError`."""
        if len(text) > MAX_BYTES:
            raise DocumentError([("", _too_large(MAX_BYTES))])
        try:
            return cls.load(json.loads(text, object_pairs_hook=_unique_keys))
        except RecursionError as error:
            raise DocumentError([("", "The document is nested too deeply.")]) from error
        except DocumentError:
            raise
        except ValueError as error:
            raise DocumentError([("", f"This is not a JSON document: {error}")]) from error

    def to_json(self) -> dict[str, Any]:
        """The document as JSON-ready data, without values that are at their default."""
        data = self.model_dump(mode="json", exclude_defaults=True)
        for dumped, field in zip(data.get("fields", ()), self.fields, strict=False):
            _restore_types(dumped, field)
        _restore_kinds(data.get("layout", ()), self.layout)
        return {"schema_version": SCHEMA_VERSION, "fields": []} | data

    @cached_property
    def by_name(self) -> Mapping[str, FieldBase]:
        """The fields by name; of two with one name (a draft's problem) the first."""
        found: dict[str, FieldBase] = {}
        for field in self.fields:
            found.setdefault(field.name, field)
        return found

    def field(self, name: str) -> FieldBase | None:
        """The field of that name, or None."""
        return self.by_name.get(name)

    @cached_property
    def logic(self) -> FormLogic:
        """The parsed rules. Raises `forms_builder.rules.RuleErrors` in a draft with a wrong one."""
        return FormLogic.of(tuple(self.by_name.values()))

    @cached_property
    def plans_by_step(self) -> dict[str, StepPlan]:
        return {}

    def plan(self, step: str) -> StepPlan:
        """The contract of a step, worked out once in the life of the document. Raises as `logic` does."""
        if step not in self.plans_by_step and len(self.plans_by_step) < MAX_PLANS:
            self.plans_by_step[step] = StepPlan.of(step, self.logic)
        return self.plans_by_step.get(step) or StepPlan.of(step, self.logic)

    def reading_plan(self, steps: Iterable[str]) -> StepPlan:
        """The contract of somebody who acts, or acted, at these steps and now only looks. Raises as `logic` does."""
        return StepPlan.reading(steps, self.logic)

    def access(self, step: str, name: str) -> Access:
        """What the person at `step` may do with the field; hidden for an unknown field or an unnamed step."""
        field = self.by_name.get(name)
        return field.access_at(step) if field else Access.HIDDEN

    def visible_at(self, steps: Iterable[str]) -> frozenset[str]:
        """Names that somebody who acts, or acted, at any of these steps may read. For everybody but the actor."""
        wanted = tuple(steps)
        return frozenset(
            field.name for field in self.fields if any(field.access_at(step) is not Access.HIDDEN for step in wanted)
        )

    @property
    def nodes(self) -> tuple[Any, ...]:
        """The layout; without one, all fields below each other."""
        return self.layout or tuple(FieldNode(name=field.name) for field in self.fields)


def refuse_large(raw: object, most: int) -> None:
    """Raises `DocumentError` for JSON data of more than so many bytes, nested too deeply, or that is none."""
    try:
        refuse_deep(raw)
        size = len(json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))
    except (TypeError, RecursionError) as error:
        raise DocumentError([("", "The document is not made of JSON values.")]) from error
    except ValueError as error:
        raise DocumentError([("", f"The document {error}.")]) from error
    if size > most:
        raise DocumentError([("", _too_large(most))])


def _too_large(most: int) -> str:
    return f"The document is larger than {most // 1024} kB."


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is given twice")
        found[key] = value
    return found


def _restore_types(dumped: dict[str, Any], field: FieldBase) -> None:
    """`exclude_defaults` also drops the discriminator, which a reader needs first."""
    dumped["type"] = getattr(field, "type")  # noqa: B009 - declared by every member of the union, not by the base
    for column, model in zip(dumped.get("columns", ()), getattr(field, "columns", ()), strict=False):
        _restore_types(column, model)


def _restore_kinds(dumped: Any, nodes: tuple[Any, ...]) -> None:
    for data, node in zip(dumped, nodes, strict=False):
        data["kind"] = node.kind
        _restore_kinds(data.get("children", ()), getattr(node, "children", ()))


_UNION_TAGS: Final = frozenset(  # of columns of tables, and of parts of the layout
    {"text", "long_text", "number", "money", "date", "time", "choice", "multi_choice", "checkbox", "user", "department"}
    | {"field", "section", "row", "column", "grid"}
)


def _path(location: tuple[int | str, ...]) -> str:
    """Pydantic's place without the union members it tried: ("fields", 0, "text", "label") -> "fields.0.label"."""
    parts: list[str] = []
    before: int | str = ""
    for part in location:
        is_tag = (isinstance(before, int) and part in _UNION_TAGS) or (
            before == "choices" and part in ("list", "source")
        )
        if not is_tag:
            parts.append(str(part))
        before = part
    return ".".join(parts)


_MESSAGES: Final = {
    "missing": "Is required.",
    "extra_forbidden": "Unknown key.",
    "model_type": "Expected an object.",
    "tuple_type": "Expected a list.",
    "string_unicode": "Contains a character that cannot be stored.",
    "union_tag_not_found": "Has no type or kind.",
}


def _message(error: ErrorDetails) -> str:
    if error["type"] in _MESSAGES:
        return _MESSAGES[error["type"]]
    text = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
