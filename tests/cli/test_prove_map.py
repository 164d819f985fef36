"""``invexproof prove map``, ``prove composition`` and ``invexify`` end to end, and certificates about networks."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import invexcheck
from invexcheck.supervise import Supervisor
from invexproof.cli.application import app
from invexproof.execution import Timed, Workers
from invexproof.networks import network as network_module
from invexproof.networks.identity import same_network
from invexproof.networks.yaml_files import read_yaml
from tests.cli.running import run

MODELS = {
    # det = 1 + s + t + 5st for slopes s, t in (0, 1]
    "residual": "input: 2\nnetwork: [{residual: [{linear: [[1, 2], [-2, 1]]}, tanh]}]\n",
    # tanh(x + 1) - tanh(x - 1): its slope is 0 at 0
    "bump": "network: [{linear: [[1], [1]], bias: [1, -1]}, tanh, {linear: [[1, -1]]}]\nloss: {separable: x^2}\n",
    "kinks": "network: [{linear: [[2, 1], [1, 2]]}, leakyrelu]\n",
    "free": "network: [{linear: {free: [2, 2]}}, tanh]\n",
    "relu": "network: [{linear: [[1, 0], [0, 1]]}, relu]\n",
}
KEYS = {
    "verdict", "claim", "constant", "region", "almost_everywhere", "subject", "parameters", "statement", "vacuous",
    "certificate", "sha256", "rules", "lemmas", "reason", "boxes", "delta", "notes", "opinions", "warnings", "seconds",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with the models in it."""
    for name, text in MODELS.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done.stdout


def new_files(folder: Path) -> set[str]:
    return set(os.listdir(folder)) - {f"{name}.yaml" for name in MODELS}


QUESTIONS = [
    # arguments, verdict, exit status, default name of the certificate
    (["map", "residual.yaml"], "proved", 0, "residual.nonsingular"),
    (["map", "bump.yaml"], "refuted", 10, "bump.nonsingular"),
    (["map", "x1 + tanh(x2)/2, x2 - x1^3", "--region", "[-1,1]^2"], "proved", 0, None),
    (["map", "-f", "x + y^3, y - x", "--variables", "x, y"], "proved", 0, None),
    (["map", "relu.yaml", "-c", "nonsingular-almost-everywhere"], "refuted", 10,
     "relu.nonsingular-almost-everywhere"),
    (["map", "free.yaml", "-c", "map.jacobian-nonsingular-almost-everywhere"], "proved", 0, None),
    (["composition", "residual.yaml", "--loss", "mse:1/2,0"], "proved", 0, "residual-mse.invex"),
    (["composition", "kinks.yaml", "-l", "huber:1"], "proved", 0, "kinks-huber.invex"),
    (["composition", "bump.yaml", "--region", "[1,2]"], "proved", 0, "bump.invex"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "verdict", "status", "name"), QUESTIONS, ids=lambda v: str(v)[:40])
def test_verdict_status_and_json(
    arguments: list[str], verdict: str, status: int, name: str | None, folder: Path
) -> None:
    answer = json.loads(invoke("prove", *arguments, "--json", status=status))
    assert set(answer) == KEYS
    assert answer["verdict"] == verdict
    assert new_files(folder) == {answer["certificate"]}
    assert name is None or answer["certificate"] == f"{name}.cert.json"
    checked = invexcheck.check(answer["certificate"])
    assert checked.status == "VALID"
    assert checked.verified is not None
    assert checked.verified.negated is (verdict == "refuted")
    assert checked.verified.statement == answer["statement"]
    assert checked.verified.kind == answer["claim"]
    assert checked.verified.subject_digest == answer["subject"]["digest"]
    assert checked.sha256 == answer["sha256"]
    assert answer["region"] is None or len(answer["region"]) == answer["subject"]["n"]


def test_text_names_verdict_statement_file_and_next_steps(folder: Path) -> None:
    ended = run("prove", "map", "residual.yaml", "-o", "c.cert.json.gz", cwd=folder)
    assert ended.status == 0
    assert ended.out.startswith("proved: residual has a nonsingular Jacobian everywhere on R^2\n")
    assert "full row rank 2" in ended.out
    assert "\n    f0(x) = tanh(x)\n" in ended.out
    assert "invexcheck c.cert.json.gz" in ended.out
    assert invexcheck.check(folder / "c.cert.json.gz").status == "VALID"


