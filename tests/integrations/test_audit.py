"""The audit: what is shipped is valid and says what the page says, and a small one runs from end to end."""

# ruff: noqa: E402

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor

invexapi = pytest.importorskip("invexapi")
pytest.importorskip("torch")

from invexproof.cli.application import app
from invexproof.integrations.invexapi import auditing
from invexproof.integrations.invexapi import page as paging
from invexproof.integrations.invexapi.auditing import CERTIFICATES
from invexproof.integrations.invexapi.counterexamples import CASES, RIGHTLY_UNMARKED
from invexproof.integrations.invexapi.errors import ReadingError
from invexproof.integrations.invexapi.exports import SEPARABLE
from invexproof.integrations.invexapi.families import FAMILIES
from invexproof.integrations.invexapi.sample_layers import SAMPLES
from invexproof.integrations.invexapi.saving import PAGE as PAGE_NAME
from invexproof.integrations.invexapi.saving import differences, save

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / PAGE_NAME
SHIPPED = sorted((ROOT / CERTIFICATES).glob("*.cert.json"))
MOST_BYTES = 10_000


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit of one function, one counterexample and one family."""
    few = {"QuasinormInvexPenalty": SEPARABLE["QuasinormInvexPenalty"]}
    for module in (auditing, paging):
        monkeypatch.setattr(module, "SEPARABLE", few)
    monkeypatch.setattr(auditing, "CASES", CASES[:1])
    monkeypatch.setattr(auditing, "RIGHTLY_UNMARKED", RIGHTLY_UNMARKED[:1])
    monkeypatch.setattr(auditing, "FAMILIES", FAMILIES[:1])
    monkeypatch.setattr(auditing, "SAMPLES", SAMPLES[:1])


@pytest.mark.usefixtures("small")
def test_a_small_audit(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["audit", "invexapi", "-o", str(tmp_path), "-j", "1"])
    assert done.exit_code == 0, done.output
    assert "nonlinear-operator: activation.convex refuted, activation.invex refuted" in done.output
    page = (tmp_path / "docs" / "audit-invexapi.md").read_text(encoding="utf-8")
    row = "| `QuasinormInvexPenalty` | every lamb > 0, 0 < q < 1 | assumed: **proved** | –: **refuted**"
    assert row in page
    named = set(re.findall(r"`([\w.-]+\.cert\.json)`", page))
    assert named == {path.name for path in (tmp_path / "certificates" / "audit").iterdir()}


def test_what_differs_is_found_and_repaired(tmp_path: Path) -> None:
    wanted = {PAGE_NAME: b"page", CERTIFICATES / "a.cert.json": b"{}"}
    assert len(save(tmp_path, wanted)) == 2
    assert save(tmp_path, wanted) == []
    assert differences(tmp_path, wanted) == []
    (tmp_path / CERTIFICATES / "stray.cert.json").write_text("{}")
    (tmp_path / PAGE_NAME).write_text("another page")
    assert differences(tmp_path, wanted) == [
        "docs/audit-invexapi.md differs",
        "certificates/audit/stray.cert.json belongs to nothing",
    ]
    assert len(save(tmp_path, wanted)) == 2
    assert differences(tmp_path, wanted) == []


def test_another_version_is_not_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invexapi, "__version__", "9.9.9")
    with pytest.raises(ReadingError, match=r"9\.9\.9 is installed"):
        auditing.audit()


def test_without_the_library_the_answer_is_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "invexapi", None)
    done = CliRunner().invoke(app, ["audit", "invexapi"])
    assert done.exit_code == 2
    assert "pip install 'invexproof[invexapi]'" in done.output


def test_shipped_certificates_are_valid_small_and_quoted() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert SHIPPED
    assert {path.name for path in SHIPPED} == set(re.findall(r"`([\w.-]+\.cert\.json)`", page))
    with Supervisor(Limits(), 1) as supervisor:
        for verdict in supervisor.check_all([str(path) for path in SHIPPED]):
            path = Path(verdict.file)
            assert verdict.verified is not None, verdict.reason
            assert path.stat().st_size < MOST_BYTES
            assert f"| `{path.name}` | {paging.statement_text(verdict.verified.statement)} |" in page


def test_every_mark_of_a_function_is_proved_and_every_counterexample_refuted() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert re.search(r"Of the (\d+) marks of separable functions.*\n.*: \1 proved\.", page)
    for case in CASES:
        section = page.partition(f"{{ #{case.name} }}")[2].partition("\n### ")[0]
        assert section.count("- **refuted**: `f(x) =") == len(case.kinds)


@pytest.mark.slow
def test_the_shipped_audit_is_reproducible() -> None:
    done = CliRunner().invoke(app, ["audit", "invexapi", "-o", str(ROOT), "--check"])
    assert done.exit_code == 0, done.output
