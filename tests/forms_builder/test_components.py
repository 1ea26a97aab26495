"""The plug-in types of field: what only they do. What all types do alike is in test_field_types."""

import json
from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.services.directory import entry_save
from accounts.tenancy.errors import Denied
from forms_builder.models import FormSettings
from forms_builder.rendering import form_class, readable_fields, reading_form, serialize_fields
from forms_builder.schema import FormDocument, check, display
from forms_builder.services.attachments import attachments_from_page
from forms_builder.sources import OrganisationSources
from tests.cast import Acme, Globex
from tests.factories.accounts import DesignationFactory
from tests.factories.forms_builder import upload
from tests.forms_builder.documents import PERSON, PHOTO, MemorySources, document, one_field, posted
from tests.forms_builder.test_pictures import PLACE, jpeg

STROKES = [[0, 0, 300, 100], [10, 10]]


def form_of(*fields: dict[str, Any], **more: Any) -> Any:
    return form_class(document(*fields), "any", sources=MemorySources(), **more)


def computed(formula: str, **more: Any) -> dict[str, Any]:
    made = {"type": "computed", "name": "total", "label": "Total", "default_access": "read", "formula": formula}
    return made | more


def named(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "label": name.title(), "default_access": "write", **more}


PRICE, COUNT = named("money", "price"), named("number", "count")
TOTAL = computed("form.price * form.count", result="money")


# --- rating ---


def test_a_rating_is_a_group_of_radio_buttons_each_with_its_number() -> None:
    page = form_of(one_field("rating", most=3, lowest="Bad", highest="Good", required=True))().render()
    assert page.count('type="radio"') == 3
    assert "<fieldset" in page
    assert "<legend>It</legend>" in page
    assert "No answer" not in page
    assert 'value="2" checked' in form_of(one_field("rating", most=3), values={"it": 2})().render()


def test_rules_compare_a_rating_as_a_number() -> None:
    why = named("text", "why", visible_when={"field": "form.it", "op": "lt", "value": 3})
    form = form_of(one_field("rating"), why)
    assert form({"it": 2, "why": "Cold soup"}).stored() == {"it": 2, "why": "Cold soup"}
    assert form({"it": 4, "why": "Cold soup"}).stored() == {"it": 4, "why": None}


# --- calculated values ---


def test_a_value_follows_from_the_answers_and_is_stored_with_them() -> None:
    form = form_of(PRICE, COUNT, TOTAL)
    assert form({"price": "2.50", "count": 3}).stored()["total"] == {"amount": "7.50", "currency": "INR"}
    assert form(posted({"price": "2.50", "count": "4", "total": "1"})).stored()["total"]["amount"] == "10.00"


def test_nobody_writes_a_calculated_value() -> None:
    form = form_of(PRICE, COUNT, TOTAL)({"price": "2", "count": 3, "total": {"amount": "1", "currency": "INR"}})
    assert list(form.problems) == ["total"]


def test_a_hidden_calculated_value_is_kept_and_not_told() -> None:
    secret = computed("form.price * form.count", result="money", default_access="hidden")
    form = form_of(PRICE, COUNT, secret)
    bound = form({"price": "2", "count": 3})
    assert bound.stored()["total"]["amount"] == "6.00"
    assert "Total" not in bound.render()
    fields = serialize_fields(document(PRICE, COUNT, secret), "any", bound.stored(), sources=MemorySources())
    assert [one["name"] for one in fields] == ["price", "count"]


def test_values_are_worked_out_in_the_order_in_which_they_read_each_other() -> None:
    net = computed("form.price * form.count", name="net", decimals=2)
    gross = computed("form.net * 1.19", decimals=2)
    form = form_of(gross, net, PRICE, COUNT)
    assert form({"price": "10", "count": 2}).stored() | {"price": 0} == {
        "price": 0, "count": 2, "net": "20.00", "total": "23.80",
    }  # fmt: skip


def test_a_circle_of_values_blocks_publishing() -> None:
    circle = document(computed("form.b + 1", name="a"), computed("form.a + 1", name="b"), computed("form.a", name="c"))
    assert [(one.place, one.code) for one in check(circle)] == [
        ("fields.0", "value-circle"),
        ("fields.1", "value-circle"),
    ]
    with_rule = document(
        computed("form.x", name="a"), named("number", "x", visible_when={"field": "form.a", "op": "gt", "value": 1})
    )
    assert {one.code for one in check(with_rule)} == {"value-circle", "condition-circle"}
    assert form_class(circle, "any", sources=MemorySources())({}).is_valid()


