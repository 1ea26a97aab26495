"""Twenty forms as people make them with SurveyJS and Form.io: each is read, and its report names what was not taken."""

from pathlib import Path

import pytest

from forms_builder.exchange import FormImport, import_form, import_text
from forms_builder.schema import FormDocument, blocking, check
from forms_builder.schema.layout import walk

SAMPLES = Path(__file__).parent / "samples"
EXPECTED = {
    "surveyjs_appraisal": (4, ["“Proof” is of type file", "has fixed rows", "“What was agreed” is not required", "its default"]),
    "surveyjs_expense": (6, ["Other languages", "another question called claimant", "placeholder"]),
    "surveyjs_feedback": (8, ["one question for each of its 3 rows", "asks for an order", "age({birthday})", "completedHtml"]),
    "surveyjs_incident": (10, ["a day and a time", "shows pictures"]),
    "surveyjs_leave": (7, ["The last day comes after the first."]),
    "surveyjs_medical": (8, ["maskSettings", "takes a month", "select all", "“Number of the file” is not required"]),
    "surveyjs_onboarding": (7, ["“Which laptop” has no list", "requiredIf", "triggers"]),
    "surveyjs_survey_of_one_page": (6, ["“Abroad, again” is there already", "enableIf", "the moon"]),
    "surveyjs_travel": (8, ["“Sum” is of type expression", "calculatedValues", "colCount (1)"]),
    "surveyjs_vendor": (7, ["nouislider", "its pattern", "words for another answer", "“Our process” (image)"]),
    "formio_appraisal": (5, ["“Tasks” is of type datagrid", "“Raise” is not required", "of type rating"]),
    "formio_expense": (5, ["inputMask", "“Receipt” is of type file", "“Private card”", "calculateValue"]),
    "formio_incident": (9, ["a day and a time", "for each of its 2 rows"]),
    "formio_it_access": (8, ["minWords", "a password", "“Owner of the system” has no list", "recaptcha"]),
    "formio_leave": (5, ["disableWeekends", "“custom” was not taken"]),
    "formio_medical": (8, ["“Weight”: its max", "“Born”: its max"]),
    "formio_onboarding": (8, ["inputMask", "table of keys and values"]),
    "formio_purchase": (7, ["no list of entries", "several values", "“Check stock”", "10 is above 1", "asks about gone"]),
    "formio_travel": (6, ["placeholder", "logic", "another question called to", "“Stops” (tree)"]),
    "formio_vendor": (9, ["unique", "an address", "customConditional", "a list of tags", "its pattern", "its default"]),
}  # fmt: skip


def read(name: str) -> FormImport:
    return import_text((SAMPLES / f"{name}.json").read_bytes())


@pytest.mark.parametrize("name", [path.stem for path in sorted(SAMPLES.glob("*.json"))])
def test_a_sample_is_read_with_its_report(name: str) -> None:
    count, told = EXPECTED[name]
    found = read(name)
    assert found.kind == ("SurveyJS" if name.startswith("surveyjs") else "Form.io")
    assert FormDocument.load(found.document.to_json()) == found.document
    assert blocking(check(found.document)) == []
    assert len(found.document.fields) == count
    report = "\n".join(f"{note.place} {note.message}" for note in found.report)
    assert [words for words in told if words not in report] == []
    placed = [node.name for _, _, node in walk(found.document.nodes) if node.kind == "field"]
    assert sorted(placed) == sorted(found.document.by_name)


def test_there_are_ten_of_each() -> None:
    assert len(EXPECTED) == 20
    assert sum(name.startswith("formio") for name in EXPECTED) == 10


def test_conditions_become_rules_of_ours() -> None:
    leave, access, travel = read("surveyjs_leave"), read("formio_it_access"), read("formio_travel")
    assert leave.document.by_name["reason"].visible_when == {"any": [
        {"field": "form.leave_type", "op": "eq", "value": "unpaid"}, {"field": "form.days", "op": "gt", "value": 10},
    ]}  # fmt: skip
    assert access.document.by_name["reason"].visible_when == {
        "field": "form.systems", "op": "has_any", "value": ["payroll"],
    }  # fmt: skip
    of_class = travel.document.by_name["class"].visible_when
    assert of_class is not None
    assert of_class["all"][1]["value"] == {"amount": "2000", "currency": "USD"}
    in_panel = read("surveyjs_incident").document.by_name["hospital"].visible_when
    assert in_panel is not None
    assert [one["field"] for one in in_panel["all"]] == ["form.severity", "form.hurt", "form.doctor"]


