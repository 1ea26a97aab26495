"""Calculate values from the form and from what earlier steps have found."""

from collections.abc import Iterator

from pydantic import Field

from forms_builder.formulas import Formula, FormulaError
from forms_builder.schema.parts import FieldName, LongText, Part
from workflows.nodes.base import Done, NodeFailure, NodeKind, Work
from workflows.nodes.templating import ROOTS


class FormulaParams(Part):
    """Formulas by the name of their result; a later one may use the results of earlier ones by their names."""

    values: dict[FieldName, LongText] = Field(min_length=1, max_length=50)


class FormulaKind(NodeKind[FormulaParams]):
    kind = "formula"
    label = "Calculate"
    params = FormulaParams

    def problems(self, params: FormulaParams) -> Iterator[tuple[str, str]]:
        known = set(ROOTS)
        for name, text in params.values.items():
            try:
                asked = {path.partition(".")[0] for path in Formula(text).names}
            except FormulaError as error:
                yield f"values.{name}", str(error)
            else:
                for root in sorted(asked - known):
                    yield f"values.{name}", f"{root} is no value. Use {', '.join(sorted(known))}."
            known.add(name)

    def names(self, params: FormulaParams) -> Iterator[tuple[str, str]]:
        for name, text in params.values.items():
            try:
                yield from ((f"values.{name}", path) for path in Formula(text).names if path.partition(".")[0] in ROOTS)
            except FormulaError:
                continue  # told by `problems`

    def run(self, params: FormulaParams, work: Work) -> Done:
        found: dict[str, object] = {}
        for name, text in params.values.items():
            try:
                found[name] = Formula(text).answer({**work.values, **found})
            except FormulaError as error:
                raise NodeFailure(f"{name}: {error}", again=False) from error
        return Done(found)
