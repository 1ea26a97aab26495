"""The preferences of a workflow: who may start it by which rules, its address, and two who change them at once."""

from typing import Any

import pytest

from accounts.audit.models import AuditEntry
from accounts.models import Designation, Membership, Place
from tests.cast import Acme
from tests.scenarios.rest import Rest
from tests.workflows.views.story import install, load, send, signed_in, text
from workflows.models import WorkflowDefinition
from workflows.selectors.definitions import DefinitionNotFound, access_start, free_slug, startable_by
from workflows.selectors.preferences import access_preferences, reach
from workflows.selectors.starting import read_start
from workflows.services.definitions import DefinitionInvalid, definition_import
from workflows.services.preferences import DefinitionStale, StartRule, Wish, definition_change

# Rules as department, designation, lowest level, place and whether they exclude; then who may start.
VISIBILITY: list[tuple[list[tuple[str, str, int | None, str, bool]], set[str]]] = [
    ([], {"asha", "ravi", "meera", "hema", "farid"}),
    ([("HR", "", None, "", False)], {"hema"}),
    ([("", "Lead", None, "", False)], {"ravi"}),
    ([("", "", 5, "", False)], {"ravi", "meera"}),
    ([("", "", 6, "", False)], {"meera"}),
    ([("", "", None, "Pune", False)], {"asha", "ravi"}),
    ([("ENG", "", 1, "Pune", False)], {"ravi"}),
    ([("HR", "", None, "", False), ("FIN", "", None, "", False)], {"hema", "farid"}),
    ([("HR", "", None, "", True)], {"asha", "ravi", "meera", "farid"}),
    ([("", "", None, "Pune", False), ("", "Lead", None, "", True)], {"asha"}),
    ([("HR", "", None, "", False), ("HR", "", None, "", True)], set()),
]


def placed(acme: Acme) -> dict[str, Any]:
    """Ravi is a Lead, Meera above him, both with a level; Asha and Ravi sit in Pune."""
    here = {"organisation": acme.organisation}
    lead, head = (
        Designation.objects.create(**here, name=name, level=level) for name, level in (("Lead", 5), ("Head", 9))
    )
    pune = Place.objects.create(**here, city="Pune", country="IN")
    for member, designation, place in ((acme.asha, None, pune), (acme.ravi, lead, pune), (acme.meera, head, None)):
        member.designation, member.place = designation, place
        member.save(update_fields=["designation", "place"])
    return {"Lead": lead.id, "Pune": pune.id, **{code: one.id for code, one in acme.departments.items()}}


def change(leave: WorkflowDefinition, actor: Membership, **wish: Any) -> WorkflowDefinition:
    return definition_change(definition_id=leave.id, actor=actor, wish=Wish(**wish))


def test_the_table_of_who_may_start(acme: Acme, leave: WorkflowDefinition) -> None:
    ids = placed(acme)
    cast = {name: getattr(acme, name) for name in ("asha", "ravi", "meera", "hema", "farid")}
    everybody = Membership.objects.filter(is_active=True)
    for rules, wanted in VISIBILITY:
        rows = [
            StartRule(ids.get(dept), ids.get(role), ids.get(place), level, excludes)
            for dept, role, level, place, excludes in rules
        ]
        change(leave, acme.omar, visibility=rows)
        listed = {name for name, one in cast.items() if startable_by(one).filter(id=leave.id).exists()}
        assert listed == wanted, rules
        assert {name for name, one in cast.items() if read_start(one, leave.id)} == wanted, rules
        view = access_preferences(acme.omar, leave.id)
        reached = sum(startable_by(one).filter(id=leave.id).exists() for one in everybody)
        assert reach(leave, view.rules) == reached, rules
        assert len(view.sentences) == len(rules)


def test_a_former_address_leads_to_the_workflow(acme: Acme, leave: WorkflowDefinition) -> None:
    change(leave, acme.omar, slug="leave")
    assert access_start(acme.asha, "leave-application").id == leave.id
    assert free_slug(acme.organisation.id, "leave-application") == "leave-application-2"
    other = definition_import(
        actor=acme.omar, document={"name": "Other", "form": {"schema_version": 1}, "graph": {"schema_version": 1}}
    ).definition
    for taken in ("leave", "leave-application", "Not an address", "a--b", ""):
        with pytest.raises(DefinitionInvalid) as refusal:
            change(other, acme.omar, slug=taken)
        assert list(refusal.value.fields) == ["slug"]
    change(leave, acme.omar, slug="leave-application")
    assert access_start(acme.asha, "leave").slug == "leave-application"
    with pytest.raises(DefinitionNotFound):
        access_start(acme.asha, "other")


def test_what_changed_is_recorded_and_a_stale_change_is_refused(acme: Acme, leave: WorkflowDefinition) -> None:
    seen = leave.modified_at
    wish = Wish(name="Time off", is_active=True, visibility=())
    definition_change(definition_id=leave.id, actor=acme.omar, wish=wish, seen=seen)
    entry = AuditEntry.objects.filter(kind="definition.changed").latest("at")
    assert (entry.actor_id, entry.payload["changes"]) == (acme.omar.id, ["name"])
    with pytest.raises(DefinitionStale) as refusal:
        definition_change(definition_id=leave.id, actor=acme.tess, wish=Wish(name="Holidays"), seen=seen)
    assert refusal.value.params["by"] == "Omar"
    leave.refresh_from_db()
    assert leave.name == "Time off"


