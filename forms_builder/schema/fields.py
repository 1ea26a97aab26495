"""The field types that every form needs. One class per type; the discriminator in JSON is `type`.

Types that are plug-ins bring theirs along, see `forms_builder.components`; `schema.component` knows all of them.

A column of a table is a field too; it is seen, written and required with its table, so it has no access of its own.
"""

from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal, Self, get_args

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from forms_builder.schema.parts import (
    Access,
    FieldName,
    FreeJson,
    Label,
    LongText,
    Part,
    RuleJson,
    ShortText,
    StepKey,
    plain,
)

MAX_CHOICES: Final = 1_000
MAX_COLUMNS: Final = 30
MAX_ROWS: Final = 200
MAX_TEXT: Final = 20_000
MAX_NUMBER: Final = Decimal(10) ** 15

SourceName = Literal["departments", "designations", "places", "people"]
Prefill = Annotated[str, StringConstraints(pattern=r"^(today|now|requester|requester\.[a-z][a-z0-9_]{0,59})$")]
IsoDate = Annotated[str, StringConstraints(pattern=r"^(today|(19|2\d)\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))$")]
IsoTime = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Extension = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,10}$")]


class Comparison(Part):
    """This date or time lies before or after the one of another field. Not checked while one of them is empty."""

    kind: Literal["before", "not_after", "after", "not_before"]
    field: FieldName
    message: ShortText = ""


class ValueRule(Part):
    """A rule that must hold when the field has a value, and what to tell the person when it does not."""

    rule: RuleJson
    message: Label


class FieldBase(Part):
    """What all fields share."""

    keeps_value: ClassVar[bool] = True
    answered: ClassVar[bool] = True
    """Whether people give the value. One that follows from others is kept, and nobody can write it."""

    name: FieldName
    label: Label
    help: LongText = ""
    access: dict[StepKey, Access] = Field(default_factory=dict, max_length=300)
    default_access: Access = Access.HIDDEN
    required: bool = False
    visible_when: RuleJson | None = None
    prefill: Prefill | None = None
    default: FreeJson = None
    rules: tuple[ValueRule, ...] = Field(default=(), max_length=20)

    def access_at(self, step: str) -> Access:
        """The access at a step. A step that is not named has the field's default, which itself is hidden."""
        level = self.access.get(step, self.default_access)
        return Access.REQUIRED if level is Access.WRITE and self.required else level


class Pattern(Part):
    """A regular expression (RE2 syntax, so that no expression can stall the server) the whole text must match."""

    expression: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(plain)]
    message: Label


class TextField(FieldBase):
    """One line of text; lengths in characters. `format` "email": exactly one mail address."""

    type: Literal["text"] = "text"
    format: Literal["", "email"] = ""
    min_length: int = Field(default=0, ge=0, le=MAX_TEXT)
    max_length: int = Field(default=500, ge=1, le=MAX_TEXT)
    pattern: Pattern | None = None
    autocomplete: Annotated[str, StringConstraints(pattern=r"^[a-z\- ]{0,60}$")] = ""


class LongTextField(FieldBase):
    """Several lines of text; lengths in characters."""

    type: Literal["long_text"] = "long_text"
    min_length: int = Field(default=0, ge=0, le=MAX_TEXT)
    max_length: int = Field(default=5_000, ge=1, le=MAX_TEXT)
    pattern: Pattern | None = None


class NumberField(FieldBase):
    """A number with a fixed count of decimals: stored as an integer, or as a decimal string when it has decimals."""

    type: Literal["number"] = "number"
    min: Decimal | None = Field(default=None, ge=-MAX_NUMBER, le=MAX_NUMBER)
    max: Decimal | None = Field(default=None, ge=-MAX_NUMBER, le=MAX_NUMBER)
    decimals: int = Field(default=0, ge=0, le=6)
    unit: ShortText = ""


class MoneyField(FieldBase):
    """An amount with two decimals in one of `currencies`, the first being the usual one."""

    type: Literal["money"] = "money"
    min: Decimal | None = Field(default=None, ge=-MAX_NUMBER, le=MAX_NUMBER)
    max: Decimal | None = Field(default=None, ge=-MAX_NUMBER, le=MAX_NUMBER)
    currencies: tuple[Currency, ...] = Field(default=("INR",), min_length=1, max_length=30)


class DateField(FieldBase):
    """A calendar day; `min` and `max` may be "today", which is the organisation's day."""

    type: Literal["date"] = "date"
    min: IsoDate | None = None
    max: IsoDate | None = None
    checks: tuple[Comparison, ...] = Field(default=(), max_length=10)


class DateRangeField(FieldBase):
    """Two days, the second not before the first; stored as {"from", "to"}. `max_days` counts both ends."""

    type: Literal["date_range"] = "date_range"
    min: IsoDate | None = None
    max: IsoDate | None = None
    max_days: int | None = Field(default=None, ge=1, le=36_600)


class TimeField(FieldBase):
    """A time of day in minutes, without a zone."""

    type: Literal["time"] = "time"
    min: IsoTime | None = None
    max: IsoTime | None = None
    checks: tuple[Comparison, ...] = Field(default=(), max_length=10)