def test_both_kinked_is_undecided_and_says_why(folder: Path) -> None:
    text = invoke("prove", "composition", "kinks.yaml", "--loss", "separable:abs(x)", status=20)
    assert text.startswith("undecided: whether the sum of abs(x) after kinks is invex on R^2")
    assert "both the loss and the network have kinks" in text
    assert "--region" in text
    assert not new_files(folder)


def test_losses_without_stationary_points_say_that_the_claim_is_vacuous() -> None:
    text = invoke("prove", "composition", "residual.yaml", "--loss", "cross-entropy:1")
    assert "cross-entropy of class 1 after residual is invex on R^2" in text
    assert "vacuously" in text


BAD_INPUT = [
    (["map"], "say which network"),
    (["map", "nosuch.yaml"], "no file 'nosuch.yaml'"),
    (["map", "residual.yaml", "-f", "x1"], "not both"),
    (["map", "residual.yaml", "--variables", "x,y"], "only --formulas"),
    (["map", "residual.yaml", "-c", "nonsinglar"], "did you mean nonsingular"),
    (["map", "residual.yaml", "-c", "invex"], "prove composition"),
    (["map", "residual.yaml", "--region", "[-1,1]"], re.escape('"[-1,1]^2"')),
    (["map", "residual.yaml", "--region", "[-1;1]^2"], "cannot read the region"),
    (["map", "residual.yaml", "--region", "[-1,1]^2", "-c", "nonsingular-almost-everywhere"], "all of R"),
    (["map", "residual.yaml", "--input", "3x"], "3x8x8"),
    (["map", "residual.yaml", "--input", "3"], "not 3"),
    (["map", "residual.yaml", "-o", "none/a.cert.json"], "mkdir -p none"),
    (["map", "free.yaml"], "almost all"),
    (["map", "-f", "x1 + y"], "--variables"),
    (["map", "x1+*2"], "\\^"),
    (["map", "."], "folder"),
    (["composition", "residual.yaml"], "no loss of its own"),
    (["composition", "residual.yaml", "-l", "mse:1,2,3"], "3 targets for 2 outputs"),
    (["composition", "residual.yaml", "-l", "cross-entropy:2"], "numbered 0 to 1"),
    (
        ["composition", "residual.yaml", "-l", "mse", "--region", "[-1,1]^2", "--almost-everywhere"],
        "all of R",
    ),
]


@pytest.mark.parametrize(("arguments", "pattern"), BAD_INPUT, ids=[" ".join(a)[:60] for a, _ in BAD_INPUT])
def test_bad_input_is_a_message_and_status_2(arguments: list[str], pattern: str, folder: Path) -> None:
    ended = CliRunner().invoke(app, ["prove", *arguments])
    assert ended.exit_code == 2, ended.output
    assert not ended.stdout or "Usage" in ended.stdout
    assert re.search(pattern, ended.output), ended.output
    assert "Traceback" not in ended.output
    assert not new_files(folder)


@pytest.mark.parametrize(
    ("name", "content", "pattern"),
    [
        ("a.yaml", "network: [{linaer: [[1]]}]", "line 1.*did you mean linear"),
        ("a.onnx", "rubbish", "ONNX"),
        ("a.pt2", "rubbish", "torch.export.save|needs PyTorch"),
        ("a.cert.json", "{}", "no certificate about a network"),
        ("a.txt", "x", "not known how to read"),
    ],
)
def test_files_that_are_no_networks(name: str, content: str, pattern: str, folder: Path) -> None:
    (folder / name).write_text(content)
    ended = CliRunner().invoke(app, ["prove", "map", name])
    assert ended.exit_code == 2, ended.output
    assert re.search(pattern, ended.output), ended.output


# -- certificates about networks -----------------------------------------------------------------------------


