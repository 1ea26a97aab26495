"""Definitions of work, and the requests that run on them."""

from workflows.models.bulk import BulkAct, BulkAction, BulkState
from workflows.models.conditions import ConditionKind, SavedCondition, SavedConditionVersion
from workflows.models.definitions import (
    TAKE_OVER,
    WorkflowAddress,
    WorkflowDefinition,
    WorkflowGroup,
    WorkflowVersion,
    WorkflowVisibility,
)
from workflows.models.drafts import DraftOperation
from workflows.models.library import LibraryCopy
from workflows.models.links import DecisionLink, LinkEnd
from workflows.models.machines import (
    AttemptOutcome,
    ConfiguredTask,
    IncomingEvent,
    MachineStep,
    Secret,
    TaskAttempt,
)
from workflows.models.pauses import HoldReason, PauseKind, TaskPause
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
from workflows.models.settings import WorkflowSettings
from workflows.models.states import FINAL_RUN, OPEN_TASK, TIMED_OUT, RunStatus, TaskState, VersionState, next_state
from workflows.models.timers import RunTimer
from workflows.models.tracking import (
    EntityResult,
    EntityState,
    EntityStateKind,
    EntityStateNext,
    EntityTransition,
    EntityWorkflow,
    Tone,
    is_state_code,
)
from workflows.models.turns import StepTurn
from workflows.models.votes import Vote

__all__ = [
    "FINAL_RUN",
    "OPEN_TASK",
    "TAKE_OVER",
    "TIMED_OUT",
    "AttemptOutcome",
    "BulkAct",
    "BulkAction",
    "BulkState",
    "Comment",
    "CommentKind",
    "ConditionKind",
    "ConfiguredTask",
    "DecisionLink",
    "DraftOperation",
    "EntityResult",
    "EntityState",
    "EntityStateKind",
    "EntityStateNext",
    "EntityTransition",
    "EntityWorkflow",
    "HoldReason",
    "IncomingEvent",
    "LibraryCopy",
    "LinkEnd",
    "LogKind",
    "MachineStep",
    "Participant",
    "ParticipantKind",
    "PauseKind",
    "RunCounter",
    "RunStatus",
    "RunTimer",
    "SavedCondition",
    "SavedConditionVersion",
    "Secret",
    "StepTurn",
    "Task",
    "TaskAttempt",
    "TaskCandidate",
    "TaskPause",
    "TaskState",
    "Tone",
    "TransitionLog",
    "VersionState",
    "Vote",
    "WorkflowAddress",
    "WorkflowDefinition",
    "WorkflowGroup",
    "WorkflowRun",
    "WorkflowSettings",
    "WorkflowVersion",
    "WorkflowVisibility",
    "is_state_code",
    "next_state",
]
