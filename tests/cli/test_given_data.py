"""``invexproof prove training --data`` and ``check --against ... --data``: claims for given data."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import invexcheck
from invexproof.cli.application import app
from tests.cli.running import run

IRIS = Path(__file__).resolve().parents[2] / "examples/data/iris.csv"
LINEAR = [
    *("mlp:3x1", "--loss", "mse", "--data", "iris.csv"),
    *("--columns", "target=petal_width", "--columns", "x=1-3"),
]
DEEP = ["mlp:4x3x3,bias=false", "--loss", "mse", "--data", "iris.csv", "--columns", "target=one-hot:species"]
BATCH = [*DEEP, "--rows", "1-12"]
RECTIFIED = ["mlp:4x3x3,activation=relu", *DEEP[1:]]
PROVE = ("prove", "training")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with data and schedules."""
    shutil.copy(IRIS, tmp_path / "iris.csv")
    (tmp_path / "schedule.csv").write_text("epoch,lr\n1,0.1\n2,0.05\n")
    (tmp_path / "model.yaml").write_text("mlp: [3, 2, 1]\nactivation: tanh\nloss: mse\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done.stdout


def suggested(text: str) -> list[list[str]]:
    """The commands about training that an answer suggests, without their comments."""
    lines = [
        line.strip() for line in text.splitlines() if line.strip().startswith("invexproof prove training ")
    ]
    return [shlex.split(line, comments=True)[1:] for line in lines]


ANSWERS = [
    # arguments, verdict, exit status, the name of the certificate, step
    (LINEAR, "proved", 0, "mlp-3x1-iris.gd", "all-but"),
    ([*LINEAR, "--step", "0.01"], "proved", 0, "mlp-3x1-iris.gd", "1/100"),
    ([*LINEAR, "--step", "between:0.01,0.1"], "proved", 0, "mlp-3x1-iris.gd", "between:1/100,1/10"),
    ([*LINEAR, "--step", "between:0.2,0.3"], "refuted", 10, "mlp-3x1-iris.gd", "between:1/5,3/10"),
    ([*LINEAR, "--step", "between:100,"], "proved", 0, "mlp-3x1-iris.gd", "between:100,"),
    ([*LINEAR, "--step", "Below:0.008"], "proved", 0, "mlp-3x1-iris.gd", "between:0,1/125"),
    ([*LINEAR, "--steps", "schedule.csv"], "proved", 0, "mlp-3x1-iris.schedule", "sizes:1/10,1/20"),
    ([*LINEAR, "--claim", "avoids-strict-saddles", "--step", "0.01"], "proved", 0, "mlp-3x1-iris.saddles", "1/100"),
    ([*LINEAR, "--optimizer", "adam"], "proved", 0, "mlp-3x1-iris.adam", "every"),
    (BATCH, "proved", 0, "mlp-4x3x3-bias-false-iris-1-12.gd", "every"),
    ([*RECTIFIED, "--step", "below"], "proved", 0, "mlp-4x3x3-activation-relu-iris.gd", "between:0,3/2"),
    ([*RECTIFIED, "--step", "3/2"], "refuted", 10, "mlp-4x3x3-activation-relu-iris.gd", "3/2"),
    (["model.yaml", *LINEAR[3:]], "proved", 0, "model-iris.gd", "every"),
    (
        ["mlp:4x3x3", "--loss", "cross-entropy", "--optimizer", "weight-decay", "--step", "inverse-decay"],
        "refuted", 10, "mlp-4x3x3.weight-decay", "inverse-decay",
    ),
    (["mlp:4x3x3", "--loss", "cross-entropy", "--steps", "schedule.csv"], "proved", 0, "mlp-4x3x3.schedule",
     "sizes:1/10,1/20"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "verdict", "status", "name", "step"),
    ANSWERS,
    ids=[" ".join(a[0])[:40] + a[4] for a in ANSWERS],
)
def test_verdict_status_and_json(
    arguments: list[str], verdict: str, status: int, name: str, step: str, folder: Path
) -> None:
    answer = json.loads(invoke(*PROVE, *arguments, "--json", status=status))
    assert (answer["verdict"], answer["step"]) == (verdict, step)
    assert answer["certificate"] == f"{name}.cert.json"
    checked = invexcheck.check(answer["certificate"])
    assert checked.status == "VALID"
    assert checked.verified is not None
    assert checked.verified.negated is (verdict == "refuted")
    assert checked.verified.subject_digest == answer["subject"]["digest"]
    claim = json.loads((folder / answer["certificate"]).read_bytes())["claim"]
    assert ("values" in claim["subject"]) is ("iris.csv" in arguments)
    assert answer["exceptions"] == claim.get("except", [])


def test_exceptions_are_told_in_words_and_the_suggestion_refutes_one() -> None:
    text = invoke(*PROVE, *LINEAR)
    assert text.splitlines()[0] == (
        "proved: gd on mlp:3x1 with iris.csv is non-singular for every step size but some in [0.008246, 0.008247], "
        "[0.266, 0.2661], [8.193, 8.194] and 1 more, each with a bad one"
    )
    [refuting] = suggested(text)
    assert refuting == ["prove", "training", *LINEAR, "--step", "between:0.008246,0.008247"]
    assert "for some step size between 0.008246 and 0.008247" in invoke(*refuting, status=10)


def test_exceptions_of_weight_decay_are_no_step_sizes() -> None:
    text = invoke(*PROVE, *RECTIFIED, "--optimizer", "weight-decay")
    assert "for every step size but those with eta/(1 - eta lambda) equal to 3/2\n" in text
    assert "bad" not in text.splitlines()[0]
    assert not suggested(text)


def test_a_claim_without_data_names_the_option() -> None:
    for arguments, status in ((["--step", "0.1"], 20), (["--step", "below"], 20), ([], 0)):
        text = invoke(*PROVE, "mlp:3x1", "--loss", "mse", *arguments, status=status)
        assert "to ask about yours: --data FILE" in text
    assert "whether gd on mlp:3x1 is non-singular for every step size below some number" in invoke(
        *PROVE, "mlp:3x1", "--loss", "mse", "--step", "below", status=20
    )


def test_what_is_suggested_can_be_proved() -> None:
    undecided = invoke(*PROVE, *LINEAR, "--step", "every", status=20)
    assert "a step size in [0.008246" in undecided
    commands = suggested(undecided)
    assert len(commands) == 2
    for command in [*commands, *suggested(invoke(*PROVE, *LINEAR, "--step", "0.01"))]:
        assert "proved: gd on mlp:3x1 with iris.csv" in invoke(*command)


def test_check_compares_the_data(folder: Path) -> None:
    invoke(*PROVE, *BATCH, "--step", "0.1", "-o", "a.cert.json")
    _, _, _, *data = BATCH
    check = ("check", "a.cert.json", "--against", BATCH[0])
    assert "a.cert.json: VALID" in invoke(*check, *data)
    assert "a.cert.json: VALID" in invoke("check", "a.cert.json", "--against", "a.cert.json")
    (folder / "changed.csv").write_text(IRIS.read_text().replace("4.9,3.0,", "4.9,3.1,", 1))
    for options, words in (
        (["--data", "changed.csv", *data[2:]], r"x\[1, 1\] is 3 in the certificate, 3.1 in"),
        ([*data[:-1], "2-13"], r"x\[0, 0\] is 5.1 in the certificate, 4.9 in"),
        ([], "name yours with --data FILE"),
    ):
        text = invoke(*check, *options, status=1)
        assert "INVALID (subject)" in text
        assert re.search(words, text), text


def test_the_path_of_a_file_is_no_part_of_the_certificate(folder: Path) -> None:
    (folder / "private").mkdir()
    shutil.copy("iris.csv", "private/own.csv")
    invoke(*PROVE, *LINEAR[:4], "private/own.csv", *LINEAR[5:], "--step", "0.01", "-o", "a.cert.json")
    document = json.loads((folder / "a.cert.json").read_bytes())
    assert document["provenance"]["options"]["data"] == "own.csv"
    assert "private" not in (folder / "a.cert.json").read_text()


BAD_INPUT = [
    (["mlp:3x1", "--loss", "mse", "--data", "none.csv"], "no file 'none.csv'"),
    (["mlp:3x1", "--loss", "mse", "--columns", "x=1"], "--data FILE"),
    (["mlp:4x3", "--loss", "mse", "--data", "iris.csv"], "one-hot:COLUMN"),
    (["mlp:4x2", "--loss", "cross-entropy", "--data", "iris.csv"], r"target\[100\] is 2"),
    (["mlp:5x3", "--loss", "cross-entropy", "--data", "iris.csv"], r"shape \[150, 4\], and the model takes \[150, 5\]"),
    (["mlp:4x3,batch=4", "--loss", "cross-entropy", "--data", "iris.csv"], "--rows 1-4"),
    ([*LINEAR, "--rows", "100-151"], "150 rows"),
    ([*LINEAR, "--step", "between:0.2"], "between:0.01,0.1"),
    ([*LINEAR, "--step", "between:0.2,0.1"], "the first one smaller"),
    ([*LINEAR, "--step", "between:-1,0.1"], "two ends from 0 on"),
    ([*LINEAR, "--step", "between:x,0.1"], "--step x is no number"),
    ([*LINEAR, "--step", "below:0"], "the first one smaller"),
    ([*LINEAR, "--step", "sizes:0.1"], "of gd.*--step almost-every or every or 0.1"),
    ([*LINEAR, "--step", "below", "--optimizer", "adam"], "interval of step sizes of adam.*--step every"),
    ([*LINEAR, "--steps", "none.csv"], "none.csv cannot be read"),
    ([*LINEAR, "--steps", "iris.csv"], "one column is called lr"),
    ([*LINEAR, "--steps", "schedule.csv", "--step", "0.1"], "leave out --step"),
    ([*LINEAR, "--steps", "schedule.csv", "--optimizer", "adam"], "leave out --optimizer adam"),
    ([*LINEAR, "--claim", "saddles", "--optimizer", "adam"], "leave out --optimizer adam"),
    ([*LINEAR, "--claim", "saddles", "--steps", "schedule.csv"], "leave out --optimizer schedule|gradient descent"),
    ([*LINEAR, "--claim", "paa", "--steps", "schedule.csv"], "loss alone"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "pattern"), BAD_INPUT, ids=[" ".join(a)[-60:] for a, _ in BAD_INPUT])
def test_bad_input_is_a_message_and_status_2(arguments: list[str], pattern: str, folder: Path) -> None:
    ended = CliRunner().invoke(app, [*PROVE, *arguments])
    assert ended.exit_code == 2, ended.output
    assert not ended.stdout
    assert re.search(pattern, ended.stderr, re.S), ended.stderr
    assert not list(folder.glob("*.cert.json"))


def test_in_a_process_of_its_own_and_gzipped(folder: Path) -> None:
    ended = run(*PROVE, *LINEAR, "-o", "a.cert.json.gz", cwd=folder)
    assert ended.status == 0
    assert "x: real [150, 3]" in ended.out
    assert not ended.err
    assert invexcheck.check(folder / "a.cert.json.gz").status == "VALID"


def test_lists_name_what_is_new() -> None:
    optimizers = {
        entry["name"]: entry for entry in json.loads(invoke("list", "optimizers", "--json"))["optimizers"]
    }
    assert "between:LOW,HIGH" in optimizers["gd"]["steps"]["density"]
    assert "those of --steps FILE" in optimizers["schedule"]["steps"]["density"]
    assert optimizers["weight-decay"]["refuted"] == ["inverse-decay"]
    assert re.search(
        r"refuted: .*inverse-decay", invoke("list", "optimizers", "--search", "weight-decay"), re.S
    )
    claims = {
        entry["kind"]: entry["command"] for entry in json.loads(invoke("list", "claims", "--json"))["claims"]
    }
    assert claims["training.avoids-strict-saddles"].endswith("--claim avoids-strict-saddles")
