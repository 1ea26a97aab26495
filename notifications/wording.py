"""What notices say: the product's own texts, which an organisation may replace one by one.

``subject`` is the mail's subject and states action and number, ``body`` the mail's text; ``title`` and ``line`` are the
notice in the product. A text may use the names of ``values.names_of`` its notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from notifications import absences
from notifications.proposal_wording import TEXTS
from notifications.recipients import HANDED, left, on_behalf, returned
from workflows import clock_events, events, link_events, machine_events


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one notice, all templates of ``notifications.rendering``."""

    label: str
    subject: str
    body: str
    title: str
    line: str = ""


_ABOUT = "\n\n{workflow} #{number}: {title}\nRequested by {requester}"
_REASON = "\n\nReason: {reason}"
_SAID = "\n\nReason given by {said}"

WORDINGS: Mapping[str, Wording] = {
    events.RunStarted.kind: Wording(
        "A request you follow was started",
        "Started: {workflow} #{number}",
        "{requester} has started a request that you follow." + _ABOUT,
        "{requester} started {workflow} #{number}",
    ),
    events.TaskOpened.kind: Wording(
        "A task waits for your decision",
        "To decide: {workflow} #{number}, {step}",
        "Your decision is needed at the step {step}.\nPlease decide by {due}.\n{why}" + _ABOUT + _SAID,
        "To decide: {workflow} #{number}, {step}",
        "Requested by {requester}.\nDue {due}.\n{said}",
    ),
    returned(events.TaskOpened.kind): Wording(
        "A request was sent back to you",
        "Sent back: {workflow} #{number}",
        "{person} has sent this request back to you.\nReason: {reason}"
        "\n\nPlease go through the step {step} again, change what is needed and send it on.\nIt is due on {due}.\n{why}"
        + _ABOUT,
        "Sent back: {workflow} #{number}, {step}",
        "{person} has sent it back to you.\nReason: {reason}\nPlease change what is needed and send it on.\nDue {due}.",
    ),
    clock_events.TaskReminded.kind: Wording(
        "A reminder before the time limit",
        "Reminder: decide {workflow} #{number} by {due}",
        "Your decision at the step {step} is due on {due}." + _ABOUT,
        "Reminder: {workflow} #{number}, {step}",
        "Due {due}.",
    ),
    events.TaskMoved.kind: Wording(
        "A request moved to its next step",
        "Moved to {next_step}: {workflow} #{number}",
        "{person} has moved the request from {step} to {next_step}.\nNow with {assignee}." + _ABOUT + _REASON,
        "{workflow} #{number} moved to {next_step}",
        "By {person}.\nNow with {assignee}.\n{reason}",
    ),
    events.TaskReassigned.kind: Wording(
        "A task was handed to you",
        "To decide: {workflow} #{number}, {step}, handed to you by {person}",
        "{person} has handed you the step {step}.\nPlease decide by {due}." + _ABOUT + _REASON,
        "{person} handed you {workflow} #{number}, {step}",
        "Due {due}.\n{reason}",
    ),
    left(events.TaskReassigned.kind): Wording(
        "Your task was handed to somebody else",
        "No longer with you: {workflow} #{number}, {step}",
        "{person} has handed the step {step} to {assignee}. You need not decide it." + _ABOUT + _REASON,
        "{workflow} #{number}, {step} is now with {assignee}",
        "Handed over by {person}.\n{reason}",
    ),
    events.TaskTakenOver.kind: Wording(
        "A task was taken over for you",
        "To decide: {workflow} #{number}, {step}",
        "The step {step} is now with you.\nPlease decide by {due}." + _ABOUT + _REASON,
        "{workflow} #{number}, {step} is now with you",
        "{reason}",
    ),
    left(events.TaskTakenOver.kind): Wording(
        "Your task was taken over",
        "Taken over: {workflow} #{number}, {step}",
        "{person} has taken over the step {step} from you. You need not decide it." + _ABOUT + _REASON,
        "{person} took over {workflow} #{number}, {step}",
        "{reason}",
    ),
    events.TaskClaimed.kind: Wording(
        "A task of the team queue became yours",
        "To decide: {workflow} #{number}, {step}",
        "The step {step} is now with you.\nPlease decide by {due}." + _ABOUT,
        "{workflow} #{number}, {step} is now with you",
    ),
    left(events.TaskClaimed.kind): Wording(
        "Your task was taken by a colleague",
        "No longer with you: {workflow} #{number}, {step}",
        "{assignee} has taken the step {step}. You need not decide it." + _ABOUT,
        "{workflow} #{number}, {step} is now with {assignee}",
    ),
    events.TaskAssigned.kind: Wording(
        "A task was assigned to you",
        "To decide: {workflow} #{number}, {step}",
        "{person} has assigned the step {step} to you.\nPlease decide by {due}." + _ABOUT + _REASON,
        "{person} assigned you {workflow} #{number}, {step}",
        "Due {due}.\n{reason}",
    ),
    left(events.TaskAssigned.kind): Wording(
        "Your task was assigned to somebody else",
        "No longer with you: {workflow} #{number}, {step}",
        "{person} has assigned the step {step} to {assignee}. You need not decide it." + _ABOUT + _REASON,
        "{workflow} #{number}, {step} is now with {assignee}",
    ),
    events.TaskEscalated.kind: Wording(
        "A task was escalated to you",
        "Escalated to you: {workflow} #{number}, {step}",
        "The time for the step {step} has passed at {previous}. It is now with you.\nPlease decide by {due}." + _ABOUT,
        "Escalated to you: {workflow} #{number}, {step}",
        "The time has passed at {previous}.\nDue {due}.",
    ),
    left(events.TaskEscalated.kind): Wording(
        "Your task was escalated",
        "Escalated to {assignee}: {workflow} #{number}, {step}",
        "The time for the step {step} has passed. It is now with {assignee}; you need not decide it." + _ABOUT,
        "{workflow} #{number}, {step} was escalated to {assignee}",
        "The time for it has passed.",
    ),
    clock_events.TaskOverdue.kind: Wording(
        "A task is overdue",
        "Overdue: {workflow} #{number}, {step}",
        "The step {step} was due on {due} and has not been decided.\nIt is with {assignee}." + _ABOUT,
        "Overdue: {workflow} #{number}, {step}",
        "Due {due}.\nWith {assignee}.",
    ),
    clock_events.TaskClockFailed.kind: Wording(
        "A time limit could not be acted on",
        "The clock does not move it: {workflow} #{number}, {step}",
        "What was to happen by itself at the step {step}, such as a reminder or an escalation, has failed each time and is now "
        "tried once a day. Please look after the request.\n\n{why}" + _ABOUT,
        "The clock does not move it: {workflow} #{number}, {step}",
        "{why}",
    ),
    clock_events.TaskManagerTold.kind: Wording(
        "A task of somebody you lead takes long",
        "For your attention: {workflow} #{number}, {step}",
        "The step {step} is with {assignee} and was to be decided by {due}. It stays there; you may want to ask."
        + _ABOUT,
        "{workflow} #{number}, {step} waits for {assignee}",
        "Due {due}.",
    ),
    left(clock_events.TaskManagerTold.kind): Wording(
        "Your manager was told of a task of yours",
        "Told your manager: {workflow} #{number}, {step}",
        "Your decision at the step {step} was to be made by {due}. Your manager has been told." + _ABOUT,
        "Your manager was told of {workflow} #{number}, {step}",
        "Due {due}.",
    ),
    clock_events.TaskTimeoutNear.kind: Wording(
        "A task of your workflow runs long",
        "Runs long: {workflow} #{number}, {step}",
        "The step {step} has been open for longer than the workflow foresees.\nIt is with {assignee}." + _ABOUT,
        "{workflow} #{number}, {step} runs long",
        "With {assignee}.",
    ),
    clock_events.RunTimeoutNear.kind: Wording(
        "A request of your workflow runs long",
        "Runs long: {workflow} #{number}",
        "The request has been open for longer than the workflow foresees." + _ABOUT,
        "{workflow} #{number} runs long",
    ),
    clock_events.RunTimedOut.kind: Wording(
        "A request was ended by its timeout",
        "{outcome}: {workflow} #{number}",
        "The request was open for too long and has been ended. Nothing is left to decide.\nIt was at {step}." + _ABOUT,
        "{workflow} #{number}: {outcome}",
        "It was open for too long.",
    ),
    clock_events.TaskHeld.kind: Wording(
        "A request was put on hold",
        "On hold: {workflow} #{number}, {step}",
        "{person} has put the step {step} on hold.\n{why}" + _ABOUT + _REASON,
        "{workflow} #{number}, {step} is on hold",
        "By {person}: {why}\n{reason}",
    ),
    clock_events.TaskAsked.kind: Wording(
        "Somebody needs an answer from you",
        "Your answer is needed: {workflow} #{number}",
        "{person} asks about your request:\n\n{comment}\n\nIts time limit stands still until you answer." + _ABOUT,
        "{person} asks you about {workflow} #{number}",
        "{comment}",
    ),
    clock_events.TaskAnswered.kind: Wording(
        "Your question was answered",
        "Answered: {workflow} #{number}, {step}",
        "{person} has answered:\n\n{comment}\n\nPlease decide by {due}." + _ABOUT,
        "{person} answered on {workflow} #{number}",
        "{comment}",
    ),
    clock_events.TaskResumed.kind: Wording(
        "A request on hold goes on",
        "Going on: {workflow} #{number}, {step}",
        "{person} goes on with the step {step}.\nIt is due on {due}." + _ABOUT + _REASON,
        "{workflow} #{number}, {step} goes on",
        "By {person}.\n{reason}",
    ),
    events.TaskUnassigned.kind: Wording(
        "A task has nobody to decide it",
        "Assign somebody: {workflow} #{number}, {step}",
        "Nobody is left who may decide the step {step}. Please assign somebody.\n{why}" + _ABOUT,
        "Assign somebody: {workflow} #{number}, {step}",
        "{why}",
    ),
    events.TaskCancelled.kind: Wording(
        "Your task is not needed any more",
        "Not needed any more: {workflow} #{number}, {step}",
        "You need not decide the step {step} any more: {why}." + _ABOUT,
        "Not needed any more: {workflow} #{number}, {step}",
        "{why}",
    ),
    machine_events.TaskFailed.kind: Wording(
        "An automatic step failed",
        "Failed: {workflow} #{number}, {step}",
        "The step {step} could not be done, and the request waits. Please try it again, skip it or correct its settings."
        "\n\n{why}" + _ABOUT,
        "Failed: {workflow} #{number}, {step}",
        "{why}",
    ),
    machine_events.TaskQuarantined.kind: Wording(
        "An automatic step was set aside",
        "Set aside: {workflow} #{number}, {step}",
        "The step {step} broke off every time and is not tried any more. The request waits until somebody looks at it."
        "\n\n{why}" + _ABOUT,
        "Set aside: {workflow} #{number}, {step}",
        "{why}",
    ),
    machine_events.TaskNoticed.kind: Wording(
        "A workflow tells you something",
        "{message}: {workflow} #{number}",
        "{comment}" + _ABOUT,
        "{message}: {workflow} #{number}",
        "{comment}",
    ),
    events.TaskClosed.kind: Wording(
        "A panel of yours has decided without your vote",
        "Closed: {workflow} #{number}, {step}",
        "Your vote on the step {step} is not needed any more. The panel has decided: {why}." + _ABOUT,
        "Closed: {workflow} #{number}, {step}",
        "The panel has decided: {why}.",
    ),
    events.RunCommented.kind: Wording(
        "Somebody commented",
        "{person} commented on {workflow} #{number}",
        "{person} wrote:\n\n{comment}" + _ABOUT,
        "{person} commented on {workflow} #{number}",
        "{comment}",
    ),
    events.RunCompleted.kind: Wording(
        "A request is decided",
        "{outcome}: {workflow} #{number}",
        "The request has ended: {outcome}. The last decision was by {person}." + _ABOUT + _REASON,
        "{workflow} #{number}: {outcome}",
        "By {person}.\n{reason}",
    ),
    events.RunMigrated.kind: Wording(
        "A request came to you by a new version",
        "{workflow} #{number} waits for you",
        "{person} moved this request to a new version of its workflow. It asks you now." + _ABOUT + _REASON,
        "{workflow} #{number} came to you",
        "By a new version of the workflow.\n{reason}",
    ),
    left(events.RunMigrated.kind): Wording(
        "A request left you by a new version",
        "{workflow} #{number} no longer waits for you",
        "{person} moved this request to a new version of its workflow, which asks somebody else." + _ABOUT + _REASON,
        "{workflow} #{number} left you",
        "By a new version of the workflow.\n{reason}",
    ),
    link_events.LinkSent.kind: Wording(
        "Somebody without an account is asked to decide",
        "{message}: {workflow} #{number}",
        "{words}\n\n{organisation} asks you for a decision."
        + _ABOUT
        + "\n\nPlease answer by {due}. You need no account: open the link, read, and press a button.",
        "Asked by a link: {workflow} #{number}, {step}",
    ),
    link_events.LinkCodeAsked.kind: Wording(
        "The one-time code of a link",
        "Your code for {workflow} #{number}",
        "Somebody has opened the link that {organisation} has sent you, and wants to see what it is about."
        "\nIf it was you, enter this code on the page. It holds for ten minutes.",
        "A code was sent: {workflow} #{number}, {step}",
    ),
    link_events.LinkEnded.kind: Wording(
        "Nobody outside has answered in time",
        "No answer from outside: {workflow} #{number}, {step}",
        "The link by which somebody outside was asked to decide the step {step} has expired."
        "\nSend a new one, or decide it yourself." + _ABOUT,
        "No answer from outside: {workflow} #{number}, {step}",
        "Send a new link, or decide it yourself.",
    ),
    link_events.LinkRefused.kind: Wording(
        "Somebody outside cannot be asked",
        "Nobody was asked outside: {workflow} #{number}, {step}",
        "Somebody outside was to be asked to decide the step {step}, and could not be: {why}."
        "\nIf nobody else was asked, the decision is yours." + _ABOUT,
        "Not asked outside: {workflow} #{number}, {step}",
        "{why}",
    ),
    events.RunWithdrawn.kind: Wording(
        "A request was withdrawn",
        "Withdrawn: {workflow} #{number}",
        "{person} has withdrawn the request. Nothing is left to decide." + _ABOUT + _REASON,
        "{person} withdrew {workflow} #{number}",
        "{reason}",
    ),
    events.BulkDone.kind: Wording(
        "Several requests at once",
        "{count} requests that concern you, by {person}",
        "{person} has acted on {count} requests that concern you:\n\n{list}",
        "{count} requests, by {person}",
    ),
    events.BulkFailed.kind: Wording(
        "Several requests at once could not be done",
        "Not done: {count} requests at once",
        "What you asked for {count} requests at once could not be done. {why}\nPlease decide them one by one.",
        "Not done: {count} requests at once",
        "{why}",
    ),
    events.ParticipantAdded.kind: Wording(
        "You were added to a request",
        "You now follow {workflow} #{number}",
        "{person} has added you as {role}. You will hear of what happens to it." + _ABOUT,
        "{person} added you to {workflow} #{number}",
        "As {role}.",
    ),
    on_behalf(events.TaskOpened.kind): Wording(
        "A task waits for somebody for whom you stand in",
        "To decide on behalf of {assignee}: {workflow} #{number}, {step}",
        "Somebody for whom you stand in is asked at the step {step}: {assignee}.\nYou may decide on their behalf by {due}."
        + _ABOUT
        + _SAID,
        "To decide on behalf of {assignee}: {workflow} #{number}, {step}",
        "Requested by {requester}.\nDue {due}.\n{said}",
    ),
    on_behalf(clock_events.TaskReminded.kind): Wording(
        "A reminder for somebody for whom you stand in",
        "Reminder: decide {workflow} #{number} on behalf of {assignee} by {due}",
        "The decision of {assignee}, for whom you stand in, at the step {step} is due on {due}." + _ABOUT,
        "Reminder, on behalf of {assignee}: {workflow} #{number}, {step}",
        "Due {due}.",
    ),
    on_behalf(clock_events.TaskOverdue.kind): Wording(
        "A task of somebody for whom you stand in is overdue",
        "Overdue, on behalf of {assignee}: {workflow} #{number}, {step}",
        "The step {step} was due on {due} and has not been decided.\nIt is with {assignee}, for whom you stand in."
        + _ABOUT,
        "Overdue, on behalf of {assignee}: {workflow} #{number}, {step}",
        "Due {due}.",
    ),
    **{
        on_behalf(kind): Wording(
            "A task went to somebody for whom you stand in",
            "To decide on behalf of {assignee}: {workflow} #{number}, {step}",
            "The step {step} is now with {assignee}, for whom you stand in.\nYou may decide on their behalf by {due}."
            + _ABOUT
            + _REASON,
            "To decide on behalf of {assignee}: {workflow} #{number}, {step}",
            "Due {due}.\n{reason}",
        )
        for kind in HANDED
    },
    **{kind: Wording(*texts) for kind, texts in {**TEXTS, **absences.TEXTS}.items()},
}