def test_check_against_a_network(folder: Path) -> None:
    certificate, composed = "residual.nonsingular.cert.json", "residual-mse.invex.cert.json"
    invoke("prove", "map", "residual.yaml")
    invoke("prove", "composition", certificate, "--loss", "mse", "-o", composed)
    (folder / "same.yaml").write_text(MODELS["residual"].replace("-2", "-4/2"))
    for against in ("residual.yaml", "same.yaml", certificate):
        assert "2 valid" in invoke("check", certificate, composed, "--against", against)
    assert "1 valid" in invoke("check", certificate, composed, "--against", composed, status=1)
    for against in ("bump.yaml", "x1, x2", "tanh"):
        text = invoke("check", certificate, "--against", against, status=1)
        assert "another network" in text
    invoke("check", certificate, "--against", "nosuch.yaml", status=2)
    assert "Jacobian" in invoke("explain", certificate)


@pytest.fixture
def small_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are floats do not fit into certificates."""
    monkeypatch.setattr(network_module, "MAX_INLINE_BYTES", 50)


def float_model(folder: Path) -> str:
    """An ONNX-like source of floats without ONNX: a certificate that holds them."""
    from invexproof.api import prove_map
    from invexproof.networks.samples import residual_block

    prove_map(residual_block(3, 4, norm=0.5), out=folder / "floats.cert.json")
    return "floats.cert.json"


def test_large_weights_are_in_a_file_beside_the_certificate(folder: Path, small_certificates: None) -> None:
    source = float_model(folder)
    [weights] = new_files(folder) - {source}
    assert re.fullmatch(r"network-[0-9a-f]{12}\.safetensors", weights)
    (folder / "sub").mkdir()
    text = invoke("prove", "map", source, "-o", "sub/a.cert.json")
    [beside] = set(os.listdir(folder / "sub")) - {"a.cert.json"}
    assert f"weights: sub/{beside}" in text
    assert "row rank 3" in invoke("explain", "sub/a.cert.json")
    assert "2 valid" in invoke("check", source, "sub/a.cert.json", "--against", source)
    data = (folder / "sub" / beside).read_bytes()
    for change in (data[:-1] + bytes((data[-1] ^ 1,)), data[:-1], b""):
        (folder / "sub" / beside).write_bytes(change)
        assert invexcheck.check("sub/a.cert.json").status == "INVALID"
    (folder / "sub" / beside).unlink()
    assert invexcheck.check("sub/a.cert.json").status == "INVALID"
    assert "cannot be read" in CliRunner().invoke(app, ["prove", "map", "sub/a.cert.json"]).output


@pytest.mark.parametrize("where", ["search", "check"])
def test_interrupt_leaves_nothing(
    where: str, folder: Path, small_certificates: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = float_model(folder)
    before = new_files(folder)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    if where == "search":
        monkeypatch.setattr(Workers, "ask", interrupted)
    else:
        monkeypatch.setattr(Supervisor, "check", interrupted)
    (folder / "sub").mkdir()
    ended = CliRunner().invoke(app, ["prove", "map", source, "-o", "sub/a.cert.json"])
    assert ended.exit_code == 130
    assert "interrupted" in ended.stderr
    assert not os.listdir(folder / "sub")
    assert new_files(folder) == before | {"sub"}


def test_a_certificate_about_another_network_is_no_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the prover says: the claim in the file must be the one that was asked."""
    invoke("prove", "map", "residual.yaml", "-o", "other.cert.json")
    document = json.loads((folder / "other.cert.json").read_bytes())
    reply = {"verdict": "proved", "document": document, "reason": "", "boxes": [], "delta": None, "notes": []}
    monkeypatch.setattr(Workers, "ask", lambda *_: Timed(reply, 0.0))
    for arguments in (["bump.yaml"], ["residual.yaml", "--region", "[0,1]^2"], ["kinks.yaml"]):
        answer = json.loads(invoke("prove", "map", *arguments, "-o", "a.cert.json", "--json", status=20))
        assert (answer["verdict"], answer["certificate"]) == ("undecided", None)
        assert "another claim" in answer["reason"]
    assert new_files(folder) == {"other.cert.json", "a.cert.json.rejected"}


# -- PyTorch -------------------------------------------------------------------------------------------------

MODULE = """
import torch

def block():
    torch.manual_seed(0)
    net = torch.nn.Linear(2, 2).double()
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[1.0, 0.5], [0.0, 1.0]]))
    return torch.nn.Sequential(net, torch.nn.Tanh())
"""