class Choice(Part):
    """One entry of a fixed list."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(plain)]
    label: Label


class SourcedChoices(Part):
    """Entries read from the database: an allow-listed source, a rule that trims it, and what stands behind each name.

    The rule may speak about `candidate.<attribute>`, the row, and `actor.<attribute>`, whoever fills in the form. `detail` is
    one of the row's attributes; it helps to choose and is not kept with the answer.
    """

    source: SourceName
    filter: RuleJson | None = None
    detail: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$|^$")] = ""


def _kind_of_choices(value: object) -> str:
    return "source" if isinstance(value, dict | SourcedChoices) else "list"


Choices = Annotated[
    Annotated[tuple[Choice, ...], Field(max_length=MAX_CHOICES), Tag("list")]
    | Annotated[SourcedChoices, Tag("source")],
    Discriminator(_kind_of_choices),
]


class _ChoiceBase(FieldBase):
    choices: Choices = ()

    @property
    def fixed(self) -> tuple[Choice, ...]:
        """The fixed entries; empty for a list from the database."""
        return self.choices if isinstance(self.choices, tuple) else ()

    @property
    def source(self) -> SourcedChoices | None:
        return None if isinstance(self.choices, tuple) else self.choices


class ChoiceField(_ChoiceBase):
    """Exactly one entry; stored as its value."""

    type: Literal["choice"] = "choice"
    display: Literal["dropdown", "radio"] = "dropdown"


class MultiChoiceField(_ChoiceBase):
    """Any number of entries; stored as the list of their values in the order of the choices."""

    type: Literal["multi_choice"] = "multi_choice"
    display: Literal["checkboxes", "dropdown"] = "checkboxes"
    min_items: int = Field(default=0, ge=0, le=MAX_CHOICES)
    max_items: int | None = Field(default=None, ge=1, le=MAX_CHOICES)


class CheckboxField(FieldBase):
    """Yes or no; required means that it must be ticked."""

    type: Literal["checkbox"] = "checkbox"


class UserField(FieldBase):
    """A person of the organisation; stored as the membership's id."""

    type: Literal["user"] = "user"
    filter: RuleJson | None = None

    @property
    def source(self) -> SourcedChoices:
        return SourcedChoices(source="people", filter=self.filter)


class DepartmentField(FieldBase):
    """A department of the organisation; stored as its id."""

    type: Literal["department"] = "department"
    filter: RuleJson | None = None

    @property
    def source(self) -> SourcedChoices:
        return SourcedChoices(source="departments", filter=self.filter)


class UploadField(FieldBase):
    """What all types share whose value is a list of attachments."""

    only_pictures: ClassVar[bool] = False
    """Then nothing but pictures is taken, and what they say about where and with what they were taken is cut out."""

    max_files: int = Field(default=5, ge=1, le=20)
    max_megabytes: int = Field(default=10, ge=1, le=100)

    @property
    def accepted(self) -> tuple[str, ...]:
        """The endings of files that are taken; empty for all that the product takes."""
        return ()


class FileField(UploadField):
    """Attachments; stored as the list of their ids. `extensions` narrows what the product accepts anyway."""

    type: Literal["file"] = "file"
    extensions: tuple[Extension, ...] = Field(default=(), max_length=30)
    camera: bool = False

    @property
    def accepted(self) -> tuple[str, ...]:
        return self.extensions


class StaticField(FieldBase):
    """Text for the reader; plain paragraphs, no HTML, no value. The label is its heading."""

    keeps_value: ClassVar[bool] = False
    answered: ClassVar[bool] = False
    type: Literal["static"] = "static"
    text: LongText = ""

    @model_validator(mode="after")
    def _nothing_to_answer(self) -> Self:
        if self.required or self.prefill or self.default is not None or self.rules:
            raise ValueError("a static text has no value: required, prefill, default and rules do not apply")
        return self


Column = Annotated[
    TextField
    | LongTextField
    | NumberField
    | MoneyField
    | DateField
    | TimeField
    | ChoiceField
    | MultiChoiceField
    | CheckboxField
    | UserField
    | DepartmentField,
    Field(discriminator="type"),
]


COLUMN_TYPES: Final[frozenset[str]] = frozenset(
    model.model_fields["type"].default for model in get_args(get_args(Column)[0])
)


class TableField(FieldBase):
    """Rows of columns; stored as a list of objects. Rows left entirely empty are dropped."""

    type: Literal["table"] = "table"
    columns: tuple[Column, ...] = Field(min_length=1, max_length=MAX_COLUMNS)
    min_rows: int = Field(default=0, ge=0, le=MAX_ROWS)
    max_rows: int = Field(default=50, ge=1, le=MAX_ROWS)
    row_label: ShortText = "Row"

    @model_validator(mode="after")
    def _columns_follow_the_table(self) -> Self:
        for column in self.columns:
            if column.access or column.default_access is not Access.HIDDEN or column.visible_when or column.prefill:
                raise ValueError(f"column {column.name!r}: access, visible_when and prefill belong to the table")
            if column.rules or (isinstance(column, DateField | TimeField) and column.checks):
                raise ValueError(f"column {column.name!r}: rules and checks belong to the table")
        return self
