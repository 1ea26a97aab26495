"""Foreign files are read by a child process with limits: what a hostile one does ends there.

The child gets the file on its standard input and answers with JSON. It has no environment of ours, little memory, little
processor time and a room of its own to write in; when its time is up it is killed with all that it has started.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from workflows.nodes.base import NodeFailure

ROOT: Final = Path(__file__).resolve().parents[2]
PATH: Final = "/usr/local/bin:/usr/bin:/bin"
MOST_OUTPUT: Final = 8 * 1024 * 1024


def parsed(job: str, content: bytes, options: dict[str, Any], seconds: float) -> Any:
    """What the job of `workflows.nodes.parsing` says about the file. Raises NodeFailure."""
    command = [sys.executable, "-B", "-m", "workflows.nodes.parsing", job, json.dumps(options)]
    try:
        code, output = _done(command, content, seconds)
    except subprocess.TimeoutExpired as error:
        raise NodeFailure("Reading the file took too long.", again=False, late=True) from error
    if code != 0 or len(output) > MOST_OUTPUT:
        raise NodeFailure("The file could not be read: it is damaged, or wants too much memory or time.", again=False)
    answer = json.loads(output)
    if "refused" in answer:
        raise NodeFailure(str(answer["refused"]), again=False)
    return answer["found"]


def _done(command: list[str], content: bytes, seconds: float) -> tuple[int, bytes]:
    """How it ended and what it said. Whatever it has started, and what it has put down meanwhile, goes with it."""
    with TemporaryDirectory() as room:
        environment = {"PATH": PATH, "LANG": "C.UTF-8", "PYTHONPATH": ":".join(sys.path), "TMPDIR": room}
        with subprocess.Popen(  # noqa: S603 - a fixed list; the file comes by standard input
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(content, timeout=seconds)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return process.returncode, output