@pytest.mark.parametrize(
    ("formula", "code"),
    [("form.gone + 1", "unknown-field"), ("record.price", "unknown-field"), ("1 +", "bad-formula"), ("", "bad-formula"),
     ("open('x')", "bad-formula"), ("form.note", "unknown-field"), ("sum(each(form.price, 'amount'))", "unknown-column")],
)  # fmt: skip
def test_a_formula_that_cannot_be_is_told(formula: str, code: str) -> None:
    spec = document(
        PRICE, {"type": "static", "name": "note", "label": "Note", "default_access": "read"}, computed(formula)
    )
    assert [(one.place, one.code) for one in check(spec) if one.level == "error"] == [("fields.2.formula", code)]


SPANS: list[dict[str, Any]] = [
    named("date_range", "period"),
    named("money", "price", currencies=["INR"]),
    named("multi_choice", "tags", choices=[{"value": "a", "label": "A"}]),
    named("table", "lines", columns=[{"type": "money", "name": "amount", "label": "Amount", "currencies": ["INR"]}]),
    named("number", "nights"),
]


@pytest.mark.parametrize(
    "formula",
    ["days_between(form.period['from'], form.period.to)", "number(form.price.amount)", "length(form.tags[0])",
     "form.lines[2].amount.amount", "count(form.lines)"],
)  # fmt: skip
def test_a_formula_may_ask_for_what_is_inside_an_answer(formula: str) -> None:
    assert check(document(*SPANS, computed(formula))) == []


@pytest.mark.parametrize(
    ("formula", "told", "hint"),
    [
        ("add_days(form.period['frm'], 1)", "“Period” has no part frm, only from, to.", "Correct the formula."),
        ("form.nights.count + 1", "“Nights” has no part count.", "Correct the formula."),
        ("form.lines[0].total + 1", "“Lines” has no part 0.total.", "Correct the formula."),
        ("sum(form.lines.amount)", "“Lines” has no part amount.", "Ask for a column as each(form.lines, 'amount')."),
    ],
)
def test_a_part_that_no_answer_has_is_told(formula: str, told: str, hint: str) -> None:
    (problem,) = check(document(*SPANS, computed(formula)))
    assert (problem.place, problem.code, problem.level) == ("fields.5.formula", "unknown-part", "error")
    assert problem.message.endswith(told)
    assert problem.hint == hint


def test_a_name_that_formulas_take_for_a_word_is_told_with_the_way_to_write_it() -> None:
    day = named("date", "from")
    (problem,) = check(document(day, computed("days_between(form.from, '2025-10-06')")))
    assert "write form['from'] for form.from" in problem.message
    assert check(document(day, computed("days_between(form['from'], '2025-10-06')"))) == []


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("form.price * 2", ["other-currency"]), ("sum(each(form.rows, 'cost'))", ["other-currency"]),
        ("form.rows[0].cost", ["other-currency"]), ("form.fee + form.price", ["other-currency"]),
        ("round(-form.net, 1)", ["other-currency"]), ("either(form.price, 5)", ["other-currency"]),
        ("form.fee * 2", []), ("form.either", []), ("number(form.price) * 90", []), ("form.price / form.price * 5", []),
        ("form.price if form.count > 1 else form.fee", []), ("form.count * 5", []), ("form.gone", []), ("1 +", []),
    ],
)  # fmt: skip
def test_an_amount_that_can_never_be_in_its_currency_is_told(formula: str, told: list[str]) -> None:
    others = (named("money", "fee", currencies=["EUR"]), named("money", "either", currencies=["INR", "EUR"]))
    net = computed("form.price", name="net", result="money")
    rows = named("table", "rows", columns=[{"type": "money", "name": "cost", "label": "Cost"}])
    spec = document(PRICE, COUNT, rows, *others, net, computed(formula, result="money", currency="EUR"))
    found = [one for one in check(spec) if one.level == "warning"]
    assert [one.code for one in found] == told
    assert {one.place for one in found} <= {"fields.6.currency"}
    as_number = document(PRICE, COUNT, rows, *others, net, computed(formula, currency="EUR"))
    assert [one for one in check(as_number) if one.level == "warning"] == []


