"""Whatever the kernel does to its process, each file gets a verdict, and VALID only on a complete reply."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import invexcheck
from invexcheck import kernel, supervise
from invexcheck.errors import Refuse
from invexcheck.limits import Limits
from invexcheck.supervise import Source, Supervisor
from invexcheck.verdict import TrustedBase, Verdict, Verified, plain, position

ORDINARY = Limits()
QUICK = Limits(seconds=2, memory=1 << 28)
Certificate = Callable[..., bytes]
pytestmark = pytest.mark.usefixtures("misbehaving")


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes that a test starts; none may be left when it ends."""
    processes: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            processes.append(self)

    monkeypatch.setattr("invexcheck.supervise.subprocess.Popen", Recorded)
    yield processes
    assert all(process.returncode is not None for process in processes)


def check_all(sources: Iterable[Source], limits: Limits = ORDINARY) -> Iterator[Verdict]:
    with Supervisor(limits) as supervisor:
        yield from supervisor.check_all(sources)


MISBEHAVIOUR = {
    "reject": ("INVALID", "step", "expected .* got"),
    "refuse": ("REFUSED", "leaves", "above the limit leaves = 3"),
    "sleep": ("REFUSED", "seconds", "above the limit seconds = 2"),
    "spin": ("REFUSED", "seconds", "above the limit seconds = 2"),
    "memory": ("REFUSED", "memory", "out of memory"),
    "abort": ("REFUSED", "process", "died of SIGABRT"),
    "crash": ("REFUSED", "process", "died of SIGSEGV"),
    "exit": ("REFUSED", "process", "ended with status 0"),
    "raise exit": ("INVALID", "internal", "SystemExit"),
    "recursion": ("REFUSED", "depth", "nested"),
    "error": ("INVALID", "internal", "IndexError"),
    "interrupt": ("INVALID", "internal", "KeyboardInterrupt"),
    "write": ("INVALID", "internal", "OSError"),
    "unknown": ("INVALID", "internal", "KeyError"),
}


