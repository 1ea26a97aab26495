"""The life of any entity: one state row, numbered history, steps that the metadata allow."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.audit.record import SYSTEM
from accounts.tenancy.batch import WriteBatch
from accounts.tenancy.errors import NotFound
from accounts.tenancy.models import new_id
from accounts.tenancy.postgresql.base import StaleRow
from accounts.tenancy.scope import MissingScope
from tests.cast import Acme, Globex
from workflows.models import (
    EntityResult,
    EntityState,
    EntityStateKind,
    EntityStateNext,
    EntityTransition,
    EntityWorkflow,
    Tone,
)
from workflows.selectors.tracking import Life, life_of, stepper, timeline
from workflows.services.tracking import (
    LifeDocument,
    StateDocument,
    Step,
    TransitionUnknown,
    results_add,
    track,
    track_many,
    track_steps,
    tracking_prepare,
)

AT = datetime(2025, 10, 1, 4, 30, tzinfo=UTC)
CODE, KIND = "shipment", "tests.shipment"
SHIPMENT = LifeDocument(
    code=CODE,
    name="Shipment",
    subject_kind=KIND,
    states=(
        StateDocument("ORDERED", "Ordered", ("PACKED", "REFUSED"), is_start=True),
        StateDocument("PACKED", "Packed", ("SENT", "REFUSED"), tone=Tone.ACCENT),
        StateDocument("SENT", "Sent", is_end=True, tone=Tone.GOOD),
        StateDocument("REFUSED", "Refused", ("PACKED",), is_end=True, tone=Tone.BAD),
    ),
)


@pytest.fixture
def shipments(acme: Acme) -> UUID:
    """An organisation that knows the life of shipments."""
    with acme.scope():
        tracking_prepare(SHIPMENT, organisation_id=acme.organisation.id)
    return acme.organisation.id


def go(entity_id: UUID, to_state: str, reason: str = "", **more: Any) -> Any:
    given: dict[str, Any] = {"by": SYSTEM, "at": AT, **more}
    return track(workflow_code=CODE, entity_kind=KIND, entity_id=entity_id, to_state=to_state, reason=reason, **given)


def seen(acme: Acme, entity_id: UUID) -> tuple[Life, Any]:
    life = life_of(acme.organisation.id, CODE)
    return life, timeline(life=life, organisation_id=acme.organisation.id, entity_kind=KIND, entity_id=entity_id)


def test_preparing_twice_changes_nothing_and_keeps_what_the_organisation_calls_it(acme: Acme, shipments: UUID) -> None:
    with acme.scope():
        EntityStateKind.objects.filter(code="PACKED").update(name="In a box")
        tracking_prepare(SHIPMENT, organisation_id=shipments)
        assert [state.name for state in life_of(shipments, CODE).states.values()] == [
            "Ordered",
            "In a box",
            "Sent",
            "Refused",
        ]
        assert EntityStateNext.objects.filter(workflow__code=CODE).count() == 5


def test_the_metadata_are_read_in_one_query(acme: Acme, shipments: UUID) -> None:
    with acme.scope(), CaptureQueriesContext(connection) as queries:
        life = life_of(shipments, CODE)
    assert len([query for query in queries if query["sql"].startswith("SELECT") and "entitystate" in query["sql"]]) == 1
    assert life.states["PACKED"].nexts == ("SENT", "REFUSED")
    assert life.start is not None
    assert life.start.code == "ORDERED"


def test_each_step_is_a_state_and_one_numbered_entry(acme: Acme, shipments: UUID) -> None:
    parcel = new_id()
    with acme.scope():
        first = go(parcel, "PACKED", "Stock is there", by=acme.ravi)
        second = go(parcel, "SENT", by=acme.meera, at=AT + timedelta(hours=1))
        assert (first.from_state, first.to_state, first.seq) == ("ORDERED", "PACKED", 1)
        assert (second.from_state, second.to_state, second.seq) == ("PACKED", "SENT", 2)
        row = EntityState.objects.get(entity_id=parcel)
        assert (row.state.code, row.version, row.by_id, row.by_name) == ("SENT", 2, acme.meera.id, acme.meera.name)
        _, moments = seen(acme, parcel)
    assert [(m.seq, m.from_state, m.to_state, m.reason, m.by_name) for m in moments] == [
        (1, "ORDERED", "PACKED", "Stock is there", acme.ravi.name),
        (2, "PACKED", "SENT", "", acme.meera.name),
    ]


def test_several_steps_at_once_are_several_entries(acme: Acme, shipments: UUID) -> None:
    parcel = new_id()
    with acme.scope():
        steps = [Step("PACKED", "one"), Step("SENT", "two")]
        done = track_steps(workflow_code=CODE, entity_kind=KIND, entity_id=parcel, steps=steps, by=SYSTEM, at=AT)
        assert (done.from_state, done.to_state, done.seq) == ("ORDERED", "SENT", 2)
        assert list(EntityTransition.objects.order_by("seq").values_list("seq", "to_state")) == [
            (1, "PACKED"),
            (2, "SENT"),
        ]


def test_an_unknown_step_is_refused_and_leaves_nothing(acme: Acme, shipments: UUID) -> None:
    parcel = new_id()
    with acme.scope():
        with pytest.raises(TransitionUnknown) as refusal:
            go(parcel, "SENT")
        assert refusal.value.params == {"from_state": "ORDERED", "to_state": "SENT"}
        assert refusal.value.status == 409
        go(parcel, "PACKED")
        for unknown in ("ORDERED", "NOWHERE", "PACKED"):
            with pytest.raises(TransitionUnknown):
                go(parcel, unknown)
        steps = [Step("SENT"), Step("PACKED")]
        with pytest.raises(TransitionUnknown):
            track_steps(workflow_code=CODE, entity_kind=KIND, entity_id=parcel, steps=steps, by=SYSTEM, at=AT)
        assert EntityTransition.objects.count() == 1
        assert EntityState.objects.get().state.code == "PACKED"


def test_what_is_not_prepared_is_not_found(acme: Acme) -> None:
    with acme.scope(), pytest.raises(NotFound):
        go(new_id(), "PACKED")
    with pytest.raises(MissingScope):
        go(new_id(), "PACKED")


def test_a_state_that_the_organisation_adds_is_used_like_any_other(acme: Acme, shipments: UUID) -> None:
    parcel = new_id()
    with acme.scope():
        workflow = EntityWorkflow.objects.get(code=CODE)
        own = {"organisation": acme.organisation, "workflow": workflow}
        weighed = EntityStateKind.objects.create(**own, code="WEIGHED", name="Weighed", position=25)
        packed, sent = (EntityStateKind.objects.get(workflow=workflow, code=code) for code in ("PACKED", "SENT"))
        for from_state, to_state in ((packed, weighed), (weighed, sent)):
            EntityStateNext.objects.create(**own, from_state=from_state, to_state=to_state)
        for code in ("PACKED", "WEIGHED", "SENT"):
            go(parcel, code)
        life, moments = seen(acme, parcel)
    assert [state.code for state in life.states.values()] == ["ORDERED", "PACKED", "WEIGHED", "SENT", "REFUSED"]
    assert [step.name for step in stepper(life, moments)] == ["Packed", "Weighed", "Sent"]


def test_many_entities_cost_as_many_statements_as_one(acme: Acme, shipments: UUID) -> None:
    with acme.scope():
        life = life_of(shipments, CODE)
        counts = []
        for size in (2, 200):
            parcels = [new_id() for _ in range(size)]
            for code in ("PACKED", "SENT"):
                with CaptureQueriesContext(connection) as queries:
                    done = track_many(
                        workflow_code=CODE,
                        entity_kind=KIND,
                        entity_ids=parcels,
                        steps=[Step(code)],
                        by=SYSTEM,
                        at=AT,
                        life=life,
                    )
                counts.append(len(queries))
            assert {tracked.seq for tracked in done.values()} == {2}
            states = EntityState.objects.filter(entity_id__in=parcels)
            assert set(states.values_list("state__code", "version")) == {("SENT", 2)}
    assert counts == [2, 2, 2, 2]


def test_a_batch_takes_the_step_along(acme: Acme, shipments: UUID) -> None:
    parcel = new_id()
    with acme.scope():
        batch = WriteBatch()
        go(parcel, "PACKED", batch=batch)
        assert not EntityState.objects.exists()
        batch.execute()
        assert EntityState.objects.get().version == 1


def test_two_writers_who_did_not_wait_cannot_both_go_on(acme: Acme, shipments: UUID) -> None:
    """The caller holds the entity's row; if one does not, the database refuses the second."""
    parcel = new_id()
    with acme.scope():
        slow = WriteBatch()
        go(parcel, "PACKED")
        go(parcel, "REFUSED", batch=slow)
        go(parcel, "SENT")
        with pytest.raises((StaleRow, IntegrityError)), transaction.atomic():
            slow.execute()
        assert EntityState.objects.get().state.code == "SENT"
        assert list(EntityTransition.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]