def test_questions_with_a_plug_in_type_of_ours_become_one() -> None:
    kinds = {
        name: {field["name"]: field["type"] for field in read(name).document.to_json()["fields"]}
        for name in ("surveyjs_expense", "surveyjs_incident", "surveyjs_travel", "formio_expense", "surveyjs_feedback")
    }
    assert kinds["surveyjs_expense"]["signature"] == kinds["formio_expense"]["sign"] == "signature"
    assert kinds["surveyjs_incident"]["photos"] == "photo"
    total = read("surveyjs_travel").document.to_json()["fields"][-1]
    assert (total["type"], total["formula"], total["default_access"]) == (
        "computed", "sum(each(form.costs, 'amount'))", "read",
    )  # fmt: skip
    assert kinds["surveyjs_feedback"]["overall"] == "choice"


STARS = {
    "type": "rating",
    "name": "s",
    "rateMax": 7,
    "minRateDescription": "Bad",
    "maxRateDescription": "Good",
    "defaultValue": 3,
}


def test_a_scale_that_counts_from_one_becomes_stars() -> None:
    (field,) = import_form({"elements": [STARS]}).document.to_json()["fields"]
    assert (field["type"], field["most"], field["default"]) == ("rating", 7, 3)
    assert (field["lowest"], field["highest"]) == ("Bad", "Good")


@pytest.mark.parametrize(
    ("program", "formula"),
    [
        ("value = data.price * data.count;", "form.price * form.count"), ("value=data.price+1", "form.price+1"),
        ("value = data.gone * 2", None), ("value = data.price.toFixed(2)", None), ("alert(1)", None),
        ("value = data.price; alert(1)", None), ("value = price ** 2", None), ("value = data['price']", None),
    ],
)  # fmt: skip
def test_a_calculation_is_taken_where_it_is_a_formula_and_told_where_it_is_a_program(
    program: str, formula: str | None
) -> None:
    numbers = [{"type": "number", "key": key, "label": key} for key in ("price", "count")]
    total = {"type": "number", "key": "total", "label": "Total", "calculateValue": program}
    found = import_form({"components": [*numbers, total]})
    made = found.document.to_json()["fields"][-1]
    assert made.get("formula") == formula
    assert bool([note for note in found.report if "alculate" in note.message]) is (formula is None)


@pytest.mark.parametrize(("column", "formula"), [("unitPrice", "sum(each(form.lines, 'unit_price'))"), ("gone", None)])
def test_a_sum_over_a_column_is_called_as_the_column_is_here(column: str, formula: str | None) -> None:
    lines = {"type": "matrixdynamic", "name": "lines", "columns": [{"name": "unitPrice", "cellType": "text"}]}
    total = {"type": "expression", "name": "total", "expression": f"sumInArray({{lines}}, '{column}')"}
    found = import_form({"elements": [lines, total]})
    made = found.document.to_json()["fields"]
    assert made[0]["columns"][0]["name"] == "unit_price"
    assert made[1].get("formula") == formula
    assert blocking(check(found.document)) == []


def test_settings_and_places_are_taken() -> None:
    leave = read("surveyjs_leave").document
    assert [node.kind for node in leave.layout] == ["section", "section"]
    raw = {field["name"]: field for field in leave.to_json()["fields"]}
    assert raw["first_day"]["min"] == "today"
    assert (raw["days"]["min"], raw["days"]["max"], raw["days"]["decimals"]) == ("0.5", "60", 1)
    assert (raw["certificate"]["max_files"], raw["certificate"]["max_megabytes"]) == (1, 5)
    assert raw["leave_type"]["required"] is True
    costs = {field["name"]: field for field in read("surveyjs_travel").document.to_json()["fields"]}["costs"]
    assert (costs["min_rows"], costs["max_rows"]) == (1, 15)
    assert [column["name"] for column in costs["columns"]] == ["what", "amount"]
    trip = {field["name"]: field for field in read("formio_travel").document.to_json()["fields"]}
    assert trip["budget"]["default"] == {"amount": "250.5", "currency": "USD"}
    assert (trip["nights"]["default"], trip["to"]["required"]) == (1, True)
