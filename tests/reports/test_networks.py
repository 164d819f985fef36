"""Explanations of certificates about networks: their numbers against other computations; files; pictures."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from invexcheck.goals import MapClaim
from invexcheck.rules import MAPS
from invexproof.certificates import canonical_bytes
from invexproof.networks.evaluation import jacobian, output
from invexproof.networks.network import Network
from invexproof.reports import ReportError, explain, narrate, replay
from invexproof.reports.map_plots import determinant, loss, volume
from invexproof.reports.pictures import save_plot
from invexproof.reports.prose import plain
from invexproof.reports.slices import survey
from tests.cli.running import run
from tests.reports.examples import EXAMPLES, steps

RULES = {rule.name for module in MAPS for rule in module.RULES}
NETWORKS = {
    next(s["rule"] for s in reversed(steps(d["proof"])) if s["rule"] in RULES - {"network", "rank"}): d
    for d in EXAMPLES
    if d["claim"]["kind"].startswith(("map.", "composition."))
}
"""An example for most of the rules for networks, by the last of them that it uses."""

Rows = list[list[Fraction]]


def document(
    nodes: list[Any],
    tensors: dict[str, Rows],
    step: dict[str, Any],
    table: list[Any] | None = None,
    **claim: Any,
) -> dict[str, Any]:
    """A certificate about a network with one function, tanh unless said otherwise, and facts about it."""
    facts = {"pieces": [{}], "slopes": {"gt": "0", "le": "1"}}
    functions = [table or [["var", "x"], ["tanh", 0]]]
    used = any(node[0] == "pointwise" for node in nodes)
    subject = {
        "nodes": nodes,
        "functions": functions if used else [],
        "tensors": {
            name: {"shape": [len(rows), len(rows[0])], "values": [str(v) for row in rows for v in row]}
            for name, rows in tensors.items()
        },
    }
    return {
        "format": "invexproof-certificate/1",
        "claim": {"kind": "map.jacobian-nonsingular", "negated": False, "subject": subject, **claim},
        "proof": {"step": {"rule": "network", "functions": [facts] if used else [], "by": step}},
        "provenance": {},
    }


def residual(a: Rows, b: Rows, step: dict[str, Any], **claim: Any) -> dict[str, Any]:
    """x + A tanh(B x)."""
    nodes = [["input", [len(a)]], ["linear", 0, "B", None], ["pointwise", 1, 0], ["linear", 2, "A", None]]
    return document([*nodes, ["add", 0, 3]], {"A": a, "B": b}, step, **claim)


def fractions(rows: list[list[Any]]) -> Rows:
    return [[Fraction(v) for v in row] for row in rows]


def told(found: dict[str, Any], **options: Any) -> str:
    return " ".join(explain(found, **options).split())


def number_after(words: str, text: str) -> float:
    match = re.search(re.escape(words) + r"\s*(−?[0-9]+(?:[.][0-9]+)?)(?:/(\d+))?(?:·10\^(−?\d+))?", text)
    assert match, f"no number after {words!r} in {text}"
    value = float(match[1].replace("−", "-")) / int(match[2] or 1)
    return value * 10 ** int((match[3] or "0").replace("−", "-"))


# -- numbers ----------------------------------------------------------------------------------------------


A3 = fractions([[1, "1/2", 0], [0, 1, "-1/3"], ["1/4", 0, 1]])
B3 = fractions([["1/2", 0, 0], ["1/5", "1/3", 0], [0, 0, "1/2"]])


def test_values_at_the_ends_of_slopes_are_those_of_brute_force() -> None:
    text = told(residual(A3, B3, {"rule": "multi-affine"}))
    a, b = (np.array([[float(v) for v in row] for row in rows]) for rows in (A3, B3))
    ends = [np.linalg.det(np.eye(3) + a @ np.diag(d) @ b) for d in itertools.product((0.0, 1.0), repeat=3)]
    least = number_after("among those that are not 0 is", text)
    assert math.isclose(least, min(map(abs, ends)), rel_tol=1e-5)
    assert "there are 8 values to look at" in text
    # the polynomial as written, at slopes of which nothing else speaks
    written = re.search(r"det J = (.*?)\. So on a box", text)
    assert written
    slopes = {"d₁": "0.3", "d₂": "0.7", "d₃": "0.2", "·": "*", "−": "-"}
    spelt = written[1]
    for name, value in slopes.items():
        spelt = spelt.replace(name, value)
    value = sum(
        math.prod(float(Fraction(factor)) for factor in term.replace(" ", "").split("*"))
        for term in re.sub(r" - ", " + -", spelt).split(" + ")
    )
    expected = np.linalg.det(np.eye(3) + a @ np.diag([0.3, 0.7, 0.2]) @ b)
    assert math.isclose(value, expected, rel_tol=1e-4)


def test_the_least_eigenvalue_is_that_of_the_symmetric_part() -> None:
    text = told(residual(A3, B3, {"rule": "sector", "weights": ["2", "1", "1/2"]}))
    a, b = (np.array([[float(v) for v in row] for row in rows]) for rows in (A3, B3))
    h = np.diag([2.0, 1.0, 0.5]) @ (b @ a + np.eye(3))
    assert math.isclose(
        number_after("its least eigenvalue is about", text),
        np.linalg.eigvalsh((h + h.T) / 2)[0],
        rel_tol=1e-4,
    )


def test_the_lipschitz_constant_bounds_the_product_of_the_norms() -> None:
    a = [[v / 4 for v in row] for row in A3]
    text = told(residual(a, B3, {"rule": "contraction"}))
    norms = [np.linalg.norm([[float(v) for v in row] for row in rows], 2) for rows in (a, B3)]
    bound = number_after("a Lipschitz constant of at most", text)
    assert norms[0] * norms[1] <= bound < 1


def test_margins_at_corners_bound_the_determinant_on_the_region() -> None:
    region = [["-1", "1"]] * 3
    text = told(residual(A3, B3, {"rule": "boxes", "tree": "01cc2cc"}, region=region))
    bound = number_after("the determinants are at least", text)
    points = np.random.default_rng(5).uniform(-1, 1, (2000, 3))
    network = Network.from_subject(residual(A3, B3, {})["claim"]["subject"])
    found = np.abs(determinant(network, points)).min()
    assert 0 < bound <= found
    assert "4 boxes cover the region, by the corners of their slopes; the narrowest side is 1" in text


def test_the_determinant_at_a_witness_is_that_of_the_map() -> None:
    found = residual(A3, B3, {"rule": "witness", "at": ["1/2", "-1", "2"]})
    found["claim"]["kind"] += "-almost-everywhere"
    text = told(found)
    network = Network.from_subject(found["claim"]["subject"])
    there = jacobian(network, np.array([0.5, -1.0, 2.0]))
    assert math.isclose(number_after("its determinant is about", text), np.linalg.det(there), rel_tol=1e-4)
    least = np.linalg.svd(there, compute_uv=False)[-1]
    assert math.isclose(number_after("its least singular value about", text), least, rel_tol=1e-4)


def test_values_of_a_refuted_composition_are_told() -> None:
    text = told(NETWORKS["zero-gradient"])
    assert "its value there is 1, and at 1 it is 0" in text


def test_slopes_are_told_relative_to_their_bounds() -> None:
    """A bound that is not routine is a step of its own."""
    found = residual(A3, B3, {"rule": "multi-affine"})
    found["proof"]["step"]["functions"][0]["slopes"] = {"gt": "-1/10", "le": "11/10"}
    tree = {"rule": "interval", "tree": "sse0eee", "at": [[0, "1"], [0, "-1"]]}
    found["proof"]["step"]["functions"][0]["pieces"][0]["upper"] = tree
    text = told(found)
    assert "f₀′(x) − 11/10 ≤ 0 for all x ∈ ℝ. 4 boxes cover the interval" in text


# -- structure --------------------------------------------------------------------------------------------


def deep(layers: int, by: list[dict[str, Any]]) -> dict[str, Any]:
    nodes: list[Any] = [["input", [2]]]
    tensors: dict[str, Rows] = {}
    cuts = []
    for k in range(layers):
        start = len(nodes) - 1
        tensors[f"W{k}"] = fractions([["1/3", k], [-k, "1/3"]])
        nodes += [["linear", start, f"W{k}", None], ["pointwise", start + 1, 0], ["add", start, start + 2]]
        cuts.append(len(nodes) - 1)
    return document(nodes, tensors, {"rule": "compose", "cuts": cuts[:-1], "steps": by})


def test_parts_are_explained_once_at_length_then_in_short() -> None:
    text = told(deep(3, [{"rule": "sector"}] * 3))
    assert text.count("If its Jacobian were singular") == 1
    assert text.count("By the same argument") == 2
    assert "3 The part y₆ ↦ y₉, ℝ² → ℝ² has full row rank" in text


def test_a_maximum_has_full_rank() -> None:
    found = document([["input", [2, 3]], ["max", 0]], {}, {"rule": "entrywise"})
    assert "It takes the greatest entry of each row." in told(found)


def test_long_networks_are_cut() -> None:
    narrative = narrate(replay(deep(20, [{"rule": "sector"}] * 20)))
    (shown,) = (s for s in narrative.sections if s.title == "The map")
    assert "(29 more)" in str(shown)


def inner() -> dict[str, Any]:
    """The certificate of a part of `outer`."""
    return document([["input", [2]], ["pointwise", 0, 0]], {}, {"rule": "entrywise"})


def outer(step: dict[str, Any]) -> dict[str, Any]:
    nodes = [["input", [2]], ["linear", 0, "W", None], ["pointwise", 1, 0], ["linear", 2, "W", None]]
    rank = {"rule": "rank"}
    by = {"rule": "compose", "cuts": [1, 2], "steps": [rank, step, rank]}
    found = document(nodes, {"W": fractions([[2, 1], [1, 1]])}, by)
    found["proof"]["step"]["functions"] = [None]
    return found


def test_certificates_inside_are_explained_too(tmp_path: Path) -> None:
    included = outer({"rule": "certificate", "document": inner()})
    data = canonical_bytes(inner())
    (tmp_path / "part.cert.json").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    named = outer({"rule": "certificate", "file": "part.cert.json", "sha256": digest})
    with pytest.raises(ReportError, match="no directory"):
        explain(named)
    for found, where in ((included, "inside this one"), (named, "in the file part.cert.json")):
        text = told(found, folder=tmp_path)
        assert f"the claim of a certificate {where} (map.jacobian-nonsingular)" in text
        assert "It is explained below as certificate C1." in text
        assert "Certificate C1: why it is true" in text
        assert "no slope can be 0: f₀′ ∈ (0, 1]" in text
        assert "entrywise" in replay(found, folder=tmp_path).rules


def test_a_function_may_have_the_certificate_of_another_proof() -> None:
    part = next(d for d in EXAMPLES if d["claim"]["kind"] == "activation.convex")
    found = {**part, "proof": {"step": {"rule": "certificate", "document": part}}}
    text = told(found)
    assert "the claim of a certificate inside this one (activation.convex)" in text
    assert "Certificate C1: why it is true" in text


def test_weights_in_a_file_are_read(tmp_path: Path) -> None:
    header = json.dumps({"A": {"dtype": "F64", "shape": [2, 2], "data_offsets": [0, 32]}}).encode()
    data = len(header).to_bytes(8, "little") + header + np.array([1.0, 2, -2, 1]).tobytes()
    (tmp_path / "w.safetensors").write_bytes(data)
    found = json.loads(json.dumps(NETWORKS["multi-affine"]))
    del found["claim"]["subject"]["loss"], found["claim"]["subject"]["functions"][1:]
    step = {"rule": "network", "functions": [found["proof"]["step"]["map"]["functions"][0]]}
    found["proof"]["step"] = {**step, "by": {"rule": "multi-affine"}}
    found["claim"]["kind"] = "map.jacobian-nonsingular"
    reference = {"file": "w.safetensors", "sha256": hashlib.sha256(data).hexdigest(), "key": "A"}
    found["claim"]["subject"]["tensors"] = {"A": {"shape": [2, 2], **reference}}
    text = told(found, folder=tmp_path, plot=tmp_path / "f.svg")
    assert "A = [1, 2; −2, 1]" in text
    assert (tmp_path / "f.svg").stat().st_size > 5000


def test_statements_tell_region_and_kind() -> None:
    def statement(found: dict[str, Any]) -> str:
        section = narrate(replay(found)).sections[0]
        return " ".join(plain(block.phrase) for block in section.blocks if hasattr(block, "phrase"))

    boxes = statement(NETWORKS["boxes"])
    assert "At every x in [−1, 1] × [1/2, 1] each matrix" in boxes
    assert "and almost all values of the free weights" in statement(NETWORKS["witness"])
    assert "is invex on ℝ²" in statement(NETWORKS["multi-affine"])
    assert "some Clarke-stationary point is not a global minimiser" in statement(NETWORKS["zero-gradient"])


# -- pictures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", NETWORKS)
def test_pictures_of_networks_are_not_empty(rule: str, tmp_path: Path) -> None:
    replayed = replay(NETWORKS[rule])
    save_plot(replayed, tmp_path / "f.png", thumbnail=True)
    constant = rule in ("bottleneck", "dependent-outputs")  # where the determinant is 0 everywhere
    assert matplotlib.image.imread(tmp_path / "f.png").std() > (0 if constant else 0.02)


def test_pictures_of_networks_are_deterministic(tmp_path: Path) -> None:
    for suffix in (".svg", ".png"):
        files = [tmp_path / f"{k}{suffix}" for k in range(2)]
        for file in files:
            save_plot(replay(NETWORKS["witness"]), file)
        assert files[0].read_bytes() == files[1].read_bytes(), suffix


def claim_of(found: dict[str, Any]) -> MapClaim:
    claim = replay(found).claim
    assert isinstance(claim, MapClaim)
    return claim


def test_the_boxes_of_a_picture_are_those_that_meet_the_plane() -> None:
    found = residual(A3, B3, {"rule": "boxes", "tree": "02c1cc12ccc"}, region=[["-1", "1"]] * 3)
    replayed = replay(found)
    scenery = survey(replayed, claim_of(found), (1, 2))
    # x1 first; left half by x3, then its upper half by x2; right half by x2, then its lower half by x3
    left, right = (
        [(-1, -1, 1, 2), (-1, -1, 1, 1), (-1, 0, 1, 1)],
        [(0, -1, 1, 1), (0, -1, 1, 1), (0, 0, 1, 1)],
    )
    assert sorted(rectangle[:4] for rectangle in scenery.rectangles) == sorted([*left, *right])
    assert scenery.others == "$x_{3}$ = 0"
    with pytest.raises(ReportError, match="two different coordinates from 1 to 3"):
        survey(replayed, claim_of(found), (2, 4))
    with pytest.raises(ReportError, match="two different"):
        survey(replayed, claim_of(found), (2, 2))


def test_points_of_a_refutation_are_in_the_picture() -> None:
    w = fractions([[-2, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
    nodes = [["input", [4]], ["pointwise", 0, 0], ["linear", 1, "W", None], ["add", 0, 2]]
    for to in (["2", "1", "1", "1"], ["2", "0", "1", "0"]):
        step = {"rule": "sign-change", "from": ["0"] * 4, "to": to}
        found = document(nodes, {"W": w}, step, negated=True)
        scenery = survey(replay(found), claim_of(found))
        ends = [float(v) for v in to]
        for mark, place in zip(scenery.marks, ([0.0] * 4, ends), strict=True):
            where = scenery.parameters(mark.point)
            assert scenery.points(*map(np.asarray, where)) == pytest.approx(place)
            for value, (low, high) in zip(where, scenery.ranges, strict=True):
                assert low <= value <= high


def test_the_command_line_draws_a_slice(tmp_path: Path) -> None:
    (tmp_path / "f.cert.json").write_bytes(canonical_bytes(NETWORKS["boxes"]))
    done = run("explain", "f.cert.json", "--plot", "f.png", "--slice", "2,1", cwd=tmp_path)
    assert done.status == 0, done.err
    assert matplotlib.image.imread(tmp_path / "f.png").std() > 0.02
    for wrong in ("2,3", "2", "1,x"):
        refused = run("explain", "f.cert.json", "--plot", "f.png", "--slice", wrong, cwd=tmp_path)
        assert refused.status == 2
        assert "Traceback" not in refused.err


def test_what_is_drawn_is_what_it_says() -> None:
    x = np.random.default_rng(3).uniform(-2, 2, (20, 2))
    square = Network.from_subject(NETWORKS["contraction"]["claim"]["subject"])
    step = 1e-6
    rows = [(output(square, x + step * e) - output(square, x - step * e)) / (2 * step) for e in np.eye(2)]
    expected = np.linalg.det(np.stack(rows, axis=-1))
    assert determinant(square, x) == pytest.approx(expected, rel=1e-5)
    wide = Network.from_subject(NETWORKS["selections"]["claim"]["subject"])
    assert volume(wide, x) == pytest.approx(np.linalg.norm(jacobian(wide, x)[:, 0], axis=-1))
    flat = Network.from_subject(
        {"functions": [], "tensors": {}, **NETWORKS["dependent-outputs"]["claim"]["subject"]}
    )
    assert not determinant(flat, x).any()
    composed = Network.from_subject(NETWORKS["entrywise"]["claim"]["subject"])
    if composed.loss is not None:
        z = output(composed, x)
        assert loss(composed, x) == pytest.approx(np.log(np.exp(z).sum(-1)) - z @ [1 / 3, 2 / 3])


def test_a_function_of_one_variable_has_no_slices(tmp_path: Path) -> None:
    found = next(d for d in EXAMPLES if d["claim"]["kind"] == "activation.convex")
    with pytest.raises(ReportError, match="have coordinates"):
        explain(found, plot=tmp_path / "f.svg", coordinates=(1, 2))
