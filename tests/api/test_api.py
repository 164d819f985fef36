"""The Python interface, and the parts below it: ranges, processes, files."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import invexproof
from invexcheck.verdict import Verdict
from invexproof import check, explain, prove, prove_all
from invexproof.activations import catalogue
from invexproof.certificates import CertificateError, CertificateWriteError, certificate_bytes, stage
from invexproof.claims import ClaimError, constant_of, kind_of
from invexproof.errors import InvexproofError
from invexproof.execution import RequestError, WorkerDied, Workers
from invexproof.expressions.parser import ParseError, parse
from invexproof.expressions.terms import var
from invexproof.opinions import Opinion, contradictions
from invexproof.proving import Prover, Question
from invexproof.results import NoCertificateError
from invexproof.subjects import RangeError, parse_ranges, slug, target


def test_prove_save_check_explain(tmp_path: Path) -> None:
    result = prove("silu")
    assert (result.verdict, result.vacuous, result.exit_code) == ("proved", False, 0)
    assert "is invex on R" in result.statement
    path = result.save(tmp_path / "silu.cert.json.gz")
    assert check(path).status == check(path.read_bytes()).status == "VALID"
    assert result.certificate is not None
    assert check(result.certificate, against="x*sigmoid(x)").status == "VALID"
    assert check(path, against=var("x")).code == "subject"
    assert "invex" in result.explain()
    assert "invex" in explain(path, form="terminal")


@pytest.mark.parametrize("subject", ["tanh", parse("tanh(x)"), "tanh(x)", "torch.tanh"])
def test_subjects_of_all_sorts(subject: Any) -> None:
    assert prove(subject, "convex").verdict == "refuted"


def test_entries_of_the_catalogue_are_subjects() -> None:
    entry = next(entry for entry in catalogue() if entry.name == "Abs")
    assert prove(entry, "lipschitz", constant=1).verdict == "proved"


def test_no_certificate_no_explanation(tmp_path: Path) -> None:
    result = prove("gelu", "lipschitz", timeout=0.01)
    assert result.verdict == "undecided"
    with pytest.raises(NoCertificateError, match="undecided"):
        result.save(tmp_path / "a.cert.json")
    with pytest.raises(NoCertificateError):
        result.explain()


def test_prove_all_in_parallel() -> None:
    results = list(prove_all(["relu", "tanh", "hardswish", "x^2"]))
    assert {r.target.name: r.verdict for r in results} == {
        "ReLU": "proved", "Tanh": "proved", "Hardswish": "refuted", "x^2": "proved"
    }  # fmt: skip


def test_families() -> None:
    result = prove("swish", parameters=["beta > 0"])
    assert result.verdict == "proved"
    assert "For every 0 < beta" in result.statement
    formula = prove("x*sigmoid(b*x)", parameters="b > 0")
    assert formula.verdict == "proved"


def test_lazy_names() -> None:
    assert invexproof.Result.__name__ == "Result"
    with pytest.raises(AttributeError):
        invexproof.nothing  # noqa: B018


@pytest.mark.parametrize("source", ["none.json", b"", b"[]", b"{}", {"format": 1}])
def test_explain_what_is_no_certificate(source: Any) -> None:
    with pytest.raises(CertificateError):
        explain(source)


def test_forged_claims_do_not_become_verdicts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever the prover says: without the checker's agreement with this very claim there is no verdict."""
    refuted = prove("hardswish").document
    proved = prove("relu").document
    assert refuted is not None
    assert proved is not None
    broken = {**proved, "proof": {"step": {"rule": "valley", "pieces": []}}}
    reply = {"verdict": "proved", "reason": "", "boxes": [], "delta": None, "notes": []}
    for document, why in ((refuted, "another claim"), (broken, "INVALID")):
        with Prover() as prover:
            timed = type("Timed", (), {"value": {**reply, "document": document}, "seconds": 0.0})
            monkeypatch.setattr(prover.workers, "ask", lambda *_, timed=timed: timed)
            result = prover.prove(Question(target("relu"), out=tmp_path / "a.cert.json"))
        assert result.verdict == "undecided"
        assert why in result.reason
        assert result.document is None
        assert [path.name for path in tmp_path.iterdir()] == ["a.cert.json.rejected"]


# -- ranges --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["beta > 0"], {"beta": {"gt": "0"}}),
        (["0 < alpha <= 1"], {"alpha": {"gt": "0", "le": "1"}}),
        (["1 >= alpha > 0"], {"alpha": {"gt": "0", "le": "1"}}),
        (["0 ≤ a", "a < 0.5"], {"a": {"ge": "0", "lt": "1/2"}}),
        (["t"], {"t": {}}),
        (["3 > k"], {"k": {"lt": "3"}}),
    ],
)
def test_ranges(texts: list[str], expected: dict[str, dict[str, str]]) -> None:
    found = parse_ranges(texts)
    assert {name: {b: str(v) for b, v in domain.bounds()} for name, domain in found.items()} == expected


@pytest.mark.parametrize(
    "texts",
    [["x > 0"], [""], ["beta = 1"], ["beta > sqrt(2)"], ["1 < a > 0"], ["a > 0", "a > 1"], ["2 < a < 1"], ["e > 0"],
     ["beta > gamma"], ["beta > "], ["0 < a < b"], ["pi > 0"]],
)  # fmt: skip
def test_ranges_that_cannot_be_read(texts: list[str]) -> None:
    with pytest.raises(InvexproofError):
        parse_ranges(texts)