def test_a_calculated_value_takes_no_access_to_write() -> None:
    problems = check(document(COUNT, computed("form.count", default_access="write")))
    assert [(one.place, one.code) for one in problems] == [("fields.1.access", "static-written")]


@pytest.mark.parametrize(
    ("result", "formula", "stored"),
    [
        ("number", "10 / 4", 3), ("text", "'No. ' + form.count", "No. 3"),
        ("date", "add_days('2025-10-01', form.count)", "2025-10-04"),
        ("yes_no", "form.count > 2", True), ("number", "1 / 0", None), ("number", "'x'", None), ("date", "'soon'", None),
        ("money", "10 ** 2", None), ("text", "empty(form.price)", "True"), ("number", "9" * 30, None),
    ],
)  # fmt: skip
def test_each_kind_of_result_is_stored_as_its_kind_or_not_at_all(result: str, formula: str, stored: Any) -> None:
    spec = document(PRICE, COUNT, computed(formula, result=result))
    form = form_class(spec, "any", sources=MemorySources())({"count": 3})
    assert form.stored()["total"] == stored


AMOUNT = {"type": "money", "name": "amount", "label": "Amount", "currencies": ["INR", "EUR"]}
LINES = named("table", "lines", columns=[AMOUNT])


def in_rows(*amounts: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"amount": {"amount": amount, "currency": currency}} for amount, currency in amounts]


@pytest.mark.parametrize("result", ["money", "number"])
def test_amounts_of_several_currencies_have_no_total(result: str) -> None:
    form = form_of(LINES, computed("sum(each(form.lines, 'amount'))", result=result))
    assert form({"lines": in_rows(("100", "EUR"), ("100", "INR"))}).stored()["total"] is None


def test_a_total_is_in_the_currency_of_what_it_adds() -> None:
    form = form_of(LINES, computed("sum(each(form.lines, 'amount'))", result="money"))
    assert form({"lines": in_rows(("100", "EUR"), ("50", "EUR"))}).stored()["total"] is None
    assert form({"lines": in_rows(("100", "INR"), ("50", "INR"))}).stored()["total"]["amount"] == "150.00"
    drawn = form(posted({"lines-0-amount": "5", "lines-0-amount-currency": "EUR", "redraw": "total"}))
    assert "INR" not in drawn.without_judgement().render().partition("<output")[2].partition("</output>")[0]


def test_what_reads_a_value_that_cannot_be_worked_out_cannot_be_either() -> None:
    broken = computed("form.price / form.count", name="each_one", result="money")
    double = computed("form.each_one * 2 if form.count != 1 else 5", result="money")
    form = form_of(PRICE, COUNT, broken, double)
    assert form({"price": "7", "count": 2}).stored()["total"]["amount"] == "7.00"
    assert form({"price": "7", "count": 0}).stored()["total"] is None
    assert form({"price": "7", "count": 1}).stored()["total"]["amount"] == "5.00"
    unseen = {**broken, "visible_when": {"field": "form.count", "op": "gt", "value": 0}}
    assert form_of(PRICE, COUNT, unseen, double)({"price": "7", "count": 0}).stored()["total"]["amount"] == "0.00"


def test_a_table_without_rows_adds_nothing_to_a_total() -> None:
    form = form_of(PRICE, LINES, computed("form.price + sum(each(form.lines, 'amount'))", result="money"))
    tables: list[Any] = [[], [{}], None]
    for empty in tables:
        assert form({"price": "7", "lines": empty}).stored()["total"] == {"amount": "7.00", "currency": "INR"}
    assert "INR 7.00</output>" in form(posted({"price": "7", "redraw": "total"})).without_judgement().render()


def test_what_is_invisible_counts_as_nothing() -> None:
    extra = named("number", "extra", visible_when={"field": "form.count", "op": "gt", "value": 5})
    form = form_of(COUNT, extra, computed("form.count + form.extra"))
    assert form({"count": 2, "extra": 40}).stored()["total"] == 2
    assert form({"count": 6, "extra": 40}).stored()["total"] == 46


