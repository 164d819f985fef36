"""The other commands: query, explain, check, list, and the help texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import z3
from typer.testing import CliRunner

import invexcheck
from invexproof.activations import catalogue
from invexproof.claims import KINDS
from invexproof.cli.application import app
from invexproof.cli.options import ClaimOption
from invexproof.provers import univariate
from tests.cli.running import run

RUNNER = CliRunner()


def invoke(*arguments: str, status: int = 0) -> str:
    done = RUNNER.invoke(app, list(arguments))
    assert done.exit_code == status, done.output
    return done.stdout


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "silu.cert.json"
    invoke("prove", "activation", "silu", "-o", str(path))
    return path


@pytest.mark.parametrize("dialect", ["z3", "cvc5", "dreal"])
def test_query_prints_smtlib(dialect: str, tmp_path: Path) -> None:
    text = invoke("query", "activation", "hardswish", "--smt2", "--dialect", dialect)
    assert "(check-sat)" in text
    assert text.count("(") == text.count(")")
    assert "; a counterexample to: Hardswish is invex" in text
    path = tmp_path / "q.smt2"
    invoke("query", "activation", "hardswish", "--smt2", "--dialect", dialect, "-o", str(path))
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("subject", "expected"), [("relu", z3.unsat), ("hardswish", z3.sat), ("x^3", z3.sat)]
)
def test_combined_query_is_satisfiable_iff_there_is_a_counterexample(
    subject: str, expected: z3.CheckSatResult
) -> None:
    solver = z3.Solver()
    solver.from_string(invoke("query", "activation", subject, "--smt2"))
    assert solver.check() == expected


def test_query_asks_an_engine() -> None:
    text = invoke("query", "activation", "hardswish", "--engine", "z3")
    assert "hint of z3" in text
    assert "counterexample" in text
    answer = json.loads(invoke("query", "activation", "relu", "--engine", "z3", "--json"))
    assert answer["says"] == "holds"
    assert all(part["verdict"] == "unsat" for part in answer["queries"])


def test_explain_in_both_formats(certificate: Path, tmp_path: Path) -> None:
    assert "global" in invoke("explain", str(certificate))
    out, picture = tmp_path / "silu.md", tmp_path / "silu.svg"
    invoke("explain", str(certificate), "--format", "markdown", "-o", str(out), "--plot", str(picture))
    assert "#" in out.read_text()
    assert "<svg" in picture.read_text()
    invoke("explain", str(certificate), "--plot", str(tmp_path / "silu.bmp"), status=2)


def test_explain_refuses_what_is_not_valid(certificate: Path, tmp_path: Path) -> None:
    document = json.loads(certificate.read_bytes())
    document["claim"]["negated"] = True
    forged = tmp_path / "forged.cert.json"
    forged.write_text(json.dumps(document, sort_keys=True, separators=(",", ":")))
    done = RUNNER.invoke(app, ["explain", str(forged)])
    assert done.exit_code == 1
    assert not done.stdout
    assert "INVALID" in done.stderr


@pytest.mark.parametrize(
    ("against", "status"),
    [
        ("silu", 0),
        ("torch.nn.SiLU", 0),
        ("x*sigmoid(x)", 0),
        ("x*sigmoid(2*x)", 1),
        ("gelu", 1),
        ("itself", 0),
        ("nosuch", 2),
    ],
)
def test_check_against_a_subject(against: str, status: int, certificate: Path) -> None:
    done = RUNNER.invoke(
        app, ["check", str(certificate), "--against", str(certificate) if against == "itself" else against]
    )
    assert done.exit_code == status, done.output
    assert ("VALID" in done.stdout) is (status != 2)
    assert ("another function" in done.stdout) is (status == 1)


def test_check_a_family_against_its_name(tmp_path: Path) -> None:
    path = str(tmp_path / "a.cert.json")
    invoke("prove", "activation", "swish", "--for", "beta > 0", "-o", path)
    invoke("check", path, "--against", "swish")
    invoke("check", path, "--against", "gelu", status=1)


def test_check_many_as_json(certificate: Path) -> None:
    (certificate.parent / "broken.cert.json").write_text("{}")
    answer = json.loads(invoke("check", str(certificate.parent), "--json", status=1))
    assert sorted(v["status"] for v in answer["verdicts"]) == ["INVALID", "VALID"]
    assert "INVALID" in invoke("check", str(certificate.parent), status=1)


def test_list() -> None:
    assert len(json.loads(invoke("list", "--json"))["activations"]) == len(catalogue())
    fifty = json.loads(invoke("list", "--fifty", "--json"))["activations"]
    assert len(fifty) == 50
    assert "SiLU" in invoke("list", "--search", "SWISH")
    assert not json.loads(invoke("list", "--search", "no such thing", "--json"))["activations"]


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["prove"],
        ["prove", "activation"],
        ["prove", "map"],
        ["prove", "composition"],
        ["invexify"],
        ["query", "activation"],
        ["explain"],
        ["check"],
        ["list"],
        ["atlas"],
    ],
)
def test_help_shows_examples(command: list[str]) -> None:
    text = invoke(*command, "--help")
    assert "Usage" in text
    if command not in (["prove"],):
        assert "invexproof " in text.replace("Usage: invexproof", "")


def test_version(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).out.split()[0] == "invexproof"


def test_kinds_are_those_of_the_prover_and_in_the_help() -> None:
    assert set(KINDS) == set(univariate.KINDS)
    [option] = ClaimOption.__metadata__
    assert all(kind.removeprefix("activation.") in option.help for kind in KINDS)


def test_a_defect_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("invexproof.cli.catalogue.catalogue", broken)
    done = RUNNER.invoke(app, ["list"])
    assert done.exit_code == 70
    assert "defect" in done.stderr
    assert "Traceback" not in done.output


def test_the_checker_is_the_installed_one() -> None:
    assert invexcheck.__version__
