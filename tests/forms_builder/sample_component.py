"""A type of field as an installation would write its own: one module, named in FORM_COMPONENTS."""

from typing import Any, Literal

from forms_builder.design.kinds import FieldKind, Group, PaletteItem, register
from forms_builder.design.settings import REQUIRED, named
from forms_builder.rules import FieldType
from forms_builder.schema import component
from forms_builder.schema.component import Component
from forms_builder.schema.fields import FieldBase
from forms_builder.schema.world import World, wrong

COLOURS = ("red", "amber", "green")


class LightField(FieldBase):
    """The colour of a traffic light; stored as its name."""

    type: Literal["light"] = "light"


class Light(Component[LightField]):
    field = LightField
    template = "forms_builder/inputs/long_text.html"
    script = "acme/light.js"
    rule_type = FieldType.TEXT

    def clean(self, field: LightField, raw: Any, world: World, key: str) -> str:
        if raw not in COLOURS:
            raise wrong("Choose red, amber or green.")
        return str(raw)

    def words(self, field: LightField, value: Any, known: Any) -> str:
        return f"The light is {value}"


component.register(Light())
register(
    FieldKind("light", "Traffic light", icon="circle-dot", settings=named(REQUIRED)),
    PaletteItem("light", "Traffic light", icon="circle-dot", group=Group.CHOICES, field={"type": "light"}),
)
