"""So many stars of so many: radio buttons that look like stars."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from forms_builder.design import controls
from forms_builder.design.kinds import FieldKind, Group, PaletteItem, Setting, register
from forms_builder.design.settings import PREFILL, REQUIRED, always, named
from forms_builder.rules import FieldType
from forms_builder.schema import component
from forms_builder.schema.clean import decimal_of
from forms_builder.schema.component import Component
from forms_builder.schema.fields import FieldBase
from forms_builder.schema.parts import ShortText
from forms_builder.schema.sources import Sources
from forms_builder.schema.world import World, wrong


class RatingField(FieldBase):
    """One to `most`; stored as a whole number. `lowest` and `highest` say what the ends mean."""

    type: Literal["rating"] = "rating"
    most: int = Field(default=5, ge=2, le=10)
    lowest: ShortText = ""
    highest: ShortText = ""


class Rating(Component[RatingField]):
    field = RatingField
    shape = "a whole number from 1"
    is_group = True
    read_template = "forms_builder/inputs/read_rating.html"
    rule_type = FieldType.NUMBER
    limits = ("most", "lowest", "highest")

    def clean(self, field: RatingField, raw: Any, world: World, key: str) -> int:
        value = decimal_of(raw)
        if value is None or value != value.to_integral_value() or not 1 <= value <= field.most:
            raise wrong(f"Choose 1 to {field.most}.")
        return int(value)

    def words(self, field: RatingField, value: Any, known: Mapping[str, str]) -> str:
        return f"{value} of {field.most}"

    def scene(self, field: RatingField, value: Any, sources: Sources | None) -> Mapping[str, Any]:
        ends = {1: field.lowest, field.most: field.highest}
        return {
            "chosen": str(value or ""),
            "stars": [(str(number), ends.get(number, "")) for number in range(1, field.most + 1)],
        }


component.register(Rating())
register(
    FieldKind(
        "rating", "Rating", icon="star", sample=always(2), settings=named(
            Setting("most", "Stars", controls.Whole(), help="2 to 10."),
            Setting("lowest", "One star means", controls.Text()),
            Setting("highest", "All stars mean", controls.Text()),
            PREFILL, REQUIRED,
        ),
    ),
    PaletteItem(
        "rating", "Rating", icon="star", group=Group.CHOICES, words="stars score scale satisfaction feedback",
        field={"type": "rating"},
    ),
)  # fmt: skip
