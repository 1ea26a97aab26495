"""What happens to the seats of a panel without anybody's vote."""

from typing import ClassVar
from uuid import UUID

from workflows.events import TaskEvent


class TaskSeatDropped(TaskEvent):
    """A member of a panel has left, and the others decide without the seat."""

    kind: ClassVar[str] = "task.seat_dropped"

    seat_id: UUID
    seat_name: str
    why: str
    by_id: UUID | None
    by_name: str
