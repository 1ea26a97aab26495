"""Steps whose decision is asked from people without an account: whom, for how long, in which words; and what can be wrong."""

from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from forms_builder.schema.addresses import Mailbox
from forms_builder.schema.document import FormDocument
from forms_builder.schema.fields import TextField
from forms_builder.schema.parts import Access, FieldName, LongText, Part, plain
from workflows.graph.problems import Problem

MOST: Final = 20
"""People who are asked at one step."""
Subject = Annotated[str, StringConstraints(max_length=150), AfterValidator(plain)]
Days = Annotated[int, Field(ge=1, le=60)]


class Outside(Part):
    """The decision is asked by mail from these addresses, and from those in text fields of the form; the first one counts.

    Each link holds for so many `days`. `code`: a one-time code by mail is asked before anything is shown. `subject` and `text`
    may hold placeholders of the request and of fields that the step shows, which are called by name as on the pages; without
    them the product's own words are used.
    """

    addresses: tuple[Mailbox, ...] = Field(default=(), max_length=MOST)
    fields: tuple[FieldName, ...] = Field(default=(), max_length=5)
    days: Days = 14
    code: bool = False
    subject: Subject = ""
    text: LongText = ""

    @model_validator(mode="after")
    def _asks_somebody(self) -> Self:
        if not (self.addresses or self.fields):
            raise ValueError("name an address, or a field that holds one")
        return self


def check_outside(
    outside: Outside, key: str, name: str, where: str, form: FormDocument, *, is_task: bool
) -> Iterator[Problem]:
    """Problems of the step of that key and name, which asks outside; `is_task`: it is one person's task here too."""
    if not is_task:
        text = f"“{name}” cannot ask outside: only a step of one person's own decision can."
        yield Problem("outside-not-here", where, "blocks", text, "Make it a step with a rule and without a panel.")
    for row, field in enumerate(outside.fields):
        yield from check_address_field(name, field, f"{where}.fields.{row}", form)
    levels = {one.name: one.access_at(key) for one in form.fields}
    if required := [one for one, level in levels.items() if level is Access.REQUIRED]:
        text = f"“{name}” asks outside, where nobody can fill in {', '.join(required)}."
        yield Problem("outside-required", where, "blocks", text, "Let the step only read these fields.")
    if form.fields and all(level is Access.HIDDEN for level in levels.values()):
        text = f"Who is asked outside at “{name}” sees nothing of the form."
        yield Problem("outside-shows-nothing", where, "warns", text, "Let the step read what is to be decided on.")


def check_address_field(step_name: str, name: str, place: str, form: FormDocument) -> Iterator[Problem]:
    """Whether the field of the form can hold a mail address."""
    field = form.by_name.get(name)
    if not isinstance(field, TextField):
        text = f"“{step_name}” asks the address in {name}, which is no text field of the form."
        yield Problem("no-address-field", place, "blocks", text, "Choose a text field.")
    elif field.format != "email":
        text = f"“{step_name}” asks the address in “{field.label}”, which may hold any text."
        yield Problem("address-unchecked", place, "warns", text, "Set the format of the field to e-mail.")
