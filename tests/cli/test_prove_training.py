"""``invexproof prove training`` end to end, ``check --against`` a model, and ``list``."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import invexcheck
from invexcheck.architectures.methods import COLLAPSES, METHODS
from invexcheck.supervise import Supervisor
from invexproof import proving
from invexproof.architectures.losses import LOSSES
from invexproof.architectures.reference import REFERENCES
from invexproof.cli.application import app
from invexproof.execution import Timed
from invexproof.training_methods import ALIASES
from tests.cli.running import run

MODELS = {
    "smooth": "mlp: [2, 3, 1]\nactivation: tanh\nbatch: 4\n",
    "kinks": "input: [2]\nbatch: 4\nlayers: [{linear: 3}, relu, {linear: 1}]\nloss: mse\n",
    "jumps": "input: [2]\nbatch: 4\nlayers: [{linear: 3}, {activation: 'sign(x)'}, {linear: 1}]\nloss: mse\n",
    "map": "network: [{linear: [[1, 1/2], [0, 1]]}, tanh]\n",
    "lossless": "input: [2]\nlayers: [{linear: 3}, tanh]\n",
}
CODE = """
import sys
from invexproof.architectures.builder import Builder

print("printed by the code of the user")

def graph():
    b = Builder()
    y = b.node("linear", b.data("x", [4, 2]), b.parameter("weight", [1, 2]), None)
    return b.finish(b.node("mean_squared_error", y, b.data("target", [4, 1])))

made = graph()
number = 3
def fails(): raise RuntimeError("no weights")
def leaves(): sys.exit(0)
class Needs:
    def __init__(self, width): pass