def row_of(acme: Acme, parcel: UUID, **more: Any) -> dict[str, Any]:
    workflow = EntityWorkflow.objects.get(code=CODE)
    about = {"workflow": workflow, "entity_kind": KIND, "entity_id": parcel}
    return {"organisation": acme.organisation, **about, "at": AT, "by_name": "Ravi", **more}


def test_the_database_keeps_one_state_per_entity(acme: Acme, shipments: UUID) -> None:
    parcel = new_id()
    with acme.scope():
        go(parcel, "PACKED")
        state = EntityStateKind.objects.get(code="SENT")
        with pytest.raises(IntegrityError), transaction.atomic():
            EntityState.objects.create(**row_of(acme, parcel, state=state, version=1))


@pytest.mark.parametrize("seq", [1, 3, 7])
def test_the_database_refuses_gaps_and_repetitions(acme: Acme, shipments: UUID, seq: int) -> None:
    parcel = new_id()
    with acme.scope():
        go(parcel, "PACKED")
        with pytest.raises(IntegrityError), transaction.atomic():
            EntityTransition.objects.create(**row_of(acme, parcel, seq=seq, to_state="SENT"))
        EntityTransition.objects.create(**row_of(acme, parcel, seq=2, to_state="SENT"))


def test_the_history_is_append_only(acme: Acme, shipments: UUID) -> None:
    with acme.scope():
        go(new_id(), "PACKED")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            EntityTransition.objects.update(reason="Another one")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            EntityTransition.objects.all().delete()


