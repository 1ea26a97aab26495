"""The one rule language of the product: forms, assignees, transitions and events ask their questions in it.

A rule is a tree: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`, a saved condition as it stood in one version
`{"saved": {"key", "version", "name", "rule"}}`, which means its `rule`, or a condition
`{"field": id, "op": op, "value": v | "value_field": id | "value_ref": "kind:key"}`, stored as
`{"schema_version": 1, "rule": tree}`. At most 5 levels, 100 nodes, 500 values in a list, 1,024 bytes in a text.

Values by type: text, choice, user, group, reference: text; multi_choice: list; number: whole number or decimal text;
money: `{"amount": "12.50", "currency": "INR"}`; date `2025-10-06`; datetime `2025-10-06T09:30[:00][Z|+05:30]` (without
offset: the tenant's time zone); time `09:30`; bool: true/false. Also for dates `{"relative": "today"|"now", "offset": -3,
"unit": "day"}` and, for within_last/within_next, `{"count": 7, "unit": "day"}`; units minute, hour, day, business_day,
week, month, year.

Meaning: empty (null, "", []) makes every comparison false and ne, not_in, has_none true; only is_empty and is_set ask
about it; `not` is plain boolean; nothing is coerced; contains, starts, ends ignore case. A field that does not exist, a
value of another shape, two currencies in one comparison are errors wherever they stand in the tree: the outcome is an
error and nothing is done. The same vectors (`tests/vectors/rules.json`) hold for every back end.
"""

from forms_builder.rules.ast import (
    All,
    AnyOf,
    Leaf,
    Money,
    Node,
    Not,
    Rule,
    Saved,
    fields_of,
    leaves_of,
    references_of,
    walk,
)
from forms_builder.rules.catalogue import CONTEXT_ROOTS, FieldSpec, FieldType, RuleContext, context, flatten
from forms_builder.rules.clock import (
    EMPTY_ENVIRONMENT,
    Calendar,
    Directory,
    Environment,
    EvaluationClock,
    StaticDirectory,
    WeekCalendar,
)
from forms_builder.rules.compile import Compiled, compile_rule
from forms_builder.rules.errors import EvaluationError, RuleError, RuleErrors
from forms_builder.rules.evaluate import Failure, Outcome, evaluate, evaluate_document
from forms_builder.rules.explain import explain
from forms_builder.rules.operators import OPS_BY_TYPE, Op, Shape, ops_for
from forms_builder.rules.parse import parse
from forms_builder.rules.serialize import to_json
from forms_builder.rules.trace import Trace, TraceNode, trace

__all__ = [
    "CONTEXT_ROOTS",
    "EMPTY_ENVIRONMENT",
    "OPS_BY_TYPE",
    "All",
    "AnyOf",
    "Calendar",
    "Compiled",
    "Directory",
    "Environment",
    "EvaluationClock",
    "EvaluationError",
    "Failure",
    "FieldSpec",
    "FieldType",
    "Leaf",
    "Money",
    "Node",
    "Not",
    "Op",
    "Outcome",
    "Rule",
    "RuleContext",
    "RuleError",
    "RuleErrors",
    "Saved",
    "Shape",
    "StaticDirectory",
    "Trace",
    "TraceNode",
    "WeekCalendar",
    "compile_rule",
    "context",
    "evaluate",
    "evaluate_document",
    "explain",
    "fields_of",
    "flatten",
    "leaves_of",
    "ops_for",
    "parse",
    "references_of",
    "to_json",
    "trace",
    "walk",
]