"""
COMMAND = "invexproof prove training "
METHOD_NAMES = {key[0] for table in (METHODS, COLLAPSES) for key in table}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with the models in it; modules that were imported from it are forgotten."""
    for name, text in MODELS.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    (tmp_path / "own_models.py").write_text(CODE)
    (tmp_path / "needs_more.py").write_text("import no_such_package_anywhere\n")
    (tmp_path / "misspelt.py").write_text("def f(:\n")
    monkeypatch.chdir(tmp_path)
    for name in ("own_models", "needs_more", "misspelt"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def invoke(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done.stdout


def certificates(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if ".cert.json" in name}


QUESTIONS = [
    # arguments, verdict, exit status, the name of the certificate, start, step
    (["smooth.yaml", "--step", "almost-every"], "proved", 0, "smooth.gd", "density", "almost-every"),
    (["mlp:2x3x3x1,bias=false"], "proved", 0, "mlp-2x3x3x1-bias-false.gd", "density", "every"),
    (["kinks.yaml"], "proved", 0, "kinks.gd", "density", "all-but"),
    (["kinks.yaml", "--step", "0.5"], "refuted", 10, "kinks.gd", "density", "1/2"),
    (["kinks.yaml", "--step", "1/2", "--optimizer", "full-batch"], "refuted", 10, "kinks.gd", "density", "1/2"),
    (["kinks.yaml", "--step", "1e-3"], "proved", 0, "kinks.gd", "density", "1/1000"),
    (["smooth.yaml", "--step", ".25"], "proved", 0, "smooth.gd", "density", "1/4"),
    (["smooth.yaml", "--step", "Every"], "proved", 0, "smooth.gd", "density", "every"),
    (["smooth.yaml", "--optimizer", "weight-decay"], "proved", 0, "smooth.weight-decay", "density", "every"),
    (["mlp:2x1", "--loss", "mse"], "proved", 0, "mlp-2x1.gd", "density", "almost-every"),
    (["mlp:2x3x1,bias=false", "--optimizer", "SGD", "--step", "almost-every"], "proved", 0,
     "mlp-2x3x1-bias-false.sgd", "density", "almost-every"),
    (["kinks.yaml", "--optimizer", "heavy_ball"], "proved", 0, "kinks.momentum", "density", "every"),
    (["smooth.yaml", "--optimizer", "torch.optim.AdamW", "--start", "zero"], "proved", 0, "smooth.adamw", "zero",
     "almost-every"),
    (["kinks.yaml", "--optimizer", "adam", "--start", "zero"], "proved", 0, "kinks.adam", "zero",
     "almost-every-sequence"),
    (["kinks.yaml", "--optimizer", "weight-clipping"], "refuted", 10, "kinks.projection", None, None),
    (["jumps.yaml", "--optimizer", "quantized"], "refuted", 10, "jumps.rounding", None, None),
    (["kinks.yaml", "--claim", "paa"], "proved", 0, "kinks.paa", None, None),
    (["jumps.yaml"], "proved", 0, "jumps.gd", "density", "almost-every"),
    (["own_models:graph", "--l2", "1/10"], "proved", 0, "graph.gd", "density", "almost-every"),
    (["own_models:made"], "proved", 0, "made.gd", "density", "almost-every"),
    (["lossless.yaml", "--loss", "huber:sum,delta=1/2", "--step", "almost-every"], "proved", 0, "lossless.gd",
     "density", "almost-every"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "verdict", "status", "name", "start", "step"),
    QUESTIONS,
    ids=[" ".join(q[0]) for q in QUESTIONS],
)
def test_verdict_status_and_json(
    arguments: list[str], verdict: str, status: int, name: str, start: str, step: str, folder: Path
) -> None:
    answer = json.loads(invoke("prove", "training", *arguments, "--json", status=status))
    assert answer["verdict"] == verdict
    assert (answer["start"], answer["step"]) == (start, step)
    assert certificates(folder) == {answer["certificate"]} == {f"{name}.cert.json"}
    checked = invexcheck.check(answer["certificate"])
    assert checked.status == "VALID"
    assert checked.verified is not None
    assert checked.verified.negated is (verdict == "refuted")
    assert checked.verified.statement == answer["statement"]
    assert checked.verified.subject_digest == answer["subject"]["digest"]


def test_text_says_verdict_statement_conditions_file_and_next_steps(folder: Path) -> None:
    ended = run(
        "prove", "training", "gpt:depth=2,width=8,heads=2,context=4", "-o", "c.cert.json.gz", cwd=folder
    )
    assert ended.status == 0
    headline, statement, *_ = ended.out.splitlines()
    assert re.fullmatch("proved: gd on gpt:.* is non-singular for .*every step size", headline)
    assert re.match("  For every (real )?step size eta", statement)
    assert "    tokens: integer [8, 4] in [0, 50256]\n" in ended.out
    assert "  certificate: c.cert.json.gz (" in ended.out
    assert "  invexcheck c.cert.json.gz\n" in ended.out
    assert "--optimizer adam" in ended.out
    assert invexcheck.check(folder / "c.cert.json.gz").status == "VALID"


def test_long_statements_are_shortened_but_not_the_conditions() -> None:
    text = invoke(
        "prove", "training", "resnet:stages=1x1,width=4,image=3x8x8,stem=cifar", "--loss", "cross-entropy"
    )
    assert "more lines, which invexcheck prints" in text
    assert len(text.splitlines()) < 50
    assert "target: integer [8] in [0, 999]" in text


def commands(text: str) -> list[list[str]]:
    """The commands that an answer suggests, without their comments."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith(COMMAND)]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_the_open_case_names_what_can_be_asked_instead() -> None:
    asked = [
        "prove",
        "training",
        "kinks.yaml",
        "--optimizer",
        "adam",
        "--start",
        "zero",
        "--step",
        "almost-every",
    ]
    text = invoke(*asked, status=20)
    assert text.startswith("undecided: whether adam on kinks is non-singular from a state of zeros")
    assert "open problem" in text
    assert "instead of relu" in text
    density, sequence = commands(text)
    assert density[-2:] == ["--start", "density"]
    assert sequence[-4:] == ["--start", "zero", "--step", "almost-every-sequence"]
    for suggestion in (density, sequence):
        invoke(*suggestion)
    assert "proved" in invoke(*[a.replace("kinks", "smooth") for a in asked])


@pytest.mark.parametrize(
    "asked",
    [
        ["jumps.yaml", "--claim", "paa"],
        ["jumps.yaml", "--optimizer", "ista"],
        ["kinks.yaml", "--step", "every"],
        ["mlp:2x1", "--step", "1/7"],
        ["mlp:2x1", "--step", "every"],
        ["mlp:2x1", "--step", "all-but"],
    ],
)
def test_what_is_suggested_where_nothing_is_known_can_be_proved(asked: list[str]) -> None:
    text = invoke("prove", "training", *asked, status=20)
    for suggestion in commands(text):
        invoke(*suggestion)
    assert commands(text)


def test_answers_about_step_sizes_say_which_are_good_and_what_is_known() -> None:
    asked = ["prove", "training", "kinks.yaml"]
    first = invoke(*asked).splitlines()[0]
    assert first == "proved: gd on kinks is non-singular for every step size but 1/2, which is bad"
    assert "the step size 1/2 is bad, whatever the data are" in invoke(*asked, "--step", "every", status=20)
    assert "not non-singular for the step size 1/2" in invoke(*asked, "--step", "1/2", status=10)
    assert "For the step size eta = 1/10," in invoke(*asked, "--step", "0.1")
    linear = ["prove", "training", "mlp:2x1", "--loss", "mse", "--step"]
    for step, guess in (("1/7", "1/7 is good"), ("every", "none is bad"), ("all-but", "one at most is bad")):
        text = " ".join(invoke(*linear, step, status=20).split())
        assert "reason: countably many step sizes may be bad, all others are good" in text
        assert f"that {guess} is not known: " in text


def test_suggestions_repeat_the_settings() -> None:
    given = [
        "smooth.yaml",
        "--loss",
        "l1",
        "--l2",
        "1/10",
        "--parameters",
        "layers.*",
        "--parameters",
        "!*bias",
    ]
    text = invoke("prove", "training", *given, "--optimizer", "adam")
    [again] = commands(text)
    assert again == ["prove", "training", *given, "--optimizer", "adam", "--start", "zero"]


@pytest.mark.parametrize("alias", sorted({*ALIASES, *METHOD_NAMES}))
def test_optimisers_and_their_other_names_are_known(alias: str) -> None:
    from invexproof.training_methods import training_of

    asked = training_of(alias)
    assert asked.method in METHOD_NAMES
    always_refuted = (asked.method, "") in COLLAPSES
    assert (always_refuted and not asked.step) or (asked.method, asked.start, asked.step) in METHODS


BAD_INPUT = [
    ([], "say which model"),
    (["nosuch.yaml"], "no file 'nosuch.yaml'"),
    (["vti:depth=2"], r"did you mean vit\?"),
    (["vit:depht=2"], r"did you mean depth\?"),
    (["."], "folder"),
    (["map.yaml"], "invexproof prove map map.yaml"),
    (["lossless.yaml"], r"\[8, 3\].*invexproof list losses"),
    (["smooth.yaml", "--loss", "msee"], r"did you mean mse\?"),
    (["smooth.yaml", "--loss", "cross-entropy:smoothing=2"], "smoothing"),
    (["smooth.yaml", "--optimizer", "adan"], r"did you mean adam\?.*list optimizers"),
    (["smooth.yaml", "--optimizer", "adam", "--step", "0.1"], "one step size of adam.*--step every"),
    (["smooth.yaml", "--step", "-1"], "--step -1 is not positive.*such as 1/10"),
    (["smooth.yaml", "--step", "0"], "--step 0 is not positive"),
    (["smooth.yaml", "--step", "0/5"], "not positive"),
    (["smooth.yaml", "--step", "1/0"], "--step 1/0 is no number"),
    (["smooth.yaml", "--step", "nan"], "--step 'nan'.*a positive number such as 1/10"),
    (["smooth.yaml", "--step", "inf"], "a positive number"),
    (["smooth.yaml", "--step", "1/2/3"], "a positive number"),
    (["smooth.yaml", "--step", "0,1"], "a positive number"),
    (["smooth.yaml", "--step", "1e999"], "--step 1e999 is no number.*powers of ten"),
    (["smooth.yaml", "--step", "evry"], r"did you mean every\?"),
    (
        ["smooth.yaml", "--step", "0.1", "--optimizer", "sgd"],
        "one step size of sgd.*--step almost-every or every",
    ),
    (["smooth.yaml", "--step", "every", "--optimizer", "projection"], "leave out --start and --step"),
    (["smooth.yaml", "--step", "often"], "almost-every"),
    (["smooth.yaml", "--start", "zero"], "no state"),
    (["smooth.yaml", "--start", "zeros", "--optimizer", "adam"], r"did you mean zero\?"),
    (["smooth.yaml", "--claim", "pa"], r"did you mean paa\?"),
    (["smooth.yaml", "--claim", "paa", "--optimizer", "adam"], "loss alone"),
    (["smooth.yaml", "--l2", "0"], "not positive"),
    (["smooth.yaml", "--l2", "x"], "not a number"),
    (["smooth.yaml", "--parameters", "nosuch"], "fits no parameter.*layers.0.weight"),
    (["smooth.yaml", "--parameters", "!*"], "does not depend on a parameter"),
    (["smooth.yaml", "--input", "4x2"], "batch=4"),
    (["smooth.yaml", "--mode", "eval"], "in training"),
    (["smooth.yaml", "--semantics", "textbook"], "PyTorch"),
    (["smooth.yaml", "--output", "1"], "no output '1'"),
    (["smooth.yaml", "--output", "a.cert.json"], "-o a.cert.json"),
    (["smooth.yaml", "-o", "none/a.cert.json"], "mkdir -p none"),
    (["own_models:made", "--loss", "mse"], "has a loss already"),
    (["own_models:nosuch"], "own_models has no nosuch; it has .*made"),
    (["own_models:number"], "number is int"),
    (["own_models:fails"], "RuntimeError: no weights\n.*own_models.py, line 14"),
    (["own_models:leaves"], "SystemExit"),
    (["own_models:Needs"], "TypeError.*width"),
    (["needs_more:x"], "imports no_such_package_anywhere"),
    (["misspelt:f"], "SyntaxError"),
    (["no_such_module_anywhere:x"], "no module no_such_module_anywhere"),
]


@pytest.mark.parametrize(("arguments", "pattern"), BAD_INPUT, ids=[" ".join(a)[:60] for a, _ in BAD_INPUT])
def test_bad_input_is_a_message_and_status_2(arguments: list[str], pattern: str, folder: Path) -> None:
    ended = CliRunner().invoke(app, ["prove", "training", *arguments])
    assert ended.exit_code == 2, ended.output
    assert not ended.stdout
    assert re.search(pattern, ended.stderr, re.S), ended.stderr
    assert "Traceback" not in ended.output
    assert not certificates(folder)


@pytest.mark.parametrize(
    ("name", "content", "pattern"),
    [
        ("a.yaml", "layers: [{linaer: 3}]\ninput: [2]\n", "line 1.*did you mean linear"),
        ("a.yaml", "mlpp: [2, 3]\n", "did you mean mlp"),
        ("a.onnx", "rubbish", "ONNX|onnx"),
        ("a.pt2", "rubbish", "exported program|PyTorch"),
        ("a.cert.json", "{}", "no certificate about a training problem"),
        ("a.txt", "x", "not known how to read"),
    ],
)
def test_files_that_are_no_training_problems(name: str, content: str, pattern: str, folder: Path) -> None:
    (folder / name).write_text(content)
    ended = CliRunner().invoke(app, ["prove", "training", name, "--loss", "mse"])
    assert ended.exit_code == 2, ended.output
    assert re.search(pattern, ended.output), ended.output


def test_a_training_problem_is_no_map() -> None:
    ended = CliRunner().invoke(app, ["prove", "map", "smooth.yaml"])
    assert ended.exit_code == 2
    assert "invexproof prove training smooth.yaml" in ended.stderr


def test_what_the_users_code_prints_is_no_part_of_the_answer(folder: Path) -> None:
    ended = run("prove", "training", "own_models:graph", "--json", cwd=folder)
    assert ended.json()["verdict"] == "proved"
    assert "printed by the code of the user" in ended.err
    assert str(folder) not in sys.path


def test_a_module_may_be_called_like_an_architecture(folder: Path) -> None:
    (folder / "unet.py").write_text(CODE)
    assert "proved: gd on graph" in invoke("prove", "training", "unet:graph")
    sys.modules.pop("unet")


# -- check ---------------------------------------------------------------------------------------------------


def test_check_against_a_model(folder: Path) -> None:
    invoke("prove", "training", "kinks.yaml", "--optimizer", "adam")
    certificate = "kinks.adam.cert.json"
    for same in ("kinks.yaml", "mlp:2x3x1,activation=relu,batch=4", certificate):
        assert f"{certificate}: VALID" in invoke("check", certificate, "--against", same)
    different = {
        ("mlp:2x3x1,batch=4",): "node 1 is relu in the certificate, tanh in mlp:2x3x1,batch=4",
        ("mlp:2x5x1,activation=relu,batch=4",): r"has the shape \[3, 2\] in the certificate, \[5, 2\] in",
        ("mlp:2x3x1,activation=relu",): r"x has the shape \[4, 2\] in the certificate, \[8, 2\]",
        (
            "kinks.yaml",
            "--loss",
            "l1",
        ): "node 3 is mean_squared_error in the certificate, absolute_error in kinks",
        (
            "kinks.yaml",
            "--loss",
            "mse:sum",
        ): "mean_squared_error: reduction is left out in the certificate, sum in",
        ("kinks.yaml", "--l2", "1/10"): "goes on with node 4, squared_norm",
        (
            "kinks.yaml",
            "--parameters",
            "!*.bias",
        ): "layers.0.bias is trained or given as parameter in the certificate",
        ("map.yaml",): "map.yaml is none",
        ("gelu",): "gelu is none",
    }
    for options, pattern in different.items():
        text = invoke("check", certificate, "--against", *options, status=1)
        assert "INVALID (subject)" in text
        assert re.search(pattern, text), text
    for options, pattern in ((["nosuch"], "no file"), (["kinks.yaml", "--loss", "msee"], "did you mean mse")):
        ended = CliRunner().invoke(app, ["check", certificate, "--against", *options])
        assert ended.exit_code == 2
        assert re.search(pattern, ended.stderr)


def test_the_loss_of_the_certificate_is_a_hint_and_other_settings_are_named() -> None:
    options = ["--loss", "huber:delta=1/3", "--l2", "1/10"]
    invoke("prove", "training", "lossless.yaml", *options)
    text = invoke("check", "lossless.gd.cert.json", "--against", "lossless.yaml", status=1)
    assert "with the loss huber:delta=1/3" in text
    assert "it says that it was made with --l2 1/10" in text
    assert "VALID" in invoke("check", "lossless.gd.cert.json", "--against", "lossless.yaml", "--l2", "0.1")


def test_certificates_about_other_things_are_not_about_a_model(folder: Path) -> None:
    invoke("prove", "map", "map.yaml")
    invoke("prove", "activation", "tanh", "--claim", "lipschitz", "--constant", "1")
    for certificate in certificates(folder):
        text = invoke("check", certificate, "--against", "smooth.yaml", status=1)
        assert "smooth.yaml is a training problem" in text


def test_a_provenance_that_lies_changes_nothing(folder: Path) -> None:
    invoke("prove", "training", "kinks.yaml")
    document = json.loads((folder / "kinks.gd.cert.json").read_bytes())
    for options in ({"loss": "own"}, {"loss": 3, "mode": "x"}, {"inputs": "1x2", "output": "7"}, [], None):
        document["provenance"]["options"] = options
        (folder / "lying.cert.json").write_text(json.dumps(document, sort_keys=True, separators=(",", ":")))
        assert "VALID" in invoke("check", "lying.cert.json", "--against", "kinks.yaml")
        assert "INVALID" in invoke("check", "lying.cert.json", "--against", "smooth.yaml", status=1)


# -- robustness ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "name"), [(proving, "answer_here"), (Supervisor, "check")], ids=["search", "check"]
)
def test_interrupt_leaves_nothing(
    place: Any, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, name, interrupted)
    ended = CliRunner().invoke(app, ["prove", "training", "smooth.yaml"])
    assert ended.exit_code == 130
    assert "interrupted" in ended.stderr
    assert not certificates(folder)


def test_a_certificate_about_another_problem_is_no_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the prover says: the claim in the file must be the one that was asked."""
    invoke("prove", "training", "smooth.yaml", "-o", "other.cert.json")
    document = json.loads((folder / "other.cert.json").read_bytes())
    reply = {"verdict": "proved", "document": document, "reason": "", "boxes": [], "delta": None, "notes": []}
    monkeypatch.setattr(proving, "answer_here", lambda *_: Timed(reply, 0.0))
    for arguments in (
        ["kinks.yaml"],
        ["smooth.yaml", "--optimizer", "sgd"],
        ["smooth.yaml", "--claim", "paa"],
    ):
        answer = json.loads(invoke("prove", "training", *arguments, "-o", "a.cert.json", "--json", status=20))
        assert (answer["verdict"], answer["certificate"]) == ("undecided", None)
        assert "another claim" in answer["reason"]


# -- list ----------------------------------------------------------------------------------------------------


def test_lists() -> None:
    names = {
        "optimizers": METHOD_NAMES,
        "losses": set(LOSSES),
        "architectures": set(REFERENCES),
    }
    for what, expected in names.items():
        assert {entry["name"] for entry in json.loads(invoke("list", what, "--json"))[what]} == expected
        assert all(name in invoke("list", what) for name in expected)
    assert "training.paa" in {
        entry["kind"] for entry in json.loads(invoke("list", "claims", "--json"))["claims"]
    }
    assert "heavy-ball" in invoke("list", "optimizers", "--search", "POLYAK")
    ended = CliRunner().invoke(app, ["list", "losses", "--fifty"])
    assert ended.exit_code == 2


# -- PyTorch and ONNX ----------------------------------------------------------------------------------------

TORCH = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, width), nn.BatchNorm1d(width), nn.GELU(), nn.Dropout(0.1))
        self.head = nn.Linear(width, 3)
    def forward(self, x):
        return self.head(self.body(x))

