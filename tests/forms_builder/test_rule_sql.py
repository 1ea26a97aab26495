"""The Q object answers on PostgreSQL what the closure answers in Python."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet

from accounts.models import Membership
from forms_builder.rule_sql import MoneyColumn, People, RuleNotSql, Source, to_q
from forms_builder.rules import (
    Environment,
    EvaluationError,
    FieldSpec,
    FieldType,
    Rule,
    RuleContext,
    StaticDirectory,
    evaluate,
    leaves_of,
    parse,
)
from forms_builder.rules.ast import FieldOperand
from tests.cast import Acme, Globex
from tests.forms_builder.rules import sql_rows
from tests.forms_builder.rules.catalogue import FORM
from tests.forms_builder.rules.vectors import Vector, vectors

ANSWERED = tuple(vector for vector in vectors() if isinstance(vector.expected, bool))
Choice = Callable[[Rule], set[str]]


def lefts(rule: Rule) -> set[str]:
    """The fields on left sides, and the old ones of changes."""
    return {spec.id for leaf in leaves_of(rule) for spec in (leaf.field, leaf.twin) if spec is not None}


def rights(rule: Rule) -> set[str]:
    return {leaf.operand.field.id for leaf in leaves_of(rule) if isinstance(leaf.operand, FieldOperand)}


def everything(rule: Rule) -> set[str]:
    """Every field, without the second of two sets, which SQL does not compare."""
    many = {spec.id for leaf in leaves_of(rule) for spec in leaf.fields if spec.type is FieldType.MULTI_CHOICE}
    return (lefts(rule) | rights(rule)) - (many & rights(rule))


def answer(number: int, vector: Vector, columns: Choice) -> bool:
    rule = parse(vector.rule, vector.context)
    mapping = {field: source for field, source in sql_rows.mapping_of(vector).items() if field in columns(rule)}
    q = to_q(rule, mapping, values=vector.values, env=vector.env, people=sql_rows.PEOPLE, read_id=str)
    both = [QuerySet(sql_rows.Row).filter(pk=number).filter(condition).count() for condition in (q, ~q)]
    assert sorted(both) == [0, 1], f"{vector.name}: neither true nor false"
    return both == [1, 0]


NOT_SQL = {"event: multi_choice", "event: file", "event: the order of choices", "event: another currency is a change"}


@pytest.mark.realpg
@pytest.mark.parametrize(("columns", "at_least"), [(everything, 940), (lefts, 920), (rights, 120)])
def test_rows_answer_as_the_vectors_say(db: None, columns: Choice, at_least: int) -> None:
    sql_rows.create_tables(ANSWERED)
    wrong, asked = [], 0
    for number, vector in enumerate(ANSWERED):
        if columns is rights and not rights(parse(vector.rule, vector.context)):
            continue
        try:
            found = answer(number, vector, columns)
        except RuleNotSql:
            sets = any(spec.type is FieldType.MULTI_CHOICE for spec in vector.context.fields) and columns is rights
            assert sets or vector.name.startswith(tuple(NOT_SQL)), vector.name
            continue
        asked += 1
        if found is not vector.expected:
            wrong.append(vector.name)
    assert wrong == []
    assert asked >= at_least


CANDIDATES = RuleContext(
    "assignee",
    (
        FieldSpec("candidate", "candidate", FieldType.USER),
        FieldSpec("candidate.department", "candidate's department", FieldType.GROUP),
        FieldSpec("candidate.active", "candidate is active", FieldType.BOOL),
        FieldSpec("requester", "requester", FieldType.USER),
        FieldSpec("record.total", "total", FieldType.NUMBER),
    ),
)
MAPPING: Mapping[str, Source] = {
    "candidate": "id",
    "candidate.department": "department_id",
    "candidate.active": "is_active",
}
HR = {"field": "candidate.department", "op": "eq", "value_ref": "department:hr"}
BOSS = {"field": "candidate", "op": "is_manager_of", "value_field": "requester"}
LEAD = {"field": "candidate", "op": "is_member_of", "value_ref": "role:lead"}
SELF = {"field": "candidate", "op": "is_same_as_field", "value_field": "requester"}
LARGE = {"field": "record.total", "op": "gt", "value": 1000}


@pytest.mark.realpg
@pytest.mark.parametrize(
    ("rule", "total", "names"),
    [
        (HR, 0, {"Hema", "Hari"}),
        (BOSS, 0, {"Meera"}),
        (LEAD, 0, {"Hari"}),
        ({"not": {"field": "candidate", "op": "is_member_of", "value_ref": "department:fin"}}, 0,
         {"Asha", "Ravi", "Meera", "Hema", "Hari", "Omar", "Tess"}),
        ({"any": [BOSS, {"all": [HR, LARGE]}]}, 0, {"Meera"}),
        ({"any": [BOSS, {"all": [HR, LARGE]}]}, 2000, {"Meera", "Hema", "Hari"}),
        ({"all": [{"field": "candidate.department", "op": "ne", "value_ref": "department:hr"}, {"not": BOSS}, {"not": SELF}]}, 0,
         {"Asha", "Farid", "Fiona", "Fritz", "Omar", "Tess"}),
        ({"any": [{"not": LARGE}, {"field": "candidate.active", "op": "eq", "value": False}]}, 2000, set()),
    ],
)  # fmt: skip
def test_candidates_of_a_task(acme: Acme, globex: Globex, rule: dict[str, Any], total: int, names: set[str]) -> None:
    with acme.scope():
        link = acme.hari.role_links.get()
        references = {"role:lead": str(link.role_id)}
        references |= {f"department:{code.lower()}": str(row.id) for code, row in acme.departments.items()}
        parsed = parse(rule, CANDIDATES)
        values = {"requester": str(acme.ravi.id), "record.total": total}
        rows = Membership.objects.filter(organisation=acme.organisation)
        people = People(rows, "manager_id", ("department_id", "role_links__role_id"))
        q = to_q(parsed, MAPPING, values=values, env=Environment(references=references), people=people)
        assert sorted(rows.filter(q).values_list("name", flat=True)) == sorted(names)
        groups = {str(row.id): {str(row.department_id)} for row in rows}
        groups[str(acme.hari.id)].add(str(link.role_id))
        managers = {str(row.id): str(row.manager_id) for row in rows}
        directory = StaticDirectory(managers, {person: frozenset(ids) for person, ids in groups.items()})
        env = Environment(directory=directory, references=references)
        for row in rows:
            mine = {"candidate": row.id, "candidate.department": row.department_id, "candidate.active": row.is_active}
            assert bool(evaluate(parsed, values | mine, env)) is (row.name in names)


def test_a_text_that_is_no_id_equals_no_row(acme: Acme) -> None:
    with acme.scope():
        rows = Membership.objects.filter(organisation=acme.organisation)
        for op, value, count in (
            ("eq", "nobody", 0),
            ("ne", "nobody", 10),
            ("in", ["nobody"], 0),
            ("not_in", ["nobody"], 10),
        ):
            rule = parse({"field": "candidate", "op": op, "value": value}, CANDIDATES)
            assert rows.filter(to_q(rule, MAPPING)).count() == count


def test_conditions_over_a_join_keep_rows_without_it(acme: Acme) -> None:
    context = RuleContext("assignee", (FieldSpec("candidate.manager", "manager's name", FieldType.TEXT),))
    mapping: Mapping[str, Source] = {"candidate.manager": "manager__name"}
    with acme.scope():
        rows = Membership.objects.filter(organisation=acme.organisation)
        not_meera = parse({"field": "candidate.manager", "op": "ne", "value": "Meera"}, context)
        assert set(rows.filter(to_q(not_meera, mapping)).values_list("name", flat=True)) == {"Asha", "Meera"}
        either = parse({"any": [{"field": "candidate.manager", "op": op} for op in ("is_empty", "is_set")]}, context)
        assert rows.filter(to_q(either, mapping)).count() == 10


def number_rule(**leaf: Any) -> Rule:
    return parse({"field": "form.number_a", "op": "gt"} | leaf, FORM)


def test_what_sql_cannot_answer_is_told() -> None:
    with pytest.raises(RuleNotSql, match="neither a column nor a value"):
        to_q(number_rule(value=1), {})
    with pytest.raises(RuleNotSql, match="needs ManyRows"):
        to_q(parse({"field": "form.file_a", "op": "is_set"}, FORM), {"form.file_a": "files"})
    with pytest.raises(RuleNotSql, match="needs a MoneyColumn"):
        to_q(parse({"field": "form.money_a", "op": "is_set"}, FORM), {"form.money_a": "price"})
    people = parse({"field": "form.user_a", "op": "is_member_of", "value": str(UUID(int=1))}, FORM)
    with pytest.raises(RuleNotSql, match="people table"):
        to_q(people, {"form.user_a": "id"})
    text = parse({"field": "form.text_a", "op": "eq", "value_field": "form.text_b"}, FORM)
    with pytest.raises(RuleNotSql, match="cannot hold"):
        to_q(text, {"form.text_a": "name"}, values={"form.text_b": "a\0b"})


def test_what_the_closure_cannot_answer_is_an_error_here_too() -> None:
    price = parse({"field": "form.money_a", "op": "gt", "value": {"amount": "1", "currency": "USD"}}, FORM)
    with pytest.raises(EvaluationError, match="INR"):
        to_q(price, {"form.money_a": MoneyColumn("cents", "INR")})
    with pytest.raises(EvaluationError, match="a text; it needs a number"):
        to_q(number_rule(value_field="form.number_b"), {"form.number_a": "n"}, values={"form.number_b": "many"})
    date = parse({"field": "form.date_a", "op": "eq", "value": {"relative": "today"}}, FORM)
    with pytest.raises(EvaluationError, match="no time was given"):
        to_q(date, {"form.date_a": "day"})
