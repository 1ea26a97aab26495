"""Total evaluation: every rule, every value gives true, false or an error that says what is wrong; never an exception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms_builder.rules.ast import Rule
from forms_builder.rules.catalogue import RuleContext
from forms_builder.rules.clock import EMPTY_ENVIRONMENT, Environment
from forms_builder.rules.compile import compile_rule
from forms_builder.rules.errors import EvaluationError, RuleErrors
from forms_builder.rules.parse import parse


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a rule had no answer; `field` is the catalogue id when one field is to blame."""

    code: str
    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`result` is None exactly when there is an `error`. As a truth value an error counts as false (fail closed)."""

    result: bool | None
    error: Failure | None = None

    def __bool__(self) -> bool:
        return self.result is True


_TRUE, _FALSE = Outcome(True), Outcome(False)


def evaluate(rule: Rule, values: Mapping[str, Any], env: Environment = EMPTY_ENVIRONMENT) -> Outcome:
    """The answer of a rule for flat values (field id -> raw value). A field that is missing from `values` is an error;
    an empty one is None. See `RuleContext.complete` for sources that leave empty fields out."""
    try:
        return _TRUE if compile_rule(rule)(values, env) else _FALSE
    except EvaluationError as error:
        return failed(error)


def evaluate_document(
    doc: object, context: RuleContext, values: Mapping[str, Any], env: Environment = EMPTY_ENVIRONMENT
) -> Outcome:
    """As `evaluate` for a stored document; one that no longer parses (a field or an operator is gone) is an error."""
    try:
        rule = parse(doc, context)
    except RuleErrors as errors:
        first = errors.errors[0]
        return Outcome(None, Failure(first.code, f"{first.place}: {first.message}"))
    return evaluate(rule, values, env)


def failed(error: EvaluationError) -> Outcome:
    """The outcome of an evaluation that raised."""
    return Outcome(None, Failure(error.code, error.message, error.field))
