"""The shipped types of fields and parts of the layout, as the designer offers them."""

from typing import Any, Final

from forms_builder.design import controls as c
from forms_builder.design.kinds import FieldKind, Group, PaletteItem, Setting, Tab, kind_of, register, register_items
from forms_builder.design.settings import PREFILL, REQUIRED, always, first, limits, named
from forms_builder.schema import fields as f
from forms_builder.schema.sources import Sources

_COMPLETE: Final = c.Select((
    ("", "Nothing"), ("name", "Own name"), ("email", "E-mail"), ("tel", "Telephone"), ("organization", "Company"),
    ("street-address", "Address"), ("postal-code", "Postcode"), ("off", "Never"),
))  # fmt: skip
_PATTERN: Final = Setting(
    "pattern",
    "Pattern",
    c.Pattern(),
    Tab.VALIDATION,
    "A regular expression for the whole text, such as [A-Z]{2}[0-9]{4}.",
)
_CHOICES: Final = Setting("choices", "Choices", c.Choices(), Tab.CHOICES)
_TWO: Final = [{"value": "first", "label": "First"}, {"value": "second", "label": "Second"}]


def _between(control: c.Control, *more: Setting) -> tuple[Setting, ...]:
    return (
        Setting("min", "Not before", control, Tab.VALIDATION),
        Setting("max", "Not after", control, Tab.VALIDATION),
        *more,
    )


def _shown_as(*options: tuple[str, str]) -> Setting:
    return Setting("display", "Shown as", c.Select(options), Tab.CHOICES)


# --- answers for previews ---


def _today(field: f.FieldBase, sources: Sources) -> str:
    return sources.today.isoformat()


def _two_days(field: f.FieldBase, sources: Sources) -> dict[str, str]:
    return {"from": sources.today.isoformat(), "to": sources.today.isoformat()}


def _one_row(field: f.FieldBase, sources: Sources) -> Any:
    columns: tuple[f.FieldBase, ...] = getattr(field, "columns", ())
    return [{column.name: kind_of(str(getattr(column, "type", ""))).sample(column, sources) for column in columns}]


# --- inputs ---

register(
    FieldKind(
        "text", "Text", icon="forms", sample=always("Example"), settings=named(
            Setting("format", "Takes", c.Select((("", "Any text"), ("email", "One mail address")))),
            Setting("default", "Default", c.Text()), PREFILL, Setting("autocomplete", "The browser may fill in", _COMPLETE),
            REQUIRED, *limits("min_length", "max_length", "characters", c.Whole()), _PATTERN,
        ),
    ),
    PaletteItem("text", "Text", icon="forms", group=Group.INPUTS, words="line string name short input", field={"type": "text"}),
    PaletteItem(
        "email", "E-mail", icon="mail", group=Group.INPUTS, words="mail address", field={"type": "text", "format": "email"}
    ),
)  # fmt: skip
register(
    FieldKind(
        "long_text", "Long text", icon="align-left", sample=always("An example of a longer text."), settings=named(
            Setting("default", "Default", c.Area()), PREFILL, REQUIRED,
            *limits("min_length", "max_length", "characters", c.Whole()), _PATTERN,
        ),
    ),
    PaletteItem(
        "long_text", "Long text", icon="align-left", group=Group.INPUTS, words="paragraph textarea reason comment",
        field={"type": "long_text"},
    ),
)  # fmt: skip
register(
    FieldKind(
        "number", "Number", icon="number-123", sample=always(3), settings=named(
            Setting("unit", "Unit", c.Text(), help="Stands behind the number, such as days or km."),
            Setting("decimals", "Decimals", c.Whole()), Setting("default", "Default", c.Number()), PREFILL, REQUIRED,
            *limits("min", "max", "", c.Number()),
        ),
    ),
    PaletteItem(
        "number", "Number", icon="number-123", group=Group.INPUTS, words="integer decimal quantity count",
        field={"type": "number"},
    ),
)  # fmt: skip
register(
    FieldKind(
        "money", "Money", icon="coin", sample=always("250"), settings=named(
            Setting("currencies", "Currencies", c.Codes(upper=True), help="The first is the usual one, such as EUR, USD."),
            REQUIRED, *limits("min", "max", "", c.Number()),
        ),
    ),
    PaletteItem("money", "Money", icon="coin", group=Group.INPUTS, words="amount price cost currency", field={"type": "money"}),
)  # fmt: skip
register(
    FieldKind(
        "date", "Date", icon="calendar", sample=_today, settings=named(
            PREFILL, REQUIRED,
            *_between(c.Day(), Setting("checks", "Compared with", c.Comparisons(("date", "date_range")), Tab.VALIDATION)),
        ),
    ),
    PaletteItem("date", "Date", icon="calendar", group=Group.INPUTS, words="day", field={"type": "date"}),
)  # fmt: skip
register(
    FieldKind(
        "date_range", "Period", icon="calendar-due", sample=_two_days, settings=named(
            REQUIRED, *_between(c.Day(), Setting("max_days", "Most days", c.Whole(), Tab.VALIDATION, "Both ends count.")),
        ),
    ),
    PaletteItem(
        "date_range", "Period", icon="calendar-due", group=Group.INPUTS, words="from to range days dates",
        field={"type": "date_range"},
    ),
)  # fmt: skip
register(
    FieldKind(
        "time", "Time", icon="clock", sample=always("09:30"), settings=named(
            PREFILL, REQUIRED,
            *_between(c.Clock(), Setting("checks", "Compared with", c.Comparisons(("time",)), Tab.VALIDATION)),
        ),
    ),
    PaletteItem("time", "Time", icon="clock", group=Group.INPUTS, words="hour", field={"type": "time"}),
)  # fmt: skip

