"""The checking process: a line of JSON on standard input is a request, one on standard output the reply.

It confines itself before it reads anything untrusted, for FLINT may abort, hang or eat memory on hostile
input. The other side, `invexcheck.supervise`, takes whatever is not a complete reply for a failure.
"""

import base64
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, BinaryIO

import flint

from invexcheck import __version__, kernel, reading
from invexcheck.errors import Refuse, Reject
from invexcheck.lemmas import LEMMAS
from invexcheck.limits import Limits
from invexcheck.rules import RULES
from invexcheck.verdict import TrustedBase, Verified

ACCEPTED_PROOFS = {"rocq": ("rocq",), "paper": ("rocq", "paper")}
"""For each value of ``--require``: how a lemma may be proved."""

PROVED = {"rocq": "proved in Rocq", "paper": "proved on paper"}

Message = dict[str, Any]


def main(limits: Limits, require: str) -> None:
    """Serve requests until the input ends or something unexpected happened."""
    # What the kernel or FLINT might print must not get into the pipe that carries the verdicts.
    channel = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    _send(channel, asdict(_trusted_base(_confine(limits))))
    for line in sys.stdin.buffer:
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + limits.seconds + 2)
        request = json.loads(line)
        reply = _answer(_check if request["operation"] == "check" else _subject, request, limits, require)
        _send(channel, reply | {"id": request["id"]})
        if reply.get("last"):
            return


def _send(channel: BinaryIO, message: Message) -> None:
    channel.write(json.dumps(message).encode("ascii") + b"\n")
    channel.flush()


def _limit(kind: int, amount: int) -> bool:
    """Lower a soft limit of this process; whether the platform obeys."""
    hard = resource.getrlimit(kind)[1]
    try:
        resource.setrlimit(kind, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))
    except (OSError, ValueError):
        return False
    return True


def _confine(limits: Limits) -> tuple[str, ...]:
    """Give up what checking does not need; what the platform does not enforce."""
    obeyed = {
        "memory": _limit(resource.RLIMIT_AS, limits.memory),
        "no core files": _limit(resource.RLIMIT_CORE, 0),
        "no files written": _limit(resource.RLIMIT_FSIZE, 0),
    }
    return tuple(name for name, obeys in obeyed.items() if not obeys)


def _trusted_base(unenforced: tuple[str, ...]) -> TrustedBase:
    versions = {
        "invexcheck": __version__,
        platform.python_implementation(): platform.python_version(),
        "python-flint": flint.__version__,
        "FLINT": flint.__FLINT_VERSION__,
    }
    rules = {name: (rule.apply.__doc__ or "").partition("\n")[0] for name, rule in RULES.items()}
    lemmas = {name: (lemma.proof, lemma.title) for name, lemma in LEMMAS.items()}
    return TrustedBase(versions, rules, lemmas, unenforced)


def _answer(operation: Callable[..., Message], request: Message, limits: Limits, require: str) -> Message:
    """The reply to one request, whatever happens. After something unexpected it is the last one."""
    try:
        if "data" in request:
            stored, folder = base64.b64decode(request["data"]), reading.Folder()
        else:
            path = request["path"].encode("latin-1")
            stored, folder = reading.read(path, limits), reading.Folder(os.path.dirname(path) or b".")
        return operation(stored, folder, limits, require)
    except Reject as reject:
        return _failure("INVALID", reject.code, reject.message, path=reject.path, rule=reject.rule)
    except Refuse as refuse:
        return _failure("REFUSED", refuse.limit, refuse.message)
    except MemoryError:
        return _failure("REFUSED", "memory", "out of memory", last=True)
    except RecursionError:
        return _failure("REFUSED", "depth", "nested more deeply than Python can handle", last=True)
    except BaseException as error:
        return _failure("INVALID", "internal", f"unexpected {type(error).__name__}: {error}", last=True)


def _failure(status: str, code: str, reason: str, **more: Any) -> Message:
    return {"status": status, "code": code, "reason": reason[:2000], **more}


def _check(stored: bytes, folder: reading.Folder, limits: Limits, require: str) -> Message:
    loaded = reading.certificate(stored, limits)
    verified = kernel.verify(loaded.document, limits, folder)
    for name in verified.lemmas:
        if name not in LEMMAS or LEMMAS[name].proof not in ACCEPTED_PROOFS[require]:
            state = PROVED.get(LEMMAS[name].proof, "not proved") if name in LEMMAS else "unknown"
            raise Reject(f"the lemma {name} is {state}, and must be {PROVED[require]}", "lemma")
    result = {field.name: getattr(verified, field.name) for field in fields(Verified)}
    return {"status": "VALID", "sha256": loaded.sha256, "verified": result}


def _subject(stored: bytes, _: reading.Folder, limits: Limits, __: str) -> Message:
    """The digest of the subject in a certificate, or of the table of terms that is the whole file."""
    value = reading.parse(reading.unpack(stored, limits), limits)
    for name in ("claim", "subject") if isinstance(value, dict) else ():
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, list | dict):
        raise Reject("neither a certificate nor a table of terms", "schema")
    return {"digest": reading.digest(value)}
