"""The form document, pure Python: what is asked, who may answer at which step, and what an answer means."""

from forms_builder.schema import standard
from forms_builder.schema.check import Problem, blocking, check
from forms_builder.schema.conditions import field_specs, rule_values
from forms_builder.schema.diff import diff
from forms_builder.schema.display import display, with_names
from forms_builder.schema.document import DocumentError, FormDocument
from forms_builder.schema.intake import Intake, initial_values, take
from forms_builder.schema.parts import Access
from forms_builder.schema.prefill import prefilled
from forms_builder.schema.sources import FileFacts, NoSources, Option, Sources

__all__ = [
    "Access",
    "DocumentError",
    "FileFacts",
    "FormDocument",
    "Intake",
    "NoSources",
    "Option",
    "Problem",
    "Sources",
    "blocking",
    "check",
    "diff",
    "display",
    "field_specs",
    "initial_values",
    "prefilled",
    "rule_values",
    "standard",
    "take",
    "with_names",
]