# --- choices ---

register(
    FieldKind("checkbox", "Yes or no", icon="checkbox", sample=always(True), settings=named(REQUIRED)),
    PaletteItem(
        "checkbox", "Yes or no", icon="checkbox", group=Group.CHOICES, words="tick box boolean agree consent",
        field={"type": "checkbox"},
    ),
)  # fmt: skip
register(
    FieldKind(
        "choice", "Choice", icon="list", sample=first, choices_tab="Choices", filter_key="choices", settings=named(
            Setting("default", "Default", c.ChoiceDefault()), PREFILL, REQUIRED, _CHOICES,
            _shown_as(("dropdown", "Dropdown"), ("radio", "Radio buttons")),
        ),
    ),
    PaletteItem(
        "dropdown", "Dropdown", icon="selector", group=Group.CHOICES, words="select list one choice",
        field={"type": "choice", "choices": _TWO},
    ),
    PaletteItem(
        "radio", "Radio buttons", icon="circle-dot", group=Group.CHOICES, words="one of few choice options",
        field={"type": "choice", "display": "radio", "choices": _TWO},
    ),
)  # fmt: skip
register(
    FieldKind(
        "multi_choice", "Several choices", icon="list-check", sample=first, choices_tab="Choices", filter_key="choices",
        settings=named(
            REQUIRED, _CHOICES, _shown_as(("checkboxes", "Boxes"), ("dropdown", "List")),
            *limits("min_items", "max_items", "chosen", c.Whole()),
        ),
    ),
    PaletteItem(
        "checkboxes", "Boxes to tick", icon="list-check", group=Group.CHOICES, words="checkboxes several multi choice",
        field={"type": "multi_choice", "choices": _TWO},
    ),
)  # fmt: skip

# --- people and places ---

register(
    FieldKind(
        "user", "Person", icon="user", sample=first, settings=named(PREFILL, REQUIRED), choices_tab="People",
        filter_key="filter", source="people",
    ),
    PaletteItem(
        "user", "Person", icon="user", group=Group.PEOPLE, words="user colleague employee approver", field={"type": "user"}
    ),
)  # fmt: skip
register(
    FieldKind(
        "department", "Department", icon="building", sample=first, settings=named(PREFILL, REQUIRED),
        choices_tab="Departments", filter_key="filter", source="departments",
    ),
    PaletteItem(
        "department", "Department", icon="building", group=Group.PEOPLE, words="team unit group", field={"type": "department"}
    ),
)  # fmt: skip
register_items(
    PaletteItem(
        "designation", "Designation", icon="id-badge-2", group=Group.PEOPLE, words="job title position",
        field={"type": "choice", "choices": {"source": "designations"}},
    ),
    PaletteItem(
        "place", "Place", icon="map-pin", group=Group.PEOPLE, words="city office location site",
        field={"type": "choice", "choices": {"source": "places"}},
    ),
)  # fmt: skip

# --- files ---

register(
    FieldKind(
        "file", "Files", icon="paperclip", settings=named(
            Setting("camera", "Take a photo on a phone", c.Tick()), REQUIRED,
            Setting("max_files", "Most files", c.Whole(), Tab.VALIDATION),
            Setting("max_megabytes", "Megabytes of each", c.Whole(), Tab.VALIDATION),
            Setting(
                "extensions", "Only these kinds", c.Codes(), Tab.VALIDATION,
                "Endings such as pdf, png. Empty: all that are allowed here.",
            ),
        ),
    ),
    PaletteItem(
        "file", "Files", icon="paperclip", group=Group.FILES, words="upload attachment document receipt", field={"type": "file"}
    ),
)  # fmt: skip

# --- layout ---

register_items(
    PaletteItem(
        "section", "Section", icon="layout-list", group=Group.LAYOUT, words="group heading fieldset",
        node={"kind": "section", "title": "Section"},
    ),
    PaletteItem(
        "row", "Row", icon="columns-2", group=Group.LAYOUT, words="columns side by side",
        node={"kind": "row", "children": [{"kind": "column", "children": []}, {"kind": "column", "children": []}]},
    ),
    PaletteItem(
        "column", "Column", icon="columns-1", group=Group.LAYOUT, words="row side by side",
        node={"kind": "column", "children": []},
    ),
    PaletteItem("grid", "Grid", icon="layout-grid", group=Group.LAYOUT, words="columns cells", node={"kind": "grid"}),
)  # fmt: skip
register(
    FieldKind(
        "table", "Table", icon="table", sample=_one_row, choices_tab="Columns", has_columns=True, settings=named(
            Setting("row_label", "A row is called", c.Text()), REQUIRED, *limits("min_rows", "max_rows", "rows", c.Whole()),
        ),
    ),
    PaletteItem(
        "table", "Table", icon="table", group=Group.LAYOUT, words="rows lines items repeat grid", field={
            "type": "table",
            "columns": [
                {"type": "text", "name": "item", "label": "Item"},
                {"type": "number", "name": "quantity", "label": "Quantity"},
            ],
        },
    ),
)  # fmt: skip
register(
    FieldKind(
        "static", "Text to read", icon="info-circle", keeps_value=False, answered=False, settings=(
            Setting("label", "Heading", c.Text(is_needed=True)), Setting("text", "Text", c.Area()),
        ),
    ),
    PaletteItem(
        "static", "Text to read", icon="info-circle", group=Group.LAYOUT, words="heading paragraph note hint static",
        field={"type": "static"},
    ),
)  # fmt: skip
