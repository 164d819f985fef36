"""The dReal engine: recorded outputs, a stand-in executable and binding, and dReal itself if present."""

from __future__ import annotations

import os
import stat
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from invexproof.engines import dreal_engine
from invexproof.engines.dreal_engine import DrealEngine, parse_output
from invexproof.engines.dreal_worker import commands
from invexproof.engines.interface import Atom, EngineUnavailable, Query
from invexproof.engines.registry import ENGINES
from invexproof.expressions.parser import parse
from invexproof.expressions.terms import Expression, sqrt, var

X = var("x")
DELTA_SAT = """delta-sat with delta = 0.001
x : [1.247234518484574339, 1.247580203674002686]
y : [-8.929064928123818135e-01, inf]
T3 : [0, 1]
"""
MODEL = """delta-sat with delta = 0.001
(model
  (define-fun x () Real [0.5, 0.75])
)
"""


def query(expression: Expression = X - 1) -> Query:
    return Query({"x": (Fraction(-3), Fraction(3))}, Atom(expression, "="))


def test_recorded_outputs() -> None:
    symbols = {"x": "x", "y": "y"}
    assert parse_output("unsat\n", symbols)[0] == "unsat"
    verdict, box, _ = parse_output(DELTA_SAT, symbols)
    assert verdict == "delta-sat"
    assert box == {"x": (Fraction("1.247234518484574339"), Fraction("1.247580203674002686"))}
    assert parse_output(MODEL, symbols)[1] == {"x": (Fraction(1, 2), Fraction(3, 4))}
    verdict, _, reason = parse_output("syntax error\n", symbols)
    assert verdict == "unknown"
    assert "syntax error" in reason


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts a `dreal` on PATH that saves its input and prints the file `answer` beside it."""
    script = tmp_path / "dreal"
    script.write_text(
        f"""#!{sys.executable}
import pathlib, sys, time
here = pathlib.Path(__file__).parent
if "--version" in sys.argv:
    print("dReal v4.21.06.2")
else:
    (here / "input.smt2").write_text(sys.stdin.read())
    answer = (here / "answer").read_text()
    if answer == "sleep":
        time.sleep(60)
    print(answer)
"""
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_executable_is_asked_in_smtlib(stand_in: Path) -> None:
    (stand_in / "answer").write_text(DELTA_SAT)
    answer = ENGINES["dreal"].solve(query(), timeout=30)
    assert (answer.verdict, answer.version) == ("delta-sat", "4.21.06.2")
    assert answer.box is not None
    assert set(answer.box) == {"x"}
    assert not answer.warnings
    text = (stand_in / "input.smt2").read_text()
    assert "(set-option :precision 0.001)" in text
    assert text.count("(") == text.count(")")


def test_executable_that_hangs_or_fails(stand_in: Path) -> None:
    (stand_in / "answer").write_text("sleep")
    answer = DrealEngine().solve(query(), timeout=0.5)
    assert answer.verdict == "unknown"
    assert "0.5 s" in answer.reason
    (stand_in / "answer").write_text("terminate called")
    assert "terminate called" in DrealEngine().solve(query()).reason


def test_roots_of_squares_carry_a_warning(stand_in: Path) -> None:
    (stand_in / "answer").write_text("unsat")
    for expression in (sqrt(X * X), parse("(x^2)^(1/2)*x/x - 311/1000"), parse("(x^4)^(1/4)"), sqrt(abs(X))):
        [warning] = DrealEngine().solve(query(expression)).warnings
        assert "rewrite" in warning
    assert not DrealEngine().solve(query(sqrt(X + 1))).warnings


def test_bounded_functions_make_delta_sat_unknown(stand_in: Path) -> None:
    (stand_in / "answer").write_text(DELTA_SAT)
    answer = DrealEngine().solve(query(parse("erf(x) - 1/2")))
    assert answer.verdict == "unknown"
    assert "erf" in answer.reason
    (stand_in / "answer").write_text("unsat")
    assert DrealEngine().solve(query(parse("erf(x) - 2"))).verdict == "unsat"


def test_absence_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dreal_engine.shutil, "which", lambda _name: None)
    monkeypatch.setattr(dreal_engine.importlib.util, "find_spec", lambda _name: None)
    available = DrealEngine().availability()
    assert not available.available
    assert "IBEX" in available.how_to_install
    with pytest.raises(EngineUnavailable, match="pip install dreal"):
        DrealEngine().solve(query())


BINDING = '''
"""Just enough of the binding's interface: one sample point, x = 1, stands for the search."""
import math, operator
class Formula:
    def __init__(self, value): self.value = bool(value)
class Expression:
    def __init__(self, value): self.value = float(value)
    def __neg__(self): return Expression(-self.value)
def lift(result, operation):
    return lambda a, b: result(operation(a.value, b.value))
for name in ("add", "sub", "mul", "truediv"):
    setattr(Expression, f"__{name}__", lift(Expression, getattr(operator, name)))
for name in ("lt", "le", "gt", "ge", "eq"):
    setattr(Expression, f"__{name}__", lift(Formula, getattr(operator, name)))
def Variable(name): return Expression(1.0)
def And(*parts): return Formula(all(p.value for p in parts))
def Or(*parts): return Formula(any(p.value for p in parts))
def Not(part): return Formula(not part.value)
def if_then_else(c, a, b): return a if c.value else b
def Min(a, b): return Expression(min(a.value, b.value))
def Max(a, b): return Expression(max(a.value, b.value))
def pow(a, b): return Expression(a.value ** b.value)
def exp(a): return Expression(math.exp(a.value))
def log(a): return Expression(math.log(a.value))
def CheckSatisfiability(formula, delta): return "x : [1, 1]" if formula.value else None
'''


def test_python_package_is_driven_by_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dreal.py").write_text(BINDING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(dreal_engine.shutil, "which", lambda _name: None)
    expression = parse("piecewise((max(x,0)^3 + exp(x-1) - 2, x <= 3/2), (softplus(x), true))")
    answer = DrealEngine().solve(query(expression), timeout=30)
    assert (answer.verdict, answer.version) == ("delta-sat", "unknown")
    assert answer.box == {"x": (Fraction(1), Fraction(1))}
    assert DrealEngine().solve(query(X - 2), timeout=30).verdict == "unsat"


def test_commands_are_read_as_nested_lists() -> None:
    assert commands("; note (\n(assert (< x (- 1.0))) ; more\n(check-sat)") == [
        ["assert", ["<", "x", ["-", "1.0"]]],
        ["check-sat"],
    ]


@pytest.mark.dreal
@pytest.mark.skipif(not DrealEngine().availability().available, reason="dReal is not installed")
def test_dreal_itself() -> None:
    assert DrealEngine().solve(query(X * X + 1), timeout=60).verdict == "unsat"
    answer = DrealEngine().solve(query(parse("exp(x) - 2")), timeout=60)
    assert answer.verdict == "delta-sat"
    assert answer.box is not None
    low, high = answer.box["x"]
    assert low - Fraction(1, 100) <= Fraction("0.693") <= high + Fraction(1, 100)