def test_results_are_noted_once(acme: Acme, shipments: UUID) -> None:
    parcel, receipt = new_id(), new_id()
    about: dict[str, Any] = {"workflow_code": CODE, "entity_kind": KIND, "entity_id": parcel, "at": AT}
    with acme.scope():
        results_add(**about, results=[("tests.receipt", receipt)], by=acme.ravi)
        results_add(**about, results=[("tests.receipt", receipt), ("tests.bill", receipt)], by=acme.meera)
        rows = EntityResult.objects.order_by("result_kind").values_list("result_kind", "by_name")
        assert list(rows) == [("tests.bill", acme.meera.name), ("tests.receipt", acme.ravi.name)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], ["PACKED ahead", "SENT ahead"]),
        (["PACKED"], ["PACKED current", "SENT ahead"]),
        (["PACKED", "SENT"], ["PACKED done", "SENT done"]),
        (["PACKED", "REFUSED"], ["PACKED done", "REFUSED failed"]),
        (["PACKED", "REFUSED", "PACKED"], ["PACKED current", "SENT ahead"]),
    ],
)
def test_the_stepper_is_drawn_from_the_metadata(
    acme: Acme, shipments: UUID, steps: list[str], expected: list[str]
) -> None:
    parcel = new_id()
    with acme.scope():
        for code in steps:
            go(parcel, code)
        life, moments = seen(acme, parcel)
        assert [f"{step.code} {step.status}" for step in stepper(life, moments)] == expected


def test_another_organisation_has_a_life_of_its_own(acme: Acme, globex: Globex, shipments: UUID) -> None:
    parcel = new_id()
    with acme.scope():
        go(parcel, "PACKED")
    with globex.scope():
        with pytest.raises(NotFound):
            life_of(globex.organisation.id, CODE)
        tracking_prepare(SHIPMENT, organisation_id=globex.organisation.id)
        assert not EntityTransition.objects.exists()
        assert go(parcel, "PACKED").seq == 1