@pytest.mark.torch
def test_modules_are_imported_on_request_from_the_current_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    (folder / "some_models.py").write_text(MODULE)
    path = list(sys.path)
    invoke("prove", "map", "some_models:block", "--input", "2")
    assert sys.path == path
    certificate = "block.nonsingular.cert.json"
    assert "VALID" in invoke("check", certificate, "--against", "some_models:block", "--input", "2")
    import some_models  # type: ignore[import-not-found]

    module = some_models.block().eval()
    torch.export.save(torch.export.export(module, (torch.zeros(1, 2).double(),)), "block.pt2")
    assert "VALID" in invoke("check", certificate, "--against", "block.pt2")


@pytest.mark.torch
@pytest.mark.parametrize(
    ("text", "arguments", "pattern"),
    [
        (MODULE, [], "shape of one input"),
        (MODULE, ["--input", "3"], "cannot export"),
        ("import sys; sys.exit(0)", ["--input", "2"], "SystemExit"),
        ("1/0", ["--input", "2"], "ZeroDivisionError"),
        ("def f(:", ["--input", "2"], "SyntaxError"),
        ("block = 3", ["--input", "2"], "not a torch.nn.Module"),
        ("", ["--input", "2"], "cannot be loaded"),
    ],
)
def test_modules_that_fail(text: str, arguments: list[str], pattern: str, folder: Path) -> None:
    pytest.importorskip("torch")
    name = f"failing_{abs(hash((text, *arguments)))}"
    (folder / f"{name}.py").write_text(text)
    ended = CliRunner().invoke(app, ["prove", "map", f"{name}:block", *arguments])
    assert ended.exit_code == 2, ended.output
    assert re.search(pattern, ended.output), ended.output
    assert "Traceback" not in ended.output


@pytest.mark.torch
def test_the_module_of_the_tutorial(folder: Path) -> None:
    pytest.importorskip("torch")
    shutil.copytree(Path(__file__).resolve().parents[2] / "examples", folder / "examples")
    text = invoke("prove", "map", "examples.models:block", "--input", "4")
    assert text.startswith("proved: block has a nonsingular Jacobian everywhere on R^4")


# -- invexify ------------------------------------------------------------------------------------------------


def test_invexify_saves_a_certified_change(folder: Path) -> None:
    text = invoke("invexify", "bump.yaml", "--yaml", "good.yaml")
    assert text.startswith("refuted: bump does not have a nonsingular Jacobian everywhere on R^1")
    assert "1. " in text
    certificate = "bump-changed.nonsingular.cert.json"
    checked = invexcheck.check(certificate)
    assert checked.verified is not None
    assert not checked.verified.negated
    assert not same_network(read_yaml("good.yaml"), read_yaml("bump.yaml"))
    assert "VALID" in invoke("check", certificate, "--against", "good.yaml")
    assert new_files(folder) == {certificate, "good.yaml"}


def test_invexify_chooses(folder: Path) -> None:
    answer = json.loads(invoke("invexify", "bump.yaml", "--choose", "2", "-o", "b.cert.json", "--json"))
    assert len(answer["changes"]) >= 2
    assert answer["before"]["verdict"] == "refuted"
    assert all(change["verdict"] == "proved" for change in answer["changes"])
    checked = invexcheck.check("b.cert.json")
    assert checked.verified is not None
    assert checked.verified.subject_digest == answer["changes"][1]["subject"]["digest"]
    assert new_files(folder) == {"b.cert.json"}


def test_invexify_has_no_such_change(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invexproof.cli.invexify.changes_of", lambda *_: [object()])
    ended = CliRunner().invoke(app, ["invexify", "bump.yaml", "--choose", "2"])
    assert ended.exit_code == 2
    assert "no change number 2" in ended.stderr
    assert not new_files(folder)


def test_invexify_where_nothing_is_to_be_done_or_known(folder: Path) -> None:
    assert "nothing needs to be changed" in invoke("invexify", "residual.yaml")
    assert "no change was found" in invoke("invexify", "x1^2", status=20)
    assert not new_files(folder)
