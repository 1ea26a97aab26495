"""The fixed lifecycles: which state may follow which. The graph that people draw is data, see ``workflows.graph``."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.db import models
from django_fsm import FSMField, TransitionNotAllowed


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


class RunStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    KILLED = "killed", "Killed"


class TaskState(models.TextChoices):
    """``waiting`` is a person's task that nobody has decided yet; ``running`` and the failures are a machine's."""

    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    SUCCESS = "success", "Done"
    FAILURE_RETRY = "failure_retry", "Failed, will be tried again"
    FAILURE = "failure", "Failed"
    SKIPPED = "skipped", "Skipped"


TIMED_OUT = "Timed out"
"""The outcome of a request that its time limit has ended, failed or killed."""
FINAL_RUN = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.KILLED)
OPEN_TASK = (TaskState.RUNNING, TaskState.WAITING, TaskState.FAILURE_RETRY)


def state_field(states: type[models.TextChoices], default: models.TextChoices) -> Any:
    """A protected FSM column: only a declared transition changes it on an instance."""
    return FSMField(default=default.value, choices=states.choices, max_length=20, protected=True, editable=False)


def one_of(name: str, field: str, states: Iterable[str]) -> models.CheckConstraint:
    """The database knows the states too."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": [str(state) for state in states]}), name=name)


def next_state(transition: Callable[..., Any], current: str) -> str:
    """The state that a declared FSM transition leads to from ``current``, for writes that go around the instance.

    Raises TransitionNotAllowed where the machine has no such transition.
    """
    machine: Any = getattr(transition, "_django_fsm")  # noqa: B009 - set by the decorator, unknown to the type checker
    if not machine.has_transition(current):
        raise TransitionNotAllowed(f"{transition.__qualname__} is not possible from {current}.")
    return str(machine.next_state(current))


class Stateful(models.Model):
    """A model with protected FSM columns that can be read again.

    The library's own ``refresh_from_db`` lifts the protection for the whole process and leaves it lifted when the row is
    gone. Here the columns are forgotten on this instance only, which a protected column accepts.
    """

    _prefetched_objects_cache: ClassVar[dict[str, Any]]

    class Meta:
        abstract = True

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        if fields is None:
            deferred = self.get_deferred_fields()
            fields = [f.attname for f in self._meta.concrete_fields if f.attname not in deferred]
            fields += list(getattr(self, "_prefetched_objects_cache", ()))
        names = {f.attname for f in self._meta.concrete_fields if isinstance(f, FSMField)} & set(fields)
        kept = {name: self.__dict__.pop(name) for name in names if name in self.__dict__}
        try:
            super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        finally:
            for name, value in kept.items():
                self.__dict__.setdefault(name, value)
