"""Background work: ids in, one service call. The rows are the truth; a lost message costs one tick."""

from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.selectors.organisations import active_organisation_ids, organisation_ids
from accounts.tenancy.tasks import OrganisationTask
from flows.catalogue.importing.running import import_run
from flows.catalogue.importing.services import imports_sweep, imports_waiting, organisations_waiting
from flows.loading.services import backfill_run, backfills_wake, organisations_with_runs
from flows.proposals.services.timeouts import (
    BATCH,
    organisations_due,
    proposals_sweep,
    unattended_sweep,
)
from flows.wakeup import wake


@shared_task(name="flows.proposals_sweep", ignore_result=True)
def proposals_tick() -> None:
    """Every tick: wake one sweep per organisation with a proposal to remind of or to time out."""
    for organisation_id in organisations_due(timezone.now()):
        proposals_sweep_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="flows.proposals_sweep_organisation", base=OrganisationTask, ignore_result=True)
def proposals_sweep_organisation(*, organisation_id: str, beyond: str = "") -> None:
    """One batch; a full one is followed by the next at once, past what could not be done."""
    since = datetime.fromisoformat(beyond) if beyond else None
    done = proposals_sweep(organisation_id=UUID(organisation_id), at=timezone.now(), limit=BATCH, beyond=since)
    if done.total >= BATCH:
        rest = {"organisation_id": organisation_id, "beyond": done.up_to.isoformat() if done.up_to else beyond}
        transaction.on_commit(lambda: proposals_sweep_organisation.delay(**rest))


@shared_task(name="flows.unattended_sweep", ignore_result=True)
def unattended_tick() -> None:
    """Look in every organisation for approvals whose people have left."""
    for organisation_id in active_organisation_ids():
        unattended_sweep_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="flows.unattended_sweep_organisation", base=OrganisationTask, ignore_result=True)
def unattended_sweep_organisation(*, organisation_id: str) -> None:
    unattended_sweep(organisation_id=UUID(organisation_id), at=timezone.now())


@shared_task(name="flows.backfills_wake", ignore_result=True)
def backfills_tick() -> None:
    """Every tick: carry on the runs of the loader that stand still."""
    for organisation_id in organisations_with_runs():
        backfills_wake_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="flows.backfills_wake_organisation", base=OrganisationTask, ignore_result=True)
def backfills_wake_organisation(*, organisation_id: str) -> None:
    for backfill_id in backfills_wake(organisation_id=UUID(organisation_id), at=timezone.now()):
        wake("flows.backfill_run", organisation_id=organisation_id, backfill_id=backfill_id)


# Not of OrganisationTask, whose body is one transaction: here each batch is one, in a scope of its own.
@shared_task(name="flows.backfill_run", ignore_result=True)
def backfill_run_task(*, organisation_id: str, backfill_id: str) -> None:
    """Some seconds of one run; what is left is for the next message, so that others get their turn."""
    if backfill_run(organisation_id=UUID(organisation_id), backfill_id=UUID(backfill_id)):
        backfill_run_task.delay(organisation_id=organisation_id, backfill_id=backfill_id)


@shared_task(name="flows.imports_wake", ignore_result=True)
def imports_tick() -> None:
    """Every tick: take up the imports that nobody works on."""
    for organisation_id in organisations_waiting():
        imports_wake_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="flows.imports_wake_organisation", base=OrganisationTask, ignore_result=True)
def imports_wake_organisation(*, organisation_id: str) -> None:
    for import_id in imports_waiting(UUID(organisation_id), at=timezone.now()):
        wake("flows.import_run", organisation_id=organisation_id, import_id=import_id)


# Not of OrganisationTask, whose body is one transaction: what is found is written in several, and the file read in none.
@shared_task(name="flows.import_run", ignore_result=True)
def import_run_task(*, organisation_id: str, import_id: str) -> None:
    import_run(organisation_id=UUID(organisation_id), import_id=UUID(import_id))


@shared_task(name="flows.imports_sweep", ignore_result=True)
def imports_sweep_tick() -> None:
    """Let go of files that nobody applied."""
    for organisation_id in organisation_ids():
        imports_sweep_organisation.delay(organisation_id=str(organisation_id))


@shared_task(name="flows.imports_sweep_organisation", base=OrganisationTask, ignore_result=True)
def imports_sweep_organisation(*, organisation_id: str) -> None:
    imports_sweep(organisation_id=UUID(organisation_id), at=timezone.now())
