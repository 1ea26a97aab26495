"""Where something is: latitude and longitude, typed or asked of the device."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final, Literal
from urllib.parse import urlencode

from forms_builder.design import controls
from forms_builder.design.kinds import FieldKind, Group, PaletteItem, Setting, register
from forms_builder.design.settings import REQUIRED, always, named
from forms_builder.rules import FieldType
from forms_builder.schema import component
from forms_builder.schema.clean import decimal_of
from forms_builder.schema.component import Component
from forms_builder.schema.fields import FieldBase
from forms_builder.schema.sources import Sources
from forms_builder.schema.world import Refused, World, wrong

PLACES: Final = 6
"""Decimals of a degree; six are about ten centimetres."""
BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "accuracy": (0, 100_000),
}
MAP: Final = "https://www.openstreetmap.org/"


class LocationField(FieldBase):
    """A point on earth; stored as {"latitude", "longitude", "accuracy"}: decimal texts of degrees, and metres or None."""

    type: Literal["location"] = "location"
    map_link: bool = False


class Location(Component[LocationField]):
    field = LocationField
    shape = "an object of latitude, longitude (degrees as text) and accuracy (metres or null)"
    is_group = True
    read_template = "forms_builder/inputs/read_location.html"
    parts: ClassVar = {
        "latitude": ("latitude", FieldType.NUMBER),
        "longitude": ("longitude", FieldType.NUMBER),
        "accuracy": ("accuracy in metres", FieldType.NUMBER),
    }
    machines_write = False

    def clean(self, field: LocationField, raw: Any, world: World, key: str) -> dict[str, Any] | None:
        if not isinstance(raw, Mapping) or set(raw) - set(self.parts):
            raise wrong("Enter a latitude and a longitude.")
        if raw.get("latitude") in (None, "") and raw.get("longitude") in (None, ""):
            return None
        found: dict[str, Any] = {}
        problems: list[tuple[str, str]] = []
        for part in self.parts:
            try:
                found[part] = _degrees(part, raw.get(part))
            except Refused as refusal:
                problems += [(part, message) for _, message in refusal.problems]
        if problems:
            raise Refused(*problems)
        return found

    def words(self, field: LocationField, value: Any, known: Mapping[str, str]) -> str:
        if not isinstance(value, Mapping):
            return str(value)
        text = f"{value.get('latitude')}, {value.get('longitude')}"
        return f"{text} (within {value['accuracy']} m)" if value.get("accuracy") is not None else text

    def scene(self, field: LocationField, value: Any, sources: Sources | None) -> Mapping[str, Any]:
        if not isinstance(value, Mapping) or not field.map_link or sources is None or not sources.links_to_maps:
            return {}
        point = {"mlat": value.get("latitude"), "mlon": value.get("longitude")}
        return {"map": f"{MAP}?{urlencode(point)}"}


def _degrees(part: str, raw: Any) -> Any:
    low, high = BOUNDS[part]
    if part == "accuracy" and raw in (None, ""):
        return None
    value = decimal_of(raw)
    if value is None:
        raise wrong(f"Enter the {part} as a number, such as {'12' if part == 'accuracy' else '52.520008'}.")
    if not low <= value <= high:
        raise wrong(f"The {part} lies between {low} and {high}.")
    if part == "accuracy":
        return int(value.to_integral_value())
    rounded = value.quantize(Decimal(1).scaleb(-PLACES)) + 0
    return f"{rounded:f}"


component.register(Location())
register(
    FieldKind(
        "location", "Location", icon="map-pin", sample=always({"latitude": "52.520008", "longitude": "13.404954"}),
        settings=named(
            Setting(
                "map_link", "Link to a map", controls.Tick(),
                help="Where it is read, a link leads to openstreetmap.org, unless the organisation has no links to maps.",
            ),
            REQUIRED,
        ),
    ),
    PaletteItem(
        "location", "Location", icon="map-pin", group=Group.INPUTS, words="gps geolocation latitude longitude position map where",
        field={"type": "location"},
    ),
)  # fmt: skip
