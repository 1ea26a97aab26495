"""Write fields of the form."""

from collections.abc import Iterator

from pydantic import Field

from forms_builder.schema.parts import FieldName, FreeJson, Part
from workflows.nodes.base import Done, NodeKind, Work


class SetFieldsParams(Part):
    """Values by field, with placeholders: {"rate": "{{ context.rates.body.eur }}", "checked": true}. {{ record.approver }} is
    what is stored, for another field of that kind; for a text {{ shown.approver }} is the name."""

    values: dict[FieldName, FreeJson] = Field(min_length=1, max_length=100)


class SetFields(NodeKind[SetFieldsParams]):
    kind = "set_fields"
    label = "Set form fields"
    params = SetFieldsParams

    def writes(self, params: SetFieldsParams) -> Iterator[tuple[str, str]]:
        yield from ((f"values.{name}", name) for name in params.values)

    def run(self, params: SetFieldsParams, work: Work) -> Done:
        values = {name: work.value(template) for name, template in params.values.items()}
        return Done(values, fields=values)
