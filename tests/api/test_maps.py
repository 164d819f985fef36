"""The Python interface for networks: subjects of all sorts, results, certificates, changes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import invexproof
from invexproof import check, explain, invexify, prove_composition, prove_map
from invexproof.claims import ALMOST_EVERYWHERE, NONSINGULAR, ClaimError, map_kind_of
from invexproof.comparison import Wanted, compare
from invexproof.errors import InvexproofError
from invexproof.map_questions import MapQuestion, claim_text
from invexproof.map_subjects import composition_target, map_target
from invexproof.networks import network as network_module
from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.identity import same_network
from invexproof.networks.loading import load, read_shape
from invexproof.networks.network import Network
from invexproof.networks.samples import residual_block
from invexproof.networks.yaml_files import network_of_yaml
from invexproof.proving import Prover
from invexproof.results import NoCertificateError

RESIDUAL = "input: 2\nnetwork: [{residual: [{linear: [[1, 2], [-2, 1]]}, tanh]}]\n"


def residual() -> Network:
    return network_of_yaml(RESIDUAL)


def test_prove_save_check_explain(tmp_path: Path) -> None:
    result = prove_map(residual())
    assert (result.verdict, result.vacuous, result.exit_code) == ("proved", None, 0)
    assert "full row rank 2" in result.statement
    path = result.save(tmp_path / "a.cert.json.gz")
    assert check(path, against=residual()).status == "VALID"
    assert result.certificate is not None
    assert check(result.certificate, against="x1, x2").code == "subject"
    assert "row rank 2" in result.explain()
    assert "row rank 2" in explain(path, form="terminal")
    subject = result.to_json()["subject"]
    assert {key: subject[key] for key in ("name", "n", "k", "nodes", "loss")} == {
        "name": "the network", "n": 2, "k": 2, "nodes": 4, "loss": None,
    }  # fmt: skip
    assert result.checked is not None
    assert result.checked.verified is not None
    assert subject["digest"] == result.checked.verified.subject_digest


def test_compositions(tmp_path: Path) -> None:
    result = prove_composition(
        residual(), "huber:1", region=[(-1, 1), ("0", "1/2")], out=tmp_path / "a.cert.json"
    )
    assert result.verdict == "proved"
    assert "[-1, 1] x [0, 1/2]" in result.statement
    assert result.to_json()["region"] == [["-1", "1"], ["0", "1/2"]]
    again = prove_composition(str(result.path))  # with the loss in the certificate
    assert again.verdict == "proved"
    assert check(tmp_path / "a.cert.json", against=tmp_path / "a.cert.json").status == "VALID"


def test_refuted_and_undecided(tmp_path: Path) -> None:
    result = prove_map("tanh(x1 + 1) - tanh(x1 - 1)")
    assert (result.verdict, result.exit_code) == ("refuted", 10)
    undecided = prove_map(residual(), timeout=0.0001)
    assert undecided.verdict == "undecided"
    assert "time" in undecided.reason
    with pytest.raises(NoCertificateError, match="undecided"):
        undecided.save(tmp_path / "a.cert.json")


def test_almost_everywhere() -> None:
    free = network_of_yaml("network: [{linear: {free: [2, 2]}}, tanh]")
    result = prove_map(free, "nonsingular-almost-everywhere")
    assert result.verdict == "proved"
    with pytest.raises(ClaimError, match="almost all"):
        prove_map(free)
    with pytest.raises(ClaimError, match="all of R"):
        prove_map(residual(), ALMOST_EVERYWHERE, region="[-1,1]^2")


@pytest.mark.torch
def test_modules() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)
    module = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Sigmoid())
    result = prove_map(module, input_shape=(2,))
    assert result.verdict == "proved"
    assert check(result.certificate, against=module, input_shape=(2,)).status == "VALID"  # type: ignore[arg-type]
    with torch.no_grad():
        module[0].weight.add_(1e-3)
    assert check(result.certificate, against=module, input_shape=(2,)).code == "subject"  # type: ignore[arg-type]
    with pytest.raises(NetworkError, match="shape of one input"):
        prove_map(module)
    program = torch.export.export(module.eval(), (torch.zeros(1, 2),))
    assert same_network(map_target(program).network, map_target(module, (2,)).network)


def test_large_weights_travel_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "MAX_INLINE_BYTES", 50)
    result = prove_map(residual_block(2, 3, norm=0.5))
    assert result.verdict == "proved"
    assert result.sidecar is not None
    assert result.certificate is not None
    assert check(result.certificate).status == "INVALID"  # a document has no folder
    path = result.save(tmp_path / "a.cert.json")
    assert {p.name for p in tmp_path.iterdir()} == {"a.cert.json", result.sidecar.name}
    assert check(path, against=residual_block(2, 3, norm=0.5)).status == "VALID"
    assert result.explain()
    changed = residual_block(2, 3, seed=1, norm=0.5)
    assert check(path, against=changed).code == "subject"
    with pytest.raises(InvexproofError, match="too many weights"):
        invexify(residual_block(2, 3))


def test_a_file_of_weights_that_is_there_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another certificate may need it: neither a failure nor Ctrl-C removes it."""
    monkeypatch.setattr(network_module, "MAX_INLINE_BYTES", 50)
    first = prove_map(residual_block(2, 3, norm=0.5), out=tmp_path / "a.cert.json")
    assert first.path is not None

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with Prover() as prover:
        monkeypatch.setattr(prover.checker, "check", interrupted)
        target = map_target(residual_block(2, 3, norm=0.5))
        with pytest.raises(KeyboardInterrupt):
            prover.prove(MapQuestion(target, out=tmp_path / "b.cert.json"))
    assert check(first.path).status == "VALID"
    assert not (tmp_path / "b.cert.json").exists()


