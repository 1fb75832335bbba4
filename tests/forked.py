"""Commands in processes of their own, without the second that each would need to import the tracker: a server that has
imported it forks one process for each command. What a program does at its start needs a process of its own beginning:
tests of environment variables that Python reads, of terminals, of signals and of start-up times use `subprocess`.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import tracker
from tracker.storage import location

_ROOT = Path(__file__).parents[1]
_LATE = ("tracker.mcp", "tracker.demo", "tracker.storage.migrations.")  # no command of these tests needs them
_MESSAGE = 1 << 17  # bytes


def run(
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 120,
    module: str = "tracker",
) -> subprocess.CompletedProcess[str]:
    """`python -m tracker ARGUMENTS`, to its end, with what it printed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wanted = {
        "module": module,
        "databases": _databases(arguments),
        "arguments": [str(argument) for argument in arguments],
        "environment": dict(os.environ if env is None else env),
        "folder": str(Path.cwd()),
    }
    with ours, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with theirs, Path(os.devnull).open("rb") as nothing:
            files = [nothing.fileno(), output.fileno(), errors.fileno(), theirs.fileno()]
            socket.send_fds(_server(), [json.dumps(wanted).encode()], files)
        process = int(ours.recv(_MESSAGE))
        ours.settimeout(timeout)
        try:
            code = int(ours.recv(_MESSAGE))
        except TimeoutError as error:
            os.kill(process, signal.SIGKILL)
            raise subprocess.TimeoutExpired(["tracker", *wanted["arguments"]], timeout) from error
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(
            ["tracker", *wanted["arguments"]], code, output.read().decode(), errors.read().decode()
        )


def _databases(arguments: Sequence[str | Path]) -> dict[str, str]:
    """The database of the state folder of a command, where a test keeps it in PostgreSQL."""
    states = [Path(after) for before, after in pairwise(arguments) if before == "--state"]
    return {str(state): url for state in states if (url := location.url_of(state)) is not None}


@cache
def _server() -> socket.socket:
    """The connection to the server, which ends when this process does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd=_ROOT,
        )  # fmt: skip

    def stop() -> None:
        ours.close()
        server.wait()

    atexit.register(stop)
    return ours


def serve(asked: socket.socket) -> str:
    """Imports the tracker and forks for each question. Returns in the forked process only: the module to run there."""
    for module in pkgutil.walk_packages(tracker.__path__, "tracker."):
        if not module.name.endswith("__main__") and not module.name.startswith(_LATE):
            importlib.import_module(module.name)
    gc.freeze()  # a collection in a forked process would copy all that it looks at
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # nobody waits for the process between this one and the command
    while True:
        question, files, _, _ = socket.recv_fds(asked, _MESSAGE, 4)
        if not question:
            os._exit(0)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asked.close()
            wanted = json.loads(question)
            _run_and_report(wanted, files)
            return str(wanted["module"])
        for file in files:
            os.close(file)


def _run_and_report(wanted: dict[str, object], files: Sequence[int]) -> None:
    """Returns in the process of the command."""
    *standard, answered = files
    command = os.fork()
    if command:
        with socket.socket(fileno=answered) as asker, contextlib.suppress(BrokenPipeError):
            asker.send(str(command).encode())
            _, status = os.waitpid(command, 0)
            asker.send(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    os.close(answered)
    for number, file in enumerate(standard):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(wanted["environment"])  # type: ignore[call-overload]
    time.tzset()
    os.chdir(str(wanted["folder"]))
    for state, url in wanted["databases"].items():  # type: ignore[attr-defined]
        location.bind(Path(state), url)
    sys.argv[1:] = wanted["arguments"]  # type: ignore[call-overload]


if __name__ == "__main__":
    wanted_module = serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module(wanted_module, run_name="__main__", alter_sys=True)
