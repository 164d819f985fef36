"""Searches in processes of their own, which may hang, be killed or die without taking their caller along.

The arithmetic libraries below the prover can abort a process on absurd sizes, and cannot be interrupted. A worker
process answers requests one after the other; when it dies or overruns its time, it is killed, and the next
request starts another.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Self, TypeVar

from invexproof.errors import InvexproofError

Item = TypeVar("Item")
Value = TypeVar("Value")
Request = dict[str, Any]
Reply = dict[str, Any]

GRACE: Final = 2.0
"""Seconds after its time limit until a search that does not end by itself is killed."""
BLOCK: Final = 1 << 16

# The worker looks for modules where its parent does, whatever the current directory holds, and hashes strings
# the same way each time, so that sets have one order.
_BOOTSTRAP: Final = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from invexproof.worker import main; main()"
)


class WorkerDied(Exception):
    """The worker gave no answer; the message says why."""


class RequestError(InvexproofError):
    """What a worker found wrong with its input; the message is for the user."""


@dataclass(frozen=True)
class Timed:
    """A value and how long it took."""

    value: Reply
    seconds: float


def answer_here(request: Request, _: float | None = None) -> Timed:
    """The reply to a request that takes milliseconds, made in this process; raises as :meth:`Workers.ask` does."""
    from invexproof.worker import answer

    started = time.monotonic()
    return Timed(_understood(answer(request)), time.monotonic() - started)


def _understood(reply: Reply) -> Reply:
    """The reply, unless it tells of a failure."""
    if "error" in reply:
        raise RequestError(reply["error"])
    if "failure" in reply:
        raise WorkerDied(f"the search failed: {reply['failure']}")
    return dict(reply)


class Worker:
    """One process that answers requests, in order."""

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOTSTRAP, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, request: Request, seconds: float | None = None) -> Reply:
        """The reply; kills the process after that many seconds.  Raises :class:`WorkerDied`, :class:`RequestError`."""
        line = json.dumps(request).encode("ascii") + b"\n"
        if self._process.stdin is not None:
            with suppress(OSError):  # If the process is dead, reading will tell.
                self._process.stdin.write(line)
                self._process.stdin.flush()
        return _understood(json.loads(self._receive(seconds)))

    def _receive(self, seconds: float | None) -> bytes:
        deadline = None if seconds is None else time.monotonic() + seconds
        output = self._process.stdout
        if output is None:
            raise WorkerDied("the search process has no output")
        blocks: list[bytes] = []
        while not blocks or not blocks[-1].endswith(b"\n"):
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([output], [], [], left)[0]:
                self.kill()
                raise WorkerDied("the search did not end within its time limit and was stopped")
            blocks.append(os.read(output.fileno(), BLOCK))
            if not blocks[-1]:
                raise WorkerDied(self._death())
        return b"".join(blocks)

    def _death(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        status = self._process.poll()
        self.kill()
        if status is None or status >= 0:
            return f"the search process ended with status {status}"
        return f"the search process died of {signal.Signals(-status).name}: out of memory, or a number of absurd size"

    def kill(self) -> None:
        """End the process and what it has started.  Idempotent."""
        if self.alive:
            with suppress(OSError, subprocess.TimeoutExpired):
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(timeout=5)

    def close(self) -> None:
        """End the process and close its pipes."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class Workers:
    """At most ``jobs`` worker processes at a time; a context manager, which ends them."""

    def __init__(self, jobs: int = 1) -> None:
        self.jobs = jobs
        self._lock = Lock()
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for worker in self._workers:
            worker.close()

    def ask(self, request: Request, seconds: float | None = None) -> Timed:
        """Ask an idle worker, or a new one.  Raises :class:`WorkerDied` and :class:`RequestError`."""
        started = time.monotonic()
        worker = self._acquire()
        try:
            reply = worker.ask(request, seconds)
        except BaseException:
            # Only a reply that came through whole shows that the next one will answer the next request.
            worker.kill()
            raise
        with self._lock:
            self._idle.append(worker)
        return Timed(reply, time.monotonic() - started)

    def map(
        self, function: Callable[[Item], Value], items: Iterable[Item]
    ) -> Generator[tuple[int, Value], None, None]:
        """The values with their indices, each as soon as it is known; ``function`` runs in up to ``jobs`` threads.

        An exception of ``function``, and Ctrl-C, end all processes.
        """
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                pending: dict[Future[Value], int] = {
                    pool.submit(function, item): k for k, item in enumerate(items)
                }
                while pending:
                    for future in wait(pending, timeout=0.5, return_when=FIRST_COMPLETED).done:
                        yield pending.pop(future), future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.stop()
                raise

    def stop(self) -> None:
        """Kill all processes, from any thread; nothing can be asked any more."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()

    def _acquire(self) -> Worker:
        with self._lock:
            if self._closed:
                raise WorkerDied("interrupted")
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
            try:
                worker = Worker()
            except OSError as error:
                raise WorkerDied(f"no search process can be started: {error}") from error
            self._workers = [w for w in self._workers if w.alive] + [worker]
            return worker
