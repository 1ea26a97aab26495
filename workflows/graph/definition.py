"""A whole workflow as one JSON document, as shipped, exported and imported: its names, its form and its graph."""

from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from forms_builder.schema.document import DocumentError, FormDocument, refuse_large
from forms_builder.schema.parts import LongText, Part
from workflows.graph.cases import MAX_CASES, MOST_ACTS, Case, cases_to_json
from workflows.graph.document import MAX_BYTES, GraphDocument, Name, OptionalName, problem_message, problem_path
from workflows.graph.lint import Problem, lint


class DefinitionDocument(Part):
    """What makes a workflow apart from the organisation it lives in. Read it with `load`."""

    schema_version: Literal[1] = 1
    name: Name
    group: OptionalName = ""
    description: LongText = ""
    form: FormDocument
    graph: GraphDocument
    cases: tuple[Case, ...] = Field(default=(), max_length=MAX_CASES)

    @model_validator(mode="after")
    def _cases_can_be_waited_for(self) -> Self:
        if sum(len(case.acts) for case in self.cases) > MOST_ACTS:
            raise ValueError(f"the cases have more than {MOST_ACTS:,} acts together")
        return self

    @classmethod
    def load(cls, raw: object) -> Self:
        """Read JSON data. Raises `DocumentError` with all wrong places at once."""
        if not isinstance(raw, dict):
            raise DocumentError([("", "A workflow is an object with name, form and graph.")])
        wrong: list[tuple[str, str]] = []
        parts: dict[str, Any] = dict(raw)
        for key, model in (("form", FormDocument), ("graph", GraphDocument)):
            try:
                parts[key] = model.load(raw[key]) if key in raw else model()
            except DocumentError as error:
                wrong += [(f"{key}.{path}".rstrip("."), message) for path, message in error.errors]
                parts[key] = model()
        try:
            refuse_large(raw.get("cases"), MAX_BYTES)
        except DocumentError as error:
            raise DocumentError([*wrong, *(("cases", message) for _, message in error.errors)]) from error
        try:
            document = cls.model_validate(parts)
        except ValidationError as error:
            wrong += [(problem_path(item["loc"]), problem_message(item["msg"])) for item in error.errors()]
        if wrong:
            raise DocumentError(wrong)
        return document

    def to_json(self) -> dict[str, Any]:
        """The document as JSON-ready data."""
        return {
            "schema_version": self.schema_version,
            "name": self.name,
            "group": self.group,
            "description": self.description,
            "form": self.form.to_json(),
            "graph": self.graph.to_json(),
            **({"cases": cases_to_json(self.cases)} if self.cases else {}),
        }

    def lint(self) -> list[Problem]:
        """Everything wrong with graph and form together."""
        return lint(self.graph, self.form)