def test_one_bad_file_does_not_spoil_the_next(
    certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sources = [data for name in MISBEHAVIOUR for data in (certificate(name), certificate("valid"))]
    verdicts = list(check_all(sources, QUICK))
    assert len(verdicts) == len(sources)
    for name, bad, good in zip(MISBEHAVIOUR, verdicts[::2], verdicts[1::2], strict=True):
        status, code, reason = MISBEHAVIOUR[name]
        assert (name, bad.status, bad.code, bad.verified) == (name, status, code, None)
        assert re.search(reason, bad.reason)
        assert (name, good.status) == (name, "VALID")


def test_what_the_kernel_prints_is_lost(certificate: Certificate) -> None:
    with Supervisor(QUICK) as supervisor:
        verdicts = [supervisor.check(certificate(do)) for do in ("print", "reject", "print", "valid")]
    assert [verdict.status for verdict in verdicts] == ["VALID", "INVALID", "VALID", "VALID"]


def test_a_verdict_carries_what_was_verified(certificate: Certificate) -> None:
    data = certificate()
    verdict = invexcheck.check(data)
    assert verdict.status == "VALID"
    assert verdict.sha256 == hashlib.sha256(data).hexdigest()
    assert isinstance(verdict.verified, Verified)
    assert verdict.verified.rules == ("cover",)
    assert verdict.verified.vacuous is True


def test_a_rejection_carries_path_and_rule(certificate: Certificate) -> None:
    verdict = invexcheck.check(certificate("reject"))
    assert (verdict.path, verdict.rule) == (("proof", "step", "pieces", 2), "cover")
    assert position(verdict.path) == "proof.step.pieces[2]"


@pytest.mark.parametrize(
    ("lemmas", "require", "status"),
    [
        (["L1.2"], "rocq", "VALID"),
        (["L1.2", "L3"], "paper", "VALID"),
        (["L1.2", "L3"], "rocq", "INVALID"),
        (["L9"], "paper", "INVALID"),
        (["unheard-of"], "paper", "INVALID"),
    ],
)
def test_lemmas_must_be_proved(
    certificate: Certificate, lemmas: list[str], require: str, status: str
) -> None:
    verdict = invexcheck.check(certificate(lemmas=lemmas), require=require)
    assert (verdict.status, verdict.code) == (status, "" if status == "VALID" else "lemma")


def test_every_field_of_the_kernels_result_comes_through() -> None:
    assert [field.name for field in fields(kernel.Verified)] == [field.name for field in fields(Verified)]


def test_contents_paths_and_strange_names_are_accepted(certificate: Certificate, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\x1b[31m\n.cert.json"
    with open(name, "wb") as file:
        file.write(certificate())
    verdicts = list(check_all([name.decode("utf-8", "surrogateescape"), tmp_path / "missing"]))
    assert [(verdict.status, verdict.code) for verdict in verdicts] == [("VALID", ""), ("INVALID", "file")]
    assert plain(verdicts[0].file).endswith("\\udcff\\x1b[31m\\n.cert.json")


def test_contents_above_the_limit_are_refused() -> None:
    assert invexcheck.check(b" " * (5 << 20)).code == "bytes"


def test_files_share_processes(certificate: Certificate, started: list[object]) -> None:
    begin = time.monotonic()
    verdicts = list(check_all([certificate(leaves=leaves) for leaves in range(190)]))
    assert time.monotonic() - begin < 5
    assert [verdict.verified.leaves for verdict in verdicts if verdict.verified] == list(range(190))
    assert len(started) <= 2


def test_nothing_runs_on_when_the_reader_stops_early(certificate: Certificate) -> None:
    verdicts = check_all([certificate(), *[certificate("sleep")] * 50])
    begin = time.monotonic()
    assert next(verdicts).status == "VALID"
    del verdicts
    assert time.monotonic() - begin < 10


def test_verify_document_works_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "verify", lambda *given: given)
    given: object = invexcheck.verify_document({"a": 1})
    assert given == ({"a": 1}, Limits())


# -- the start of a process ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bootstrap", "reason"),
    [
        ("import invexcheck_is_not_there", "ended with status 1"),
        ("print('welcome', flush=True); import time; time.sleep(9)", "malformed"),
        ("import time; time.sleep(9)", "seconds"),
        ("import os; os.abort()", "SIGABRT"),
        ('print(\'{"failure": "ImportError: flint"}\')', "ImportError: flint"),
    ],
)
def test_a_process_that_does_not_start_is_not_tried_for_each_file(
    bootstrap: str, reason: str, monkeypatch: pytest.MonkeyPatch, started: list[object]
) -> None:
    monkeypatch.setattr(supervise, "_BOOTSTRAP", bootstrap)
    monkeypatch.setattr(supervise, "START_SECONDS", 1)
    with Supervisor(QUICK, jobs=1) as supervisor:
        verdicts = list(supervisor.check_all([b"{}"] * 20))
        assert supervisor.base is None
        with pytest.raises(Refuse):
            supervisor.subject(b"{}")
        with pytest.raises(Refuse):
            supervisor.start()
    assert {(verdict.status, verdict.code) for verdict in verdicts} == {("REFUSED", "process")}
    assert reason in verdicts[0].reason
    assert len(started) == 1


def test_a_missing_interpreter_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    verdict = invexcheck.check(b"{}")
    assert (verdict.status, verdict.code) == ("REFUSED", "process")


def test_a_missing_kernel_is_reported(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "invexcheck").mkdir()
    for module in (home / "invexcheck").glob("*.py"):
        if module.name != "kernel.py":
            (tmp_path / "invexcheck" / module.name).write_bytes(module.read_bytes())
    monkeypatch.setattr(supervise, "_HOME", str(tmp_path))
    assert "kernel" in invexcheck.check(b"{}").reason


@pytest.mark.parametrize("memory", [1, 1 << 20])
def test_too_little_memory_is_not_a_traceback(memory: int, certificate: Certificate) -> None:
    verdict = invexcheck.check(certificate(fill="x" * (1 << 20)), Limits(memory=memory))
    assert (verdict.status, verdict.code) in {("REFUSED", "memory"), ("REFUSED", "process")}


# -- replies ---------------------------------------------------------------------------------------

STUB = """
import json, sys
print(json.dumps({"versions": {}, "rules": {}, "lemmas": {}, "unenforced": []}), flush=True)
for line in sys.stdin:
    sys.stdout.write(REPLY)
    sys.stdout.flush()
"""
VERIFIED = {
    "statement": "For all x.",
    "kind": "activation.invex",
    "negated": False,
    "vacuous": None,
    "rules": ["cover"],
    "lemmas": ["L1.2"],
    "leaves": 3,
    "subject_digest": "00",
}
REPLY: dict[str, Any] = {"id": "1", "status": "VALID", "sha256": "00", "verified": VERIFIED}


def answer(reply: str, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    monkeypatch.setattr(supervise, "_BOOTSTRAP", STUB.replace("REPLY", repr(reply)))
    return invexcheck.check(b"{}", Limits(seconds=1))


def test_a_complete_reply_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(json.dumps(REPLY) + "\n", monkeypatch).status == "VALID"


LINE = json.dumps(REPLY)
INCOMPLETE = {
    "no end of line": LINE,
    "cut": LINE[:-1] + "\n",
    "empty": "\n",
    "not JSON": "VALID\n",
    "not an object": '["VALID"]\n',
    "number": "1\n",
    "too long": json.dumps(REPLY | {"more": "x" * (1 << 20)}) + "\n",
    "two lines": LINE + "\n" + LINE + "\n",
    "text before": "FLINT says " + LINE + "\n",
    "deeply nested": "[" * 10**5 + "\n",
    **{
        f"no {key}": json.dumps({k: v for k, v in REPLY.items() if k != key}) + "\n"
        for key in REPLY
        if key != "sha256"
    },
    **{
        f"no verified {key}": json.dumps(
            REPLY | {"verified": {k: v for k, v in VERIFIED.items() if k != key}}
        )
        + "\n"
        for key in VERIFIED
    },
    **{
        f"{key} = {value!r}": json.dumps(REPLY | {"verified": VERIFIED | {key: value}}) + "\n"
        for key, value in [
            ("statement", None),
            ("kind", 3),
            ("negated", 0),
            ("negated", None),
            ("vacuous", 1),
            ("rules", "cover"),
            ("rules", [1]),
            ("lemmas", None),
            ("lemmas", [["L1.2"]]),
            ("leaves", True),
            ("leaves", "3"),
            ("subject_digest", None),
            ("more", 1),
        ]
    },
    **{
        f"{key} = {value!r}": json.dumps(REPLY | {key: value}) + "\n"
        for key, value in [
            ("id", "2"),
            ("id", 1),
            ("id", True),
            ("status", "valid"),
            ("status", True),
            ("status", ["VALID"]),
            ("status", "REFUSED"),
            ("status", "INVALID"),
            ("verified", None),
            ("verified", []),
            ("verified", "yes"),
        ]
    },
}


@pytest.mark.parametrize("reply", INCOMPLETE)
def test_anything_less_is_not(reply: str, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = answer(INCOMPLETE[reply], monkeypatch)
    assert verdict.verified is None
    assert verdict.status == ("INVALID" if reply == "status = 'INVALID'" else "REFUSED")


# -- text ------------------------------------------------------------------------------------------


def test_the_text_of_a_verdict_is_printable_ascii() -> None:
    base = TrustedBase({"\x1b": "1"}, {}, {"L1.2": ("rocq", "")}, ("memory",))
    verified = Verified("for all x\n\u2200 \x1b[2J", "kind", True, True, ("r",), ("L1.2", "L\x07"), 1, "00")
    verdicts = [
        Verdict("a\nb\udcff", "VALID", sha256="00", verified=verified),
        Verdict("a\nb\udcff", "INVALID", "step", "no\r\x1b]0;x\x07", ("k\u202e", 3), "r\x9b"),
        Verdict("\u00e9", "REFUSED", "seconds", "slow"),
    ]
    for verdict in verdicts:
        text = verdict.text(base)
        assert all(" " <= character <= "~" or character == "\n" for character in text)
    lines = verdicts[0].text(base).split("\n")
    assert lines[0] == "a\\nb\\udcff: VALID"
    assert lines[1:3] == ["  for all x", "  \\u2200 \\x1b[2J"]
    assert "L1.2 (rocq)" in verdicts[0].text(base)
    assert "negated, holds vacuously" in verdicts[0].text(base)
    assert verdicts[1].text(None) == (
        "a\\nb\\udcff: INVALID (step) at k\\u202e[3], rule r\\x9b: no\\r\\x1b]0;x\\x07"
    )
    assert base.text() == "\\x1b 1; not enforced here: memory"
