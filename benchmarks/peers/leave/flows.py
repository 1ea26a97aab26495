"""The leave application as a Viewflow flow."""

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow.views import UpdateProcessView
from viewflow.workflow.models import Process, Task


class Leave(flow.Flow):
    process_class = Process
    task_class = Task
    lock_impl = lock.select_for_update_lock
    start = flow.StartHandle().Next(this.manager)
    manager = flow.View(UpdateProcessView.as_view(fields=[])).Assign(username="manager").Next(this.hr)
    hr = flow.View(UpdateProcessView.as_view(fields=[])).Assign(username="hr").Next(this.end)
    end = flow.End()