def test_what_must_hold_of_a_calculated_value_is_told_at_it() -> None:
    limit = {"rule": {"field": "form.total", "op": "lte", "value": 100}, "message": "At most 100."}
    form = form_of(COUNT, computed("form.count * 10", rules=[limit]))
    assert form({"count": 11}).problems == {"total": ["At most 100."]}
    assert form({"count": 10}).is_valid()


def test_the_page_shows_the_value_of_what_was_typed_without_storing_it() -> None:
    form = form_of(PRICE, COUNT, TOTAL)
    drawn = form(posted({"price": "2.50", "count": "4", "redraw": "total"}))
    assert drawn.redraws == "total"
    page = drawn.without_judgement().render()
    assert "INR 10.00</output>" in page
    assert 'name="total"' not in page
    assert "INR 0.00</output>" in form().render()


@given(raw=st.recursive(st.none() | st.integers() | st.text() | st.floats(), lambda one: st.lists(one, max_size=3)))
@settings(max_examples=100, deadline=None)
def test_no_answer_breaks_a_formula(raw: Any) -> None:
    table = named("table", "lines", columns=[{"type": "number", "name": "n", "label": "N"}])
    spec = (table, named("text", "t"), named("date_range", "p"))
    formula = "sum(each(form.lines, 'n')) + length(form.t) + days_between(form.p['from'], form.p['to'])"
    form = form_of(*spec, computed(formula))({"lines": raw, "t": raw, "p": raw})
    if form.is_valid():
        assert form.stored()["total"] is None or isinstance(form.stored()["total"], int)


# --- lookup ---

FILLS = [
    {"field": "who", "attribute": "name"},
    {"field": "level", "attribute": "level"},
    {"field": "note", "attribute": "city"},
]
TARGETS = (named("text", "who"), named("text", "level", default_access="read"), named("text", "note"))
LOOKUP = one_field("lookup", fills=FILLS)


def test_a_lookup_fills_in_what_nobody_gave() -> None:
    form = form_of(LOOKUP, *TARGETS)
    assert form({"it": PERSON}).stored() == {"it": PERSON, "who": "Ravi", "level": "3", "note": None}
    assert form({"it": PERSON, "who": "Somebody else"}).stored()["who"] == "Somebody else"
    assert form(posted({"it": PERSON, "who": ""})).stored()["who"] == "Ravi"
    assert list(form({"it": PERSON, "level": "9"}).problems) == ["level"]


def test_a_lookup_that_did_not_change_fills_in_nothing_and_an_empty_one_takes_back_what_only_it_wrote() -> None:
    values = {"it": PERSON, "who": None, "level": "1", "note": None}
    form = form_of(LOOKUP, *TARGETS, values=values)
    assert form({"who": None}).stored() == {"it": PERSON, "who": None, "note": None}
    assert form({"it": None}).stored() == {"it": None, "who": None, "level": None, "note": None}


def test_a_page_fills_in_what_follows_when_it_is_asked_to() -> None:
    form = form_of(LOOKUP, *TARGETS)
    typed = {"it": PERSON, "who": "Somebody else", "redraw": "it.fill"}
    drawn = form(posted(typed))
    assert drawn.redraws == "it"
    page = drawn.without_judgement().render()
    assert 'name="who" value="Ravi"' in page
    assert 'value="Somebody else"' in form(posted(typed | {"redraw": "it"})).without_judgement().render()


def test_settings_of_a_lookup_name_fields_and_attributes_that_exist() -> None:
    wrong = [
        {"field": "gone", "attribute": "name"},
        {"field": "who", "attribute": "salary"},
        {"field": "it", "attribute": "name"},
    ]
    found = [
        (one.place, one.code)
        for one in check(document(one_field("lookup", fills=wrong), *TARGETS))
        if one.level == "error"
    ]
    assert found == [
        ("fields.0.fills.0.field", "unknown-field"), ("fields.0.fills.1.attribute", "unknown-detail"),
        ("fields.0.fills.2.field", "unknown-field"),
    ]  # fmt: skip
    assert [one for one in check(document(LOOKUP, *TARGETS)) if one.level == "error"] == []