net = Net()

class Broken(Net):
    def forward(self, x):
        raise ValueError("boom in forward")

class WithLoss(Net):
    def forward(self, x, labels):
        logits = self.head(self.body(x))
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}
"""


@pytest.fixture
def torch_models(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module torch_models in the current folder, after importing it."""
    pytest.importorskip("torch")
    (folder / "torch_models.py").write_text(TORCH)
    monkeypatch.delitem(sys.modules, "torch_models", raising=False)
    with monkeypatch.context() as patch:
        patch.syspath_prepend(folder)
        return importlib.import_module("torch_models")


@pytest.mark.torch
def test_modules_and_programs_are_one_problem(torch_models: Any, folder: Path) -> None:
    """A class, an instance and an exported program; the certificate is about each of them."""
    shapes = ["--input", "5x2"]
    invoke("prove", "training", "torch_models:Net", "--loss", "cross-entropy", *shapes)
    torch = torch_models.torch
    example = (torch.zeros(5, 2),)
    torch.export.save(torch.export.export(torch_models.Net().train(), example), "net.pt2")
    against = [["torch_models:Net"], ["torch_models:net", *shapes], ["net.pt2", "--loss", "cross-entropy"]]
    for subject in against:
        assert "net.gd.cert.json: VALID" in invoke("check", "net.gd.cert.json", "--against", *subject)
    for subject in (["torch_models:Net", "--mode", "eval"], ["torch_models:Net", "--input", "6x2"]):
        assert "another training problem" in invoke(
            "check", "net.gd.cert.json", "--against", *subject, status=1
        )


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")  # of the exporter
def test_an_onnx_file_is_the_problem_of_the_module_that_was_exported(torch_models: Any) -> None:
    pytest.importorskip("onnx")
    torch = torch_models.torch
    example, training = (torch.zeros(5, 2),), torch.onnx.TrainingMode.TRAINING
    torch.onnx.export(
        torch_models.Net(), example, "net.onnx", dynamo=False, training=training, do_constant_folding=False
    )
    invoke("prove", "training", "net.onnx", "--loss", "cross-entropy", "--input", "5x2")
    assert "VALID" in invoke("check", "net.gd.cert.json", "--against", "torch_models:Net")


