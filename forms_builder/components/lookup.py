"""A row of the organisation's own data, found by typing, that fills in other fields with what it says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from forms_builder.design import controls
from forms_builder.design.controls import Options, Posted, Scene, SettingRefused
from forms_builder.design.kinds import FieldKind, Group, PaletteItem, Setting, Tab, register
from forms_builder.design.settings import REQUIRED, first, named
from forms_builder.rules import FieldType
from forms_builder.schema import component
from forms_builder.schema.clean import uuid_of
from forms_builder.schema.component import Component, Place
from forms_builder.schema.component import Posted as PostedValues
from forms_builder.schema.editing.fields import RawField
from forms_builder.schema.fields import FieldBase, SourcedChoices
from forms_builder.schema.parts import FieldName, Part, has_unstorable
from forms_builder.schema.source_rows import ROW_FIELDS
from forms_builder.schema.sources import Option, Sources
from forms_builder.schema.world import World, wrong

MOST_OFFERED: Final = 50
"""Entries in the list at a time; the others are found by typing."""
MOST_FILLS: Final = 20
LONGEST_SEARCH: Final = 100
FILLED: Final = frozenset({FieldType.TEXT, FieldType.NUMBER, FieldType.CHOICE, FieldType.USER, FieldType.GROUP})
_RULE_TYPES: Final = {"people": FieldType.USER, "departments": FieldType.GROUP}
Attribute = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Fill(Part):
    """Another field, and the attribute of the row that it is filled in with."""

    field: FieldName
    attribute: Attribute


class LookupField(FieldBase):
    """One row of a source, with the rule that trims it; stored as its id. `fills` are other fields that it fills in."""

    type: Literal["lookup"] = "lookup"
    choices: SourcedChoices = SourcedChoices(source="people")
    fills: tuple[Fill, ...] = Field(default=(), max_length=MOST_FILLS)

    @property
    def source(self) -> SourcedChoices:
        return self.choices


class Lookup(Component[LookupField]):
    field = LookupField
    shape = "the id of a row"
    redraws = True
    limits = ("fills",)

    def clean(self, field: LookupField, raw: Any, world: World, key: str) -> str:
        wanted = uuid_of(raw)
        if wanted is None or wanted not in world.pick(key, field.source, [wanted]):
            raise wrong("Choose an entry of the list; this one is not offered.")
        return wanted

    def type_in_rules(self, field: LookupField) -> FieldType:
        return _RULE_TYPES.get(field.choices.source, FieldType.CHOICE)

    def posted(self, field: LookupField, posted: PostedValues, name: str) -> Any:
        return posted.get(name)

    def offered(self, field: LookupField, sources: Sources, typed: tuple[str, Any]) -> Sequence[Option]:
        text, chosen = typed
        text = "" if has_unstorable(text) else text[:LONGEST_SEARCH]
        found = list(sources.search(field.source, text, MOST_OFFERED))
        if isinstance(chosen, str) and chosen and chosen not in {option.value for option in found}:
            known = sources.labels(field.source, [chosen])
            found[:0] = [Option(value, label) for value, label in known.items()]
        return found

    def follow(self, field: LookupField, value: Any, sources: Sources) -> Mapping[str, Any]:
        row = sources.row(field.source, value) if field.fills and isinstance(value, str) else {}
        return {fill.field: _plain(row.get(fill.attribute)) for fill in field.fills}

    def renamed(self, raw: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        fills = [{**fill, "field": names.get(fill["field"], fill["field"])} for fill in raw.get("fills", ())]
        return {**raw, "fills": fills} if fills else dict(raw)

    def problems(self, field: LookupField, fields: Mapping[str, FieldBase]) -> Iterator[Place]:
        known = {spec.id.partition(".")[2] for spec in ROW_FIELDS[field.choices.source]}
        for number, fill in enumerate(field.fills):
            target = fields.get(fill.field)
            if target is None or target is field or not _takes(target):
                message = f"“{field.label}” fills in {fill.field}, which is no field that takes one word or number."
                yield f"fills.{number}.field", "unknown-field", message, "Choose another field."
            if fill.attribute not in known:
                message = f"“{field.label}” fills in {fill.attribute}, which {field.choices.source} do not have."
                yield f"fills.{number}.attribute", "unknown-detail", message, "Choose another one."


def _takes(target: FieldBase) -> bool:
    return target.answered and component.component_of(target).type_in_rules(target) in FILLED


def _plain(value: Any) -> Any:
    """A fact of a row as an answer: texts take numbers too."""
    return value if value is None or isinstance(value, int | Decimal) else str(value)


@dataclass(frozen=True)
class Fills(controls.Control):
    """Which other fields are filled in, with what; one empty row for one more."""

    template = "fills"

    def shown(self, value: Any, field: RawField, scene: Scene) -> dict[str, Any]:
        source = field.get("choices", {}).get("source", "people")
        attributes: Options = tuple((spec.id.partition(".")[2], spec.label) for spec in ROW_FIELDS[source])
        others = [
            (one["name"], one["label"]) for one in scene.fields if one["name"] != field["name"] and _may_take(one)
        ]
        return {"rows": [*(value or ()), {"field": "", "attribute": ""}], "fields": others, "attributes": attributes}

    def typed(self, posted: Posted, name: str, field: RawField, scene: Scene) -> dict[str, Any]:
        pairs = zip(posted.get(f"{name}.field", ()), posted.get(f"{name}.attribute", ()), strict=False)
        rows = [{"field": other, "attribute": attribute} for other, attribute in pairs]
        return {**self.shown((), field, scene), "rows": rows}

    def read(self, posted: Posted, name: str, field: RawField) -> list[dict[str, str]] | None:
        found = []
        for other, attribute in zip(posted.get(f"{name}.field", ()), posted.get(f"{name}.attribute", ()), strict=False):
            if other and attribute:
                found.append({"field": other, "attribute": attribute})
            elif other or attribute:
                raise SettingRefused("Choose both a field and what it is filled in with.")
        return found or None


def _may_take(raw: RawField) -> bool:
    model = component.model_of(raw.get("type"))
    return model is not None and _takes(model.model_validate(raw))


component.register(Lookup())
register(
    FieldKind(
        "lookup", "Lookup", icon="database-search", sample=first, choices_tab="Entries", filter_key="choices", settings=named(
            Setting("fills", "Fills in", Fills(), help="Fields that take over what the chosen entry says. Empty ones only."),
            REQUIRED,
            Setting("choices", "Looks in", controls.Source(), Tab.CHOICES),
        ),
    ),
    PaletteItem(
        "lookup", "Lookup", icon="database-search", group=Group.CHOICES, words="search find database row prefill autocomplete",
        field={"type": "lookup", "choices": {"source": "people"}},
    ),
)  # fmt: skip