def test_a_lookup_finds_rows_of_the_own_organisation_only(acme: Acme, globex: Globex) -> None:
    spec = document(LOOKUP, *TARGETS)
    with acme.scope():
        acme.hema.designation = DesignationFactory(organisation=acme.organisation, name="Lead", level=7)
        acme.hema.save(update_fields=["designation"])
        sources = OrganisationSources(acme.asha)
        form = form_class(spec, "any", sources=sources)
        found = form(posted({"it-search": "HEM", "redraw": "it"})).without_judgement().render()
        assert ">Hema</option>" in found
        assert ">Ravi</option>" not in found
        assert form({"it": str(acme.hema.id)}).stored() == {
            "it": str(acme.hema.id),
            "who": "Hema",
            "level": "7",
            "note": None,
        }
        assert form({"it": str(acme.hema.id)}).is_valid()
        assert list(form({"it": str(globex.gita.id)}).problems) == ["it"]
        assert sources.row(document(LOOKUP).fields[0].source, str(globex.gita.id)) == {}  # type: ignore[attr-defined]  # of a lookup
        for odd in ("%", "a\x00", "x" * 10_000, "' OR 1=1"):
            assert "<select" in form(posted({"it-search": odd, "redraw": "it"})).without_judgement().render()


def test_who_left_keeps_the_name_but_is_not_taken_again(acme: Acme) -> None:
    spec = document(LOOKUP, *TARGETS)
    with acme.scope():
        chosen = form_class(spec, "any", sources=OrganisationSources(acme.asha))({"it": str(acme.hema.id)})
        values, labels = chosen.stored(), chosen.picked
        acme.hema.is_active, acme.hema.name = False, "Hema Married"
        acme.hema.save(update_fields=["is_active", "name"])
        sources = OrganisationSources(acme.asha)
        later = form_class(spec, "any", sources=sources, values=values, labels=labels)
        assert "Hema (no longer offered)" in later().render()
        assert list(later({}).problems) == ["it"]
        assert readable_fields(spec, ["any"], values, sources=sources, labels=labels)[0]["display"] == "Hema"


# --- location ---


def test_a_location_is_shown_as_text_and_leads_to_a_map_only_where_that_is_wanted(acme: Acme) -> None:
    here = {"latitude": "52.520008", "longitude": "13.404954", "accuracy": 12}
    plain, linked = document(one_field("location")), document(one_field("location", map_link=True))
    assert display(plain.fields[0], here) == "52.520008, 13.404954 (within 12 m)"
    with acme.scope():
        sources = OrganisationSources(acme.asha)
        pages = [reading_form(spec, ["any"], values={"it": here}, sources=sources).render() for spec in (plain, linked)]
        assert ["openstreetmap.org" in page for page in pages] == [False, True]
        assert 'rel="noopener noreferrer external"' in pages[1]
        entry_save(actor=acme.tess, row=FormSettings(), values={"map_links": False})
        sources = OrganisationSources(acme.asha)
        assert "openstreetmap" not in reading_form(linked, ["any"], values={"it": here}, sources=sources).render()
        with pytest.raises(Denied):
            entry_save(actor=acme.asha, row=FormSettings.objects.get(), values={"map_links": True})


def test_rules_ask_for_the_parts_of_a_location() -> None:
    north = {"rule": {"field": "form.it.latitude", "op": "gt", "value": 50}, "message": "Too far south."}
    form = form_of(one_field("location", rules=[north]))
    assert form({"it": {"latitude": "52.5", "longitude": "13"}}).is_valid()
    assert form({"it": {"latitude": "12.5", "longitude": "13"}}).problems == {"it": ["Too far south."]}


# --- signature ---


def test_the_server_says_who_signed_and_when(acme: Acme) -> None:
    spec = document(one_field("signature"))
    with acme.scope():
        form = form_class(spec, "any", sources=OrganisationSources(acme.asha))
        forged = {
            "name": "Meera",
            "strokes": STROKES,
            "by": str(acme.meera.id),
            "by_name": "Meera",
            "at": "1999-01-01T00:00",
        }
        stored = form({"it": forged}).stored()["it"]
        assert (stored["name"], stored["by"], stored["by_name"]) == ("Meera", str(acme.asha.id), "Asha")
        assert stored["at"] > "2025"
        assert display(spec.fields[0], stored).startswith("Meera, signed ")
        assert display(spec.fields[0], stored).endswith(" by Asha")
        drawn = form({"it": {"strokes": STROKES}}).stored()["it"]
        assert drawn["name"] == "Asha"


