"""What a type of field does, whatever face asks: one small class for each type, found by the class of the field.

The types that every form needs are in `schema.standard`, further ones are plug-ins, see `forms_builder.components`.
Nothing else in the product knows types by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

from forms_builder.rules import FieldSpec, FieldType
from forms_builder.schema.fields import FieldBase
from forms_builder.schema.sources import Option, Sources
from forms_builder.schema.world import World

F = TypeVar("F", bound=FieldBase)
Posted = Mapping[str, Any]
Place = tuple[str, str, str, str]
"""A problem of a field's settings: the key of the setting, a stable code, what is wrong, what to do."""


class Component(Generic[F]):
    """The base answers for a type whose value is one text that is shown as it is."""

    field: type[F]
    template: ClassVar[str] = ""
    """The template of the input; with none `forms_builder/inputs/<type>.html`."""
    read_template: ClassVar[str] = ""
    """The template of the answer to read; with none its words stand there."""
    script: ClassVar[str] = ""
    """A static file with the island of a type that is not built with the product; its page works without it."""
    is_group: ClassVar[bool] = False
    """Several controls under one question, which need a fieldset with a legend (WCAG 1.3.1)."""
    rule_type: ClassVar[FieldType | None] = None
    parts: ClassVar[Mapping[str, tuple[str, FieldType] | None]] = {}
    """The parts of a value that is an object, in their order: how rules call and read each, None for those they cannot."""
    kept: ClassVar[tuple[str, ...]] = ()
    """What is inside a stored value besides its parts; a position in a list is #."""
    redraws: ClassVar[bool] = False
    """Its template has a button that draws the page again; what was typed stays and nothing is stored."""
    machines_write: ClassVar[bool] = True
    """Whether an automatic step may save something in it."""
    shape: ClassVar[str] = ""
    """How the value looks in JSON, for who reads the description of the API; empty where the general words say it."""
    limits: ClassVar[tuple[str, ...]] = ()
    """Settings that REST shows beside the value, so that a client can help like a page does."""

    @property
    def type(self) -> str:
        return str(self.field.model_fields["type"].default)

    def clean(self, field: F, raw: Any, world: World, key: str) -> Any:
        """The JSON-ready value of an answer that is not empty, total: whatever comes in, a value or `Refused`."""
        raise NotImplementedError

    def nothing(self) -> Any:
        """What is stored where nothing was given."""
        return None

    def words(self, field: F, value: Any, known: Mapping[str, str]) -> str:
        """A stored value in one line; `known` are the labels that were kept with it."""
        fixed = {choice.value: choice.label for choice in getattr(field, "fixed", ())}
        items = value if isinstance(value, list) else [value]
        return ", ".join(known.get(str(item)) or fixed.get(str(item)) or str(item) for item in items)

    # --- rules ---

    def specs(self, field: F, here: str) -> Iterator[FieldSpec]:
        """What rules may ask about the field; `here` is its name in a rule."""
        for part, known in self.parts.items():
            if known is not None:
                yield FieldSpec(f"{here}.{part}", f"{field.label}: {known[0]}", known[1])
        if not self.parts and (rule_type := self.type_in_rules(field)) is not None:
            fixed = getattr(field, "fixed", ())
            choices = tuple((choice.value, choice.label) for choice in fixed) or None
            yield FieldSpec(here, field.label, rule_type, choices, self.currency(field))

    def inside(self, field: F) -> frozenset[str]:
        """Every path that leads into a stored value, such as `from`, or `#.amount` in the rows of a table."""
        return frozenset((*self.parts, *self.kept))

    def facts(self, field: F, value: Any) -> Iterator[tuple[str, Any]]:
        """The values for `specs`, each after the name of the field."""
        for part, known in self.parts.items():
            if known is not None:
                yield f".{part}", value.get(part) if isinstance(value, Mapping) else None
        if not self.parts and self.type_in_rules(field) is not None:
            yield "", value

    def type_in_rules(self, field: F) -> FieldType | None:
        return self.rule_type

    def currency(self, field: F) -> str | None:
        return None

    # --- pages and REST ---

    def posted(self, field: F, posted: Posted, name: str) -> Any:
        """The raw value that a page has posted, in the shape `clean` reads."""
        if self.parts:
            return {part: posted.get(f"{name}-{part}") or None for part in self.parts}
        return posted.get(name)

    def kind(self, field: F) -> str:
        """How it is drawn: a template of `forms_builder/inputs/`."""
        return self.type

    def attributes(self, field: F) -> Mapping[str, Any]:
        """Attributes of its input that let the browser help; None for those that do not apply."""
        return {}

    def scene(self, field: F, value: Any, sources: Sources | None) -> Mapping[str, Any]:
        """What its templates need besides, as `view.scene`; `value` is what stands there now, as typed or as stored."""
        return {}

    def offered(self, field: F, sources: Sources, typed: tuple[str, Any]) -> Sequence[Option]:
        """The entries of its source to offer; `typed` is what was typed to find one, and what is chosen."""
        return sources.options(getattr(field, "source"))  # noqa: B009 - only asked of fields with one

    def described(self, field: F, value: Any) -> Mapping[str, Any]:
        """What REST tells of the field besides."""
        return {}

    # --- designing ---

    def problems(self, field: F, fields: Mapping[str, FieldBase]) -> Iterator[Place]:
        """What is wrong with the settings; `fields` are all of the form. Each blocks publishing."""
        return iter(())

    def warnings(self, field: F, fields: Mapping[str, FieldBase]) -> Iterator[Place]:
        """The same for what does not block publishing."""
        return iter(())

    def renamed(self, raw: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """The field as it stands in a draft, with other names of fields, and of columns as `<table>.<column>`, in the settings
        of this type."""
        return dict(raw)

    # --- a value that nobody gives ---

    def reads(self, field: F) -> frozenset[str]:
        """Names of the fields from which the value follows; for a type whose `answered` is False."""
        return frozenset()

    def derive(self, field: F, values: Mapping[str, Any]) -> Any:
        """The value that follows from the stored values of the form: None when there is none, ``formulas.NO_ANSWER`` where it
        cannot be worked out, which stands in ``values`` too for those that read it. Total."""
        return None

    def follow(self, field: F, value: Any, sources: Sources) -> Mapping[str, Any]:
        """Raw values of other fields, by name, that a newly given answer brings along."""
        return {}


_components: Final[dict[type[FieldBase], Component[Any]]] = {}
_models: Final[dict[str, type[FieldBase]]] = {}


class TypeTaken(ValueError):
    """Two components want to be the same type of field."""


def register(*components: Component[Any]) -> None:
    """Make types of fields known. Once more by the same module is nothing; another one of the same name is refused."""
    for component in components:
        known = _models.setdefault(component.type, component.field)
        if known is not component.field:
            raise TypeTaken(f"The type of field {component.type!r} is there already.")
        _components[component.field] = component


def component_of(field: FieldBase) -> Component[Any]:
    """What the type of this field does."""
    return _components[type(field)]


def missing_part(field: FieldBase, path: str) -> str:
    """Why nothing can ever stand at this path inside an answer, or nothing."""
    inside = component_of(field).inside(field)
    general = ".".join("#" if part.isdecimal() else part for part in path.split("."))
    if not path or general in inside:
        return ""
    names = ", ".join(sorted(one for one in inside if "#" not in one))
    return f"“{field.label}” has no part {path}" + (f", only {names}." if names else ".")


def model_of(field_type: object) -> type[FieldBase] | None:
    """The schema of the type of that name."""
    return _models.get(field_type) if isinstance(field_type, str) else None


def component_named(field_type: object) -> Component[Any] | None:
    """What the type of that name does."""
    model = model_of(field_type)
    return None if model is None else _components[model]


def types() -> tuple[str, ...]:
    """The names of all types, in the order in which they became known."""
    return tuple(_models)


def components() -> tuple[Component[Any], ...]:
    return tuple(_components.values())
