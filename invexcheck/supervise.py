"""The parent's side: verdicts come from resource-limited processes, which may hang, be killed or die.

A process checks many files, one after the other. When it dies, the file under way is REFUSED and another
process goes on. Nothing untrusted is parsed on this side, and FLINT is not imported.
"""

import base64
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from threading import Lock
from typing import Any, Self

from invexcheck.errors import Refuse
from invexcheck.limits import Limits
from invexcheck.verdict import TrustedBase, Verdict

START_SECONDS = 60
REPLY_BYTES = 1 << 20
Source = str | bytes | os.PathLike[str]
"""A certificate: the path of a file, or, as `bytes`, its contents."""

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# An isolated interpreter looks neither into the current directory nor into PYTHONPATH, so it is told where
# this package is; the folder around it then goes last, for it may hold FLINT.
_BOOTSTRAP = """
import sys
sys.path.insert(0, sys.argv[1])
import invexcheck
sys.path.append(sys.path.pop(0))
import json
sys.excepthook = lambda kind, error, _: print(json.dumps({"failure": f"{kind.__name__}: {error}"}))
from invexcheck.limits import Limits
from invexcheck.worker import main
main(Limits(**json.loads(sys.argv[2])), sys.argv[3])
"""


class _Lane:
    """One worker process. Its methods raise `Refuse` when it is of no use any more."""

    base: TrustedBase

    def __init__(self, limits: Limits, require: str) -> None:
        settings = [_HOME, json.dumps(asdict(limits)), require]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOTSTRAP, *settings],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise Refuse("process", f"no checking process can be started: {error}") from error
        self._requests = 0

    def ask(self, request: dict[str, Any], seconds: int) -> dict[str, Any]:
        """The reply to a request."""
        self._requests += 1
        line = json.dumps(request | {"id": str(self._requests)}).encode("ascii") + b"\n"
        if self._process.stdin is not None:
            with suppress(OSError):  # If the process is dead, reading will tell why.
                self._process.stdin.write(line)
                self._process.stdin.flush()
        reply = self.receive(seconds)
        if reply.get("last") or reply.get("id") != str(self._requests):
            self.kill()
        if reply.get("id") != str(self._requests):
            raise Refuse("process", "the checking process answered another question")
        return reply

    def receive(self, seconds: int) -> dict[str, Any]:
        """The next message; kills the process unless a well-formed one comes in time."""
        deadline = time.monotonic_ns() + seconds * 10**9
        output = self._process.stdout.fileno() if self._process.stdout is not None else -1
        poll = select.poll()
        poll.register(output, select.POLLIN)
        line = b""
        while not line.endswith(b"\n") and len(line) <= REPLY_BYTES:
            if not poll.poll(min(max(0, deadline - time.monotonic_ns()) // 10**6, 10**9)):
                self.kill()
                raise Refuse("seconds", f"above the limit seconds = {seconds}")
            chunk = os.read(output, 1 << 16)
            if not chunk:
                raise self._death()
            line += chunk
        with suppress(ValueError, RecursionError):
            message = json.loads(line)
            if isinstance(message, dict):
                return message
        self.kill()
        raise Refuse("process", "the checking process sent a malformed message")

    def _death(self) -> Refuse:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        status = self._process.poll()
        self.kill()
        if status is None or status >= 0:
            return Refuse("process", f"the checking process ended with status {status}")
        if -status == signal.SIGXCPU:
            return Refuse("seconds", "above the limit of processor time")
        name = signal.Signals(-status).name
        return Refuse("process", f"the checking process died of {name}: an absurd size, or out of memory")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process and what it may have started. Idempotent, and safe from another thread."""
        if self.alive:
            with suppress(OSError, subprocess.TimeoutExpired):
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(timeout=5)

    def close(self) -> None:
        """End the process and close its pipes; nobody may be waiting for a reply."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class Supervisor:
    """Checks certificates in at most `jobs` processes at a time; a context manager, which ends them.

    `require` is how every lemma must be proved, at least: ``"rocq"`` or ``"paper"``. `base` is what the
    verdicts rest on, once there are any.
    """

    base: TrustedBase | None = None

    def __init__(self, limits: Limits, jobs: int = 2, require: str = "paper") -> None:
        self._limits = limits
        self._jobs = jobs
        self._require = require
        self._lock = Lock()
        self._lanes: list[_Lane] = []
        self._idle: list[_Lane] = []
        self._hopeless = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        for lane in self._lanes:
            lane.close()

    def start(self) -> TrustedBase:
        """Start a process and tell what its verdicts rest on; raises `Refuse` if none can be started."""
        lane = self._acquire()
        self._idle.append(lane)
        return lane.base

    def subject(self, source: Source) -> str:
        """The digest of a subject, given in a certificate or as a table; raises `Refuse` if there is none."""
        reply = self._ask("subject", source)
        if type(reply.get("digest")) is not str:
            raise Refuse("subject", str(reply.get("reason")))
        return str(reply["digest"])

    def check(self, source: Source) -> Verdict:
        """The verdict on one certificate."""
        start = time.monotonic_ns()
        name = "<bytes>" if isinstance(source, bytes) else os.fsdecode(source)
        try:
            verdict = Verdict.from_reply(name, self._ask("check", source))
        except Refuse as refuse:
            verdict = Verdict(name, "REFUSED", refuse.limit, refuse.message)
        return replace(verdict, milliseconds=(time.monotonic_ns() - start) // 10**6)

    def check_all(self, sources: Iterable[Source]) -> Iterator[Verdict]:
        """The verdicts, in the order of the sources, each as soon as it is known."""
        with ThreadPoolExecutor(self._jobs) as pool:
            try:
                yield from pool.map(self.check, sources)
            except BaseException:
                self._stop()
                raise

    def _ask(self, operation: str, source: Source) -> dict[str, Any]:
        if isinstance(source, bytes):
            # One byte above the limit is enough to see that it is exceeded.
            request = {"data": base64.b64encode(source[: self._limits.bytes + 1]).decode("ascii")}
        else:
            # A path may be no text in any encoding; Latin-1 carries all bytes.
            request = {"path": os.fsencode(source).decode("latin-1")}
        lane = self._acquire()
        reply = lane.ask({"operation": operation, **request}, self._limits.seconds)
        if lane.alive:
            self._idle.append(lane)
        return reply

    def _acquire(self) -> _Lane:
        """An idle process, or a new one."""
        with suppress(IndexError):
            return self._idle.pop()
        with self._lock:
            # What keeps one process from starting will keep the next: do not try once a file.
            if self._hopeless:
                raise Refuse("process", self._hopeless)
            lane = _Lane(self._limits, self._require)
            self._lanes.append(lane)
        try:
            hello = lane.receive(START_SECONDS)
            if "failure" in hello:
                lane.kill()
                raise Refuse("process", hello["failure"])
        except Refuse as refuse:
            self._hopeless = f"no checking process can be started: {refuse.message}"
            raise Refuse("process", self._hopeless) from refuse
        lane.base = self.base = TrustedBase(**hello)
        return lane

    def _stop(self) -> None:
        with self._lock:
            self._hopeless = "interrupted"
            for lane in self._lanes:
                lane.kill()