def test_a_signature_that_is_sent_again_stays_of_who_signed(acme: Acme) -> None:
    spec = document(one_field("signature"))
    with acme.scope():
        stored = form_class(spec, "any", sources=OrganisationSources(acme.asha))({"it": {"name": "Asha"}}).stored()
        again = form_class(spec, "any", sources=OrganisationSources(acme.ravi), values=stored)
        same = {"it-name": "Asha", "it-strokes": "[]"}
        assert again(posted(same)).stored() == stored
        assert again({}).stored() == stored
        assert again({"it": {"name": "Ravi"}}).stored()["it"]["by"] == str(acme.ravi.id)


def test_a_drawing_is_shown_as_lines_and_nothing_else() -> None:
    spec = document(one_field("signature"))
    value = {"name": "<b>", "strokes": STROKES, "by": None, "by_name": "", "at": "2025-10-01T12:00+00:00"}
    page = reading_form(spec, ["any"], values={"it": value}, sources=MemorySources()).render()
    assert '<polyline points="0,0 300,100"/>' in page
    assert "&lt;b&gt;, signed 1 Oct 2025, 12:00" in page
    broken = value | {"strokes": [["<script>", 1]]}
    assert "script" not in reading_form(spec, ["any"], values={"it": broken}, sources=MemorySources()).render()


@given(
    strokes=st.lists(
        st.lists(st.integers(0, 200), min_size=2, max_size=12).filter(lambda one: len(one) % 2 == 0), max_size=9
    )
)
@settings(max_examples=60, deadline=None)
def test_every_drawing_on_the_sheet_comes_back_as_it_was(strokes: list[list[int]]) -> None:
    sent = posted({"it-name": "A", "it-strokes": json.dumps(strokes)})
    stored = form_of(one_field("signature"))(sent).stored()
    assert stored["it"]["strokes"] == strokes
    assert form_of(one_field("signature"), values=stored)(sent).stored() == stored


# --- photo ---


def test_a_photo_is_kept_without_what_it_says_about_its_place(acme: Acme) -> None:
    spec = document(one_field("photo"))
    files: MultiValueDict[str, Any] = MultiValueDict({"it": [upload("meter.jpg", jpeg(PLACE))]})
    with acme.scope():
        stored, problems = attachments_from_page(actor=acme.asha, document=spec, step="any", files=files)
        assert problems == {}
        facts = OrganisationSources(acme.asha).files(stored["it"])[stored["it"][0]]
        assert facts.size < len(jpeg(PLACE))
        bad: MultiValueDict[str, Any] = MultiValueDict(
            {
                "it": [
                    upload("meter.pdf"),
                ]
            }
        )
        assert list(attachments_from_page(actor=acme.asha, document=spec, step="any", files=bad)[1]) == ["it"]


def test_a_photo_opens_the_camera_and_is_a_plain_file_input() -> None:
    page = form_of(one_field("photo", camera="user"), values={"it": [PHOTO]})().render()
    assert 'type="file"' in page
    assert 'accept="image/jpeg,image/png,image/webp" capture="user"' in page
    assert f'value="{PHOTO}" checked' in page


# --- all of them ---

ALL = [
    one_field("rating"), one_field("lookup"), one_field("location"), one_field("photo"), one_field("signature"),
    {**one_field("computed", formula="1"), "default_access": "read"},
]  # fmt: skip


@pytest.mark.parametrize("spec", ALL, ids=lambda spec: spec["type"])
def test_each_is_written_and_read_back_and_can_be_hidden(spec: dict[str, Any]) -> None:
    made = FormDocument.load({"fields": [spec]})
    assert FormDocument.load(made.to_json()) == made
    hidden = document({**spec, "default_access": "hidden"})
    assert serialize_fields(hidden, "any", {"it": None}, sources=MemorySources()) == []
    assert list(form_class(hidden, "any", sources=MemorySources())({"it": None}).problems) == ["it"]
    assert "id_it" not in form_class(hidden, "any", sources=MemorySources())().render()
