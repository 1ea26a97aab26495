"""Definitions of work, and the requests that run on them."""

from workflows.models.definitions import (
    TAKE_OVER,
    WorkflowDefinition,
    WorkflowGroup,
    WorkflowVersion,
    WorkflowVisibility,
)
from workflows.models.runs import (
    Comment,
    CommentKind,
    LogKind,
    Participant,
    ParticipantKind,
    RunCounter,
    Task,
    TaskCandidate,
    TransitionLog,
    WorkflowRun,
)
from workflows.models.states import FINAL_RUN, OPEN_TASK, RunStatus, TaskState, VersionState, next_state

__all__ = [
    "FINAL_RUN",
    "OPEN_TASK",
    "TAKE_OVER",
    "Comment",
    "CommentKind",
    "LogKind",
    "Participant",
    "ParticipantKind",
    "RunCounter",
    "RunStatus",
    "Task",
    "TaskCandidate",
    "TaskState",
    "TransitionLog",
    "VersionState",
    "WorkflowDefinition",
    "WorkflowGroup",
    "WorkflowRun",
    "WorkflowVersion",
    "WorkflowVisibility",
    "next_state",
]
