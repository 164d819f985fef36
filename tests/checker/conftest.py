"""A copy of the checker's outer shell around a kernel that misbehaves on demand."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from invexcheck import supervise

PACKAGE = Path(__file__).resolve().parents[2] / "invexcheck"
SHELL = ("__init__", "__main__", "errors", "limits", "reading", "supervise", "verdict", "worker")
KERNEL = """
import os, sys, time
from invexcheck.errors import Refuse, Reject, within
from invexcheck.reading import digest
from invexcheck.verdict import Verified

def recurse(n):
    return recurse(n + 1) + 1

def reject():
    with within("proof", "step", rule="cover"), within("pieces", 2):
        raise Reject("expected \\x1b[31m a piece, got \\u202e none")

def refuse():
    raise Refuse("leaves", "above the limit leaves = 3")

def crash():
    import ctypes
    ctypes.string_at(0)

def spin():
    while True:
        pass

def write():
    with open("written.txt", "w") as file:
        file.write("x" * 10)

ACTIONS = {
    "valid": lambda: None,
    "reject": reject,
    "refuse": refuse,
    "sleep": lambda: time.sleep(3600),
    "spin": spin,
    "memory": lambda: [bytearray(1 << 26) for _ in range(1 << 20)],
    "abort": os.abort,
    "crash": crash,
    "exit": lambda: os._exit(0),
    "raise exit": lambda: sys.exit(0),
    "recursion": lambda: recurse(0),
    "error": lambda: [][1],
    "print": lambda: (print('{"status":"VALID","id":1}', flush=True), os.write(1, b'{"status":"VALID"}\\n')),
    "interrupt": lambda: (_ for _ in ()).throw(KeyboardInterrupt()),
    "write": write,
}

def verify(document, limits, folder=None):
    ACTIONS[document["do"]]()
    return Verified(
        statement=document.get("statement", "For all x, x = x."),
        kind="activation.invex",
        negated=False,
        vacuous=True,
        rules=("cover",),
        lemmas=tuple(document.get("lemmas", ["L1.2"])),
        leaves=document.get("leaves", 3),
        subject_digest=digest(document["claim"]["subject"]),
    )
"""
LEMMAS = """
from collections import namedtuple
Lemma = namedtuple("Lemma", "title proof")
LEMMAS = {"L1.2": Lemma("valley", "rocq"), "L3": Lemma("tails", "paper"), "L9": Lemma("hope", "conjecture")}
"""
RULES = '''
from collections import namedtuple
def cover():
    """The leaves cover the line."""
RULES = {"cover": namedtuple("Rule", "apply lemmas")(cover, ("L1.2",))}
'''
SUBJECT = [["var", "x"], ["tanh", 0]]


def certificate(do: str = "valid", **more: object) -> bytes:
    """The canonical bytes of a document that the misbehaving kernel understands."""
    document = {"claim": {"subject": SUBJECT}, "do": do, **more}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Checker:
    """The command line of the copy."""

    home: Path
    folder: Path

    def write(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return name

    def run(
        self,
        *arguments: str | bytes,
        options: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """`python OPTIONS -m invexcheck ARGUMENTS` in the folder; fails the test if there is a traceback."""
        done = subprocess.run(
            [sys.executable, *options, "-m", "invexcheck", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.home), **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        output = done.stdout.decode("ascii"), done.stderr.decode("ascii")
        for text in output:
            assert "Traceback" not in text, text
            assert all(" " <= character <= "~" or character == "\n" for character in text), ascii(text)
        return subprocess.CompletedProcess(done.args, done.returncode, *output)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the copy in it."""
    folder = tmp_path_factory.mktemp("copy")
    (folder / "invexcheck").mkdir()
    for name in SHELL:
        shutil.copy(PACKAGE / f"{name}.py", folder / "invexcheck")
    for name, text in {"kernel": KERNEL, "lemmas": LEMMAS, "rules": RULES}.items():
        (folder / "invexcheck" / f"{name}.py").write_text(text)
    return folder


@pytest.fixture
def checker(home: Path, tmp_path: Path) -> Checker:
    return Checker(home, tmp_path)


@pytest.fixture
def misbehaving(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the workers that this process starts use the copy's kernel."""
    monkeypatch.setattr(supervise, "_HOME", str(home))


@pytest.fixture(name="certificate")
def certificate_fixture() -> Callable[..., bytes]:
    return certificate
