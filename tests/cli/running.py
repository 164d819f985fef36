"""Running the command line as users do: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = [sys.executable, "-m", "invexproof"]


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Standard output as exactly one JSON object."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


def run(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None, seconds: float = 120) -> Ended:
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert "Traceback" not in done.stderr + done.stdout
    return Ended(done.returncode, done.stdout, done.stderr)
