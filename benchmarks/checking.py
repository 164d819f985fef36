"""Checking the shipped certificates: in this process, and by the supervised command line with two jobs.

Where none are shipped, proofs that the catalogue's activations are invex or not are made first (not timed).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measuring import Outcome, Report, timed
from invexcheck import reading
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexcheck.verdict import Verified
from invexproof.activations.registry import catalogue
from invexproof.certificates.builder import certificate_bytes
from invexproof.provers.univariate import prove_activation

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "certificates" / "activations"
PATTERNS = ("*.cert.json", "*.cert.json.gz")
TIMEOUT = 30.0
SLOWEST = 10


def run() -> Outcome:
    """Totals, the slowest certificates, and the largest file."""
    files = certificates(SHIPPED)
    if files:
        return _measure(SHIPPED, files, "shipped")
    with tempfile.TemporaryDirectory(prefix="invexproof-benchmark-") as folder:
        made = make_certificates(Path(folder))
        return _measure(Path(folder), made, "made for this run")


def certificates(folder: Path) -> list[Path]:
    """The certificates below a folder, sorted."""
    return sorted(path for pattern in PATTERNS for path in folder.rglob(pattern)) if folder.is_dir() else []


def make_certificates(folder: Path) -> list[Path]:
    """Certificates for the claims of invexity that the prover decides."""
    for number, activation in enumerate(catalogue()):
        document = prove_activation(activation.expression, timeout=TIMEOUT).document
        if document is not None:
            data = certificate_bytes({**document, "provenance": {}})
            (folder / f"{number:03d}.cert.json").write_bytes(data)
    return certificates(folder)


def _verified(path: Path) -> Verified:
    return verify(reading.load(path, Limits()).document, Limits())


def _measure(folder: Path, files: list[Path], origin: str) -> Outcome:
    rows = []
    for path in files:
        verified, seconds = timed(partial(_verified, path))
        rows.append((path.name, path.stat().st_size, verified.leaves, seconds * 1e3))
    command = [sys.executable, "-m", "invexcheck", "--quiet", "--jobs", "2", str(folder)]
    finished, seconds = timed(lambda: subprocess.run(command, cwd=ROOT, check=False, capture_output=True))
    if finished.returncode != 0:
        raise RuntimeError(f"invexcheck does not accept the certificates: {finished.stdout!r:.500}")
    total = sum(row[3] for row in rows) / 1e3
    summary = [
        ("in this process", len(files), total, total / len(files) * 1e3),
        ("invexcheck --jobs 2", len(files), seconds, seconds / len(files) * 1e3),
    ]
    columns = ("certificate", "bytes", "leaves", "milliseconds")
    return Outcome(
        [
            Report(f"All certificates ({origin})", ("checked", "files", "seconds", "ms a file"), summary),
            Report("Slowest", columns, sorted(rows, key=lambda row: -row[3])[:SLOWEST]),
            Report("Largest", columns, sorted(rows, key=lambda row: -row[1])[:1]),
        ]
    )
