"""Wake-ups of automatic steps whose wait may be over."""

from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, When

from workflows import wakeup
from workflows.models import MachineStep


def wake(steps: QuerySet[MachineStep], at: datetime) -> None:
    """Have a worker look at those of the steps that wait. Who works on one may have looked too early, and looks once more.

    One statement, so that a step which is put down meanwhile is woken one way or the other.
    """
    waiting = steps.filter(Q(waits=True) | Q(lease_token__isnull=False), finished_at=None)
    if waiting.update(woken=True, next_at=Case(When(lease_token=None, then=at), default=F("next_at"))):
        wakeup.machines()