def test_targets_of_families() -> None:
    assert target("PELU(beta=1)", ["alpha > 0"]).ranges_json() == {"alpha": {"gt": "0"}}
    assert target("swish", ["1 <= beta <= 2"]).expression.variables == {"x", "beta"}
    with pytest.raises(RangeError, match="both given a value and quantified"):
        target("PELU(beta=1)", ["beta > 0"])
    with pytest.raises(RangeError, match="has no parameter gamma"):
        target("swish", ["gamma > 0"])
    with pytest.raises(ParseError, match="unknown name 'b'"):
        target("x*a+b", ["a > 0"])
    with pytest.raises(RangeError, match="for which values of b"):
        target(var("x") * var("a") + var("b"), ["a > 0"])
    with pytest.raises(RangeError, match="which values of beta"):
        target(var("beta") * var("x"))
    with pytest.raises(RangeError, match="needs min_val <= max_val"):
        target("hardtanh", ["min_val < 0", "max_val < 0"])
    assert target("hardtanh", ["min_val < 0", "max_val > 0"]).ranges.keys() == {"min_val", "max_val"}


def test_slugs() -> None:
    assert [slug(name) for name in ("GELU(tanh)", "ReLU^2", "ELU+1", "Threshold(0.1,20)")] == [
        "gelu-tanh", "relu-pow-2", "elu-plus-1", "threshold-0.1-20"
    ]  # fmt: skip
    assert len(slug("a" * 500)) < 80


def test_claims_and_constants() -> None:
    assert kind_of("Strictly_Monotone") == kind_of("activation.strictly-monotone")
    assert constant_of("1.5", "activation.lipschitz") == Fraction(3, 2)
    for text in ("sqrt(2)", "-1", "x", "one"):
        with pytest.raises(ClaimError):
            constant_of(text, "activation.lipschitz")


# -- processes -----------------------------------------------------------------------------------------------


def request(**changes: Any) -> dict[str, Any]:
    subject = parse("tanh(x)").to_table()
    return {"operation": "prove", "subject": subject, "kind": "activation.invex", "constant": None,
            "parameters": {}, "timeout": 10.0, **changes}  # fmt: skip


def test_worker_that_overruns_its_time_is_killed_and_replaced() -> None:
    with Workers() as workers:
        started = time.monotonic()
        with pytest.raises(WorkerDied, match="time limit"):
            workers.ask(request(), 0.001)
        assert time.monotonic() - started < 10
        assert workers.ask(request()).value["verdict"] == "proved"


def test_worker_that_dies_is_reported_and_replaced() -> None:
    with Workers() as workers:
        assert workers.ask(request()).value["verdict"] == "proved"
        workers._workers[0]._process.kill()
        workers._workers[0]._process.wait()
        assert workers.ask(request()).value["verdict"] == "proved"


def test_defects_and_bad_input_of_a_search() -> None:
    with Workers() as workers:
        with pytest.raises(WorkerDied, match="failed"):
            workers.ask(request(operation="nonsense"))
        with pytest.raises(RequestError, match="parameters and ranges must agree"):
            workers.ask(request(parameters={"beta": {"gt": "0"}}))


def test_map_stops_at_an_exception() -> None:
    def function(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return item

    with Workers(2) as workers, pytest.raises(ValueError, match="three"):
        list(workers.map(function, range(1000)))


def test_map_gives_every_value_with_its_index() -> None:
    with Workers(2) as workers:
        assert sorted(workers.map(lambda item: item * item, [3, 1, 2])) == [(0, 9), (1, 1), (2, 4)]


def test_stopped_workers_answer_no_more() -> None:
    with Workers() as workers:
        workers.stop()
        with pytest.raises(WorkerDied, match="interrupted"):
            workers.ask(request())


# -- files and opinions --------------------------------------------------------------------------------------


def test_staged_files_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.cert.json"
    staged = stage(path, b"data")
    assert not path.exists()
    staged.publish()
    assert path.read_bytes() == b"data"
    stage(path, b"other").discard()
    assert path.read_bytes() == b"data"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_saved_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(CertificateWriteError, match="saved as") as caught:
        stage(tmp_path / "none" / "a.cert.json", b"data")
    assert caught.value.rescued is not None
    assert caught.value.rescued.read_bytes() == b"data"
    with pytest.raises(CertificateWriteError, match="directory"):
        stage(tmp_path, b"data")


def test_bytes_are_canonical_and_reproducible() -> None:
    document = {"b": 1, "a": ["é"]}
    assert certificate_bytes(document) == b'{"a":["\\u00e9"],"b":1}\n'
    assert certificate_bytes(document, True) == certificate_bytes(document, True)
    with pytest.raises(ValueError, match="Out of range"):
        certificate_bytes({"a": float("nan")})


@pytest.mark.parametrize(
    ("says", "negated", "warned"),
    [("holds", False, 0), ("holds", True, 1), ("fails", False, 1), ("fails", True, 0), ("maybe-fails", False, 1),
     ("unknown", False, 0), ("unavailable", True, 0)],
)  # fmt: skip
def test_contradictions(says: Any, negated: bool, warned: int) -> None:
    opinion = Opinion("z3", "4", says, "sat", "at x = 1")
    found = contradictions([opinion], negated)
    assert len(found) == warned
    assert all("z3" in text and ("refuted" if negated else "proved") in text for text in found)


def test_check_never_raises_on_account_of_the_certificate(tmp_path: Path) -> None:
    for source in (b"", b"\x1f\x8b", tmp_path, tmp_path / "none"):
        verdict = check(source)
        assert isinstance(verdict, Verdict)
        assert verdict.status != "VALID"