def rows(*rules: dict[str, str]) -> dict[str, str]:
    found = {"rules-TOTAL_FORMS": str(len(rules)), "rules-INITIAL_FORMS": "0"}
    return found | {f"rules-{row}-{name}": value for row, rule in enumerate(rules) for name, value in rule.items()}


def test_the_page_saves_and_keeps_what_was_typed(acme: Acme) -> None:
    leave = install(acme)
    omar, address = signed_in(acme.omar), f"/workflows/{leave.id}/preferences/"
    hr = str(acme.departments["HR"].id)
    page = load(omar, address)
    given = {
        "name": "Leave",
        "slug": "leave",
        "owner": str(acme.meera.id),
        "group": str(leave.group_id),
        "is_active": "on",
    }
    given |= rows({"department": hr, "excludes": "1"}, {}) | {"seen": page.context["form"]["seen"].value()}
    assert send(omar, address, **given).status_code == 302
    with acme.scope():
        leave.refresh_from_db()
    assert (leave.name, leave.slug, leave.owner_id) == ("Leave", "leave", acme.meera.id)
    assert load(omar, address).context["sentences"] == ["Not: everybody in HR."]
    assert load(signed_in(acme.asha), "/start/leave-application/")["Location"] == "/start/leave/"
    assert load(signed_in(acme.hema), "/start/leave-application/").status_code == 404
    seen = load(omar, address).context["form"]["seen"].value()
    assert send(omar, address, **given | {"group": "", "seen": seen}).status_code == 302
    with acme.scope():
        leave.refresh_from_db()
        assert leave.group_id is None
        entry = AuditEntry.objects.filter(kind="definition.changed").latest("at")
        assert entry.payload["changes"] == ["group"]
    stale = send(omar, address, **given | {"name": "Typed"})
    assert stale.status_code == 409
    assert 'value="Typed"' in text(stale)
    wrong = send(omar, address, **given | {"slug": "No slug", "name": ""})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"name"})


def test_the_address_is_a_link_while_it_leads_somewhere(acme: Acme) -> None:
    leave = install(acme)
    omar, address = signed_in(acme.omar), f"/workflows/{leave.id}/preferences/"
    link = b'/start/leave-application/">http'
    assert link in omar.get(address).content
    with acme.scope():
        WorkflowDefinition.objects.filter(id=leave.id).update(is_active=False)
    assert link not in (page := omar.get(address).content)
    assert b"/start/leave-application/" in page


def test_rest_changes_what_is_sent(acme: Acme) -> None:
    leave = install(acme)
    omar, path = Rest(acme.omar), f"definitions/{leave.id}/preferences/"
    found = omar.get(path)
    body = {"visibility": [{"department": str(acme.departments["HR"].id)}], "is_active": True}
    done = omar.patch(path, body, **{"if-match": found["ETag"]})
    assert (done.status_code, done.json()["slug"]) == (200, "leave-application")
    assert [rule["excludes"] for rule in done.json()["visibility"]] == [False]
    assert omar.patch(path, {"name": "x"}, **{"if-match": found["ETag"]}).status_code == 409
    assert omar.patch(path, {"visibility": [{}]}).status_code == 422
    assert omar.patch(path, {"name": "Time off"}).json()["group"] == str(leave.group_id)
    assert omar.patch(path, {"group": None}).json()["group"] is None


def test_names_and_descriptions_are_what_a_document_may_hold(acme: Acme) -> None:
    """A line break of a word processor is a control character: with it nobody could export, copy or change the workflow."""
    leave = install(acme)
    omar, path = Rest(acme.omar), f"definitions/{leave.id}/"
    for key, words in (("description", "Days off.\x0bAsk early."), ("name", "Days\x03off")):
        refused = omar.patch(f"{path}preferences/", {key: words})
        assert (refused.status_code, list(refused.json()["errors"])) == (422, [key])
    refused = omar.post(f"{path}clone/", {"name": "Days\x03off"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["name"])
    assert omar.get(path).status_code == 200


def test_what_belongs_to_a_version_goes_into_the_draft(acme: Acme) -> None:
    leave = install(acme)
    omar, address = signed_in(acme.omar), f"/workflows/{leave.id}/preferences/"
    given = {"period": "3D", "remind_after": "1d", "escalate": "none", "told": ["manager"]}
    assert omar.post(f"{address}draft/", given).status_code == 302
    told = load(omar, address).context["defaults"]
    assert (told.number, told.is_draft, told.period, told.escalate) == (2, True, "3d", "none")
    assert [kind for kind, _, chosen in told.told if chosen] == ["manager"]
    refused = omar.post(f"{address}draft/", {"period": "", "remind_after": "1d"}, follow=True)
    assert "Give the time limit that comes after the reminder." in refused.content.decode()
    with acme.scope():
        published, draft = leave.versions.order_by("number")
    assert ("sla" in published.graph, draft.graph["sla"]["period"]) == (False, "3d")
