"""Operations as clients send them: JSON data to values, with every wrong place named."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from forms_builder.schema.parts import plain, storable
from workflows.drafting.operations import MAX_CHANGES, MAX_LABEL, Change, Kind, Operation
from workflows.drafting.places import MAX_PLACE, MISSING

MOST: Final = 500
"""Operations that one call brings; a client that was offline for long sends the rest after it."""

Value = Annotated[Any, AfterValidator(storable)]
Label = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_LABEL, strip_whitespace=True), AfterValidator(plain)
]


class OperationsUnreadable(ValueError):
    """`fields` names every wrong place, as a dotted path, with what is wrong."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self.fields = fields
        super().__init__("; ".join(fields))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _Change(_Part):
    place: Annotated[str, StringConstraints(min_length=1, max_length=MAX_PLACE), AfterValidator(plain)]
    before: Value = MISSING
    after: Value = MISSING
    index: int | None = Field(default=None, ge=0, le=100_000)


class _Operation(_Part):
    id: Annotated[UUID, Field(strict=False)]
    label: Label
    kind: Annotated[Kind, Field(strict=False)] = Kind.DO
    of: Annotated[UUID, Field(strict=False)] | None = None
    changes: Annotated[list[_Change], Field(max_length=MAX_CHANGES)]


_OPERATIONS: Final = TypeAdapter(Annotated[list[_Operation], Field(min_length=1, max_length=MOST)])


def operations_of(raw: object) -> list[Operation]:
    """The operations of a body. Raises OperationsUnreadable."""
    try:
        found = _OPERATIONS.validate_python(raw)
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for item in error.errors():
            path = ".".join(("operations", *map(str, item["loc"])))
            fields.setdefault(path, []).append(item["msg"].removeprefix("Value error, "))
        raise OperationsUnreadable(fields) from error
    wrong = {
        f"operations.{row}.of": ["Name the operation that is undone or made again; a new one has none."]
        for row, one in enumerate(found)
        if (one.kind is Kind.DO) is not (one.of is None)
    }
    ids = [one.id for one in found]
    wrong |= {
        f"operations.{row}.id": ["Another operation has this id."] for row, one in enumerate(ids) if one in ids[:row]
    }
    if wrong:
        raise OperationsUnreadable(wrong)
    return [
        Operation(
            one.id,
            one.label,
            tuple(Change(change.place, change.before, change.after, change.index) for change in one.changes),
            one.kind,
            one.of,
        )
        for one in found
    ]