@pytest.mark.torch
def test_models_that_return_their_loss(torch_models: Any) -> None:
    given = ["torch_models:WithLoss", "--input", "x=5x2,labels=5:int64"]
    text = invoke("prove", "training", *given)
    assert "of the outputs loss, logits, loss is taken" in text
    assert "cross_entropy" in text
    assert "logits is taken" in invoke("prove", "training", *given, "--loss", "mse")
    assert "mean_squared_error" in invoke("prove", "training", *given, "--loss", "mse", "--output", "1")


@pytest.mark.torch
@pytest.mark.parametrize(
    ("arguments", "pattern"),
    [
        (["torch_models:Net"], "--input x=8x16"),
        (["torch_models:Net", "--input", "5x2"], "which loss"),
        (["torch_models:Net", "--input", "5x3", "--loss", "mse"], r"\[5, 3\].*"),
        (["torch_models:Net", "--input", "5x", "--loss", "mse"], "5x"),
        (["torch_models:Net", "--input", "y=5x2", "--loss", "mse"], "no input y; its inputs are x"),
        (["torch_models:Broken", "--input", "5x2", "--loss", "mse"], "boom in forward"),
        (["torch_models:Net", "--input", "5x2", "--loss", "own"], "own loss is one number"),
    ],
)
def test_modules_that_do_not_fit(arguments: list[str], pattern: str, torch_models: Any, folder: Path) -> None:
    ended = CliRunner().invoke(app, ["prove", "training", *arguments])
    assert ended.exit_code == 2, ended.output
    assert re.search(pattern, ended.stderr, re.S), ended.stderr
    assert not certificates(folder)


def test_without_pytorch_a_program_is_a_message(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    (folder / "net.pt2").write_text("anything")
    ended = CliRunner().invoke(app, ["prove", "training", "net.pt2", "--loss", "mse"])
    assert ended.exit_code == 2
    assert "pip install 'invexproof[torch]'" in ended.stderr