def test_invexify() -> None:
    bump = network_of_yaml("network: [{linear: [[1], [1]], bias: [1, -1]}, tanh, {linear: [[1, -1]]}]")
    changes = invexify(bump)
    assert changes
    for change in changes:
        assert change.changes
        assert change.result.verdict == "proved"
        assert check(change.result.certificate, against=change.network).status == "VALID"  # type: ignore[arg-type]
        assert not same_network(change.network, bump)
    assert prove_map(changes[0].network).verdict == "proved"


def test_lazy_names() -> None:
    assert {"prove_map", "prove_composition", "invexify", "Change"} <= set(invexproof.__all__)
    assert all(getattr(invexproof, name) for name in invexproof.__all__)


def test_a_certificate_that_changes_while_it_is_compared_is_not_accepted(tmp_path: Path) -> None:
    path = prove_map(residual(), out=tmp_path / "a.cert.json").path
    assert path is not None
    verdict = check(path)
    b = Builder()
    other = Wanted.of(b.finish(b.pointwise(b.input(2), "tanh")))
    path.write_text("{}")
    rejected = compare(verdict, path, other)
    assert (rejected.status, rejected.code) == ("INVALID", "subject")
    assert "changed while it was read" in rejected.reason


# -- subjects and claims -------------------------------------------------------------------------------------


def test_claims() -> None:
    for text in ("nonsingular", "Nonsingular", "map.jacobian-nonsingular", "jacobian_nonsingular"):
        assert map_kind_of(text) == NONSINGULAR
    assert map_kind_of("nonsingular-almost-everywhere") == ALMOST_EVERYWHERE
    for text in ("invex", "composition.invex", "nonsense", ""):
        with pytest.raises(ClaimError):
            map_kind_of(text)


def test_claims_in_words() -> None:
    target, box = map_target(residual()), ((Fraction(-1), Fraction(1)),) * 2
    assert claim_text(target, NONSINGULAR, None, False) == (
        "the network has a nonsingular Jacobian everywhere on R^2"
    )
    assert claim_text(target, NONSINGULAR, box, False, negated=True) == (
        "the network does not have a nonsingular Jacobian everywhere on [-1, 1]^2"
    )
    wide = map_target("x1 + x2 + x3, x1 - x3")
    assert "Jacobian of full row rank 2 almost everywhere on R^3" in claim_text(
        wide, ALMOST_EVERYWHERE, None, False
    )
    loss = composition_target(residual(), "mse:1")
    assert claim_text(loss, "composition.invex", None, True, negated=True) == (
        "the squared error from 1 after the network is not invex almost everywhere on R^2"
    )


def test_a_loss_of_its_own_is_left_out_or_used(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(f"{RESIDUAL}loss: {{separable: abs(x)}}\n")
    assert map_target(path).network.loss is None
    assert map_target(path).slug == "model"
    own = composition_target(path)
    assert (own.loss, own.slug) == ("the sum of abs(x)", "model")
    other = composition_target(path, "mse")
    assert (other.loss, other.slug) == ("the squared error from 0", "model-mse")


@pytest.mark.parametrize(
    "subject", [3, None, np.zeros(2), "nosuch.yaml", "nosuch.onnx", "no_such_module:net", "tanh", "a.b:c", ""]
)
def test_what_is_no_network(subject: Any) -> None:
    with pytest.raises(NetworkError):
        map_target(subject)


def test_shapes() -> None:
    assert read_shape("3x8x8") == read_shape("3,8 × 8") == read_shape([3, 8, 8]) == (3, 8, 8)
    assert read_shape(None) is None
    for text in ("", "x", "3x", "-1", "3*4"):
        with pytest.raises(NetworkError):
            read_shape(text)


def test_rational_weights_that_are_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "MAX_INLINE_BYTES", 10)
    with pytest.raises(NetworkError, match="more than fits"):
        prove_map(residual())


def test_a_network_reads_back_from_its_certificate(tmp_path: Path) -> None:
    b = Builder()
    network = b.finish(b.pointwise(b.linear(b.input(1), np.array([[0.1]])), "tanh"))
    path = tmp_path / "a.cert.json"
    prove_map(network, out=path)
    assert load(str(path)).network == network
