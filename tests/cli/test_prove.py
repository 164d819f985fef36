"""``invexproof prove`` end to end: verdicts, exit statuses, files, JSON, engines."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

import invexcheck
from invexproof.certificates import read_document
from invexproof.cli.application import app
from tests.cli.running import PROGRAM, run

KEYS = {
    "verdict", "claim", "constant", "region", "almost_everywhere", "subject", "parameters",
    "statement", "vacuous", "certificate", "sha256", "rules",
    "lemmas", "reason", "boxes", "delta", "notes", "opinions", "warnings", "seconds",
}  # fmt: skip

QUESTIONS = [
    # arguments, verdict, exit status, vacuous
    (["relu"], "proved", 0, False),
    (["tanh", "--claim", "activation.invex"], "proved", 0, True),
    (["hardswish"], "refuted", 10, False),
    (["ThresholdedReLU"], "not-applicable", 30, None),
    (["tanh", "--claim", "lipschitz", "--constant", "1"], "proved", 0, None),
    (["tanh", "-c", "lipschitz", "-k", "0.5"], "refuted", 10, None),
    (["--formula", "-softplus(-x)"], "proved", 0, True),
    (["torch.nn.LeakyReLU(0.2)", "-c", "strictly-monotone"], "proved", 0, None),
    (["swish", "--for", "beta > 0"], "proved", 0, False),
]


@pytest.mark.parametrize(("arguments", "verdict", "status", "vacuous"), QUESTIONS, ids=lambda v: str(v)[:40])
def test_verdict_status_and_json(
    arguments: list[str], verdict: str, status: int, vacuous: bool | None, tmp_path: Path
) -> None:
    ended = run("prove", "activation", *arguments, "-o", "c.cert.json", "--json", cwd=tmp_path)
    answer = ended.json()
    assert set(answer) == KEYS
    assert (answer["verdict"], ended.status, answer["vacuous"]) == (verdict, status, vacuous)
    assert answer["claim"].startswith("activation.")
    assert answer["certificate"] == "c.cert.json"
    checked = invexcheck.check(tmp_path / "c.cert.json")
    assert checked.status == "VALID"
    assert checked.verified is not None
    assert checked.verified.statement == answer["statement"]
    assert checked.sha256 == answer["sha256"]
    assert os.listdir(tmp_path) == ["c.cert.json"]


def test_text_names_verdict_statement_file_and_next_steps(tmp_path: Path) -> None:
    ended = run("prove", "activation", "tanh", cwd=tmp_path)
    assert ended.status == 0
    assert ended.out.startswith("proved: Tanh is invex, vacuously")
    assert "f(x) = tanh(x) is invex on R" in ended.out
    assert "invexcheck tanh.invex.cert.json" in ended.out
    assert "invexproof explain tanh.invex.cert.json" in ended.out
    assert (tmp_path / "tanh.invex.cert.json").is_file()


def test_undecided_says_why_and_writes_nothing(tmp_path: Path) -> None:
    ended = run("prove", "activation", "gelu", "-c", "lipschitz", "--timeout", "0.01", "--json", cwd=tmp_path)
    answer = ended.json()
    assert (ended.status, answer["verdict"], answer["certificate"]) == (20, "undecided", None)
    assert "time" in answer["reason"]
    assert not os.listdir(tmp_path)


def test_gzip_by_suffix_is_reproducible(tmp_path: Path) -> None:
    for name in ("a.cert.json.gz", "b.cert.json.gz", "c.cert.json"):
        assert run("prove", "activation", "softsign", "-o", name, cwd=tmp_path).status == 0
    plain = (tmp_path / "c.cert.json").read_bytes()
    for name in ("a.cert.json.gz", "b.cert.json.gz"):
        data = (tmp_path / name).read_bytes()
        assert data[4:8] == bytes(4)  # no time in the header
        documents = [json.loads(gzip.decompress(data)), json.loads(plain)]
        seconds = [document.pop("provenance").pop("seconds") for document in documents]
        assert all(isinstance(value, str) for value in seconds)
        assert documents[0] == documents[1]


def test_output_may_be_a_folder_a_link_or_an_old_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    assert run("prove", "activation", "relu", "-o", "folder", cwd=tmp_path).status == 0
    assert os.listdir(folder) == ["relu.invex.cert.json"]
    old = tmp_path / "old.cert.json"
    old.write_text("old")
    old.chmod(0o640)
    (tmp_path / "link.cert.json").symlink_to(old)
    assert run("prove", "activation", "relu", "-o", "link.cert.json", cwd=tmp_path).status == 0
    assert (tmp_path / "link.cert.json").is_symlink()
    assert invexcheck.check(old).status == "VALID"
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


BAD_INPUT = [
    (["prove", "activation"], "Missing|say which function|Usage"),
    (["prove", "activation", "geluu"], "did you mean"),
    (["prove", "activation", "x*sgmoid(x)"], r"\n {4}\^"),
    (["prove", "activation", "x*(1+"], "\\^"),
    (["prove", "activation", "x*sigmoid(beta*x)"], "--for"),
    (["prove", "activation", "x < 1"], "condition"),
    (["prove", "activation", "relu", "--formula", "x"], "not both"),
    (["prove", "activation", "relu", "--claim", "invexx"], "did you mean invex"),
    (["prove", "activation", "relu", "--constant", "1"], "lipschitz"),
    (["prove", "activation", "relu", "-c", "lipschitz", "-k", "much"], "number"),
    (["prove", "activation", "relu", "-c", "lipschitz", "-k", "-1"], "negative"),
    (["prove", "activation", "relu", "-o", "none/a.cert.json"], "mkdir -p none"),
    (["prove", "activation", "relu", "-o", "-"], "goes to a file"),
    (["prove", "activation", "relu", "--for", "beta > 0"], "no parameter"),
    (["prove", "activation", "swish", "--for", "beta >> 0"], "cannot read the range"),
    (["prove", "activation", "swish", "--for", "beta > -1"], "exceeds"),
    (["prove", "activation", "swish", "--for", "beta > 1", "--for", "beta < 1"], "no inside"),
    (["prove", "activation", "swish", "--for", "beta > 0", "--second-opinion", "icp"], "leave out"),
    (["prove", "activation", "torch.nn.Softmax"], "cannot be the subject"),
    (["prove", "activation", "relu", "--timeout", "-1"], "timeout"),
    (["explain", "none.cert.json"], "cannot read"),
    (["explain", "."], "cannot read"),
    (["check", "none.cert.json"], "no file"),
    (["check", "."], "no \\*.cert.json"),
    (["query", "activation", "relu", "--delta", "x"], "--delta"),
    (["query", "activation", "relu", "-c", "piecewise-analytic", "--smt2"], "no engine is asked"),
    (["query", "activation", "relu", "-c", "lipschitz", "--smt2"], "constant"),
    (["atlas", "--only", "nosuch"], "unknown activation"),
    (["nonsense"], "No such command"),
]


@pytest.mark.parametrize(("arguments", "pattern"), BAD_INPUT, ids=[" ".join(a)[:60] for a, _ in BAD_INPUT])
def test_bad_input_is_a_message_and_status_2(
    arguments: list[str], pattern: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 2, ended.output
    assert not ended.stdout or "Usage" in ended.stdout
    assert re.search(pattern, ended.output), ended.output
    assert "Traceback" not in ended.output
    assert not os.listdir(tmp_path)


def test_bad_input_through_the_program(tmp_path: Path) -> None:
    ended = run("prove", "activation", "x*(1+", "--json", cwd=tmp_path)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("error: column 6")


def test_huge_formulas_end_with_an_answer(tmp_path: Path) -> None:
    for text in (
        "+".join(["x"] * 4000),
        "(" * 30_000 + "x" + ")" * 30_000,
        "((x^1000)^1000)^1000",
        "exp(exp(x))^99",
    ):
        ended = run(
            "prove", "activation", "--formula", text, "--timeout", "2", "-o", "c.cert.json", cwd=tmp_path
        )
        assert ended.status in (0, 2, 10, 20, 30)
        assert len(ended.err) < 5000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_saves_the_certificate_elsewhere(tmp_path: Path) -> None:
    ended = run(
        "prove",
        "activation",
        "relu",
        "-o",
        "/dev/full",
        "--json",
        cwd=tmp_path,
        env={"TMPDIR": str(tmp_path)},
    )
    answer = ended.json()
    assert ended.status == 2
    assert answer["verdict"] == "proved"
    assert "No space left" in ended.err
    assert invexcheck.check(answer["certificate"]).status == "VALID"
    assert str(tmp_path) in answer["certificate"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder_saves_the_certificate_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o500)
    ended = run("prove", "activation", "relu", "-o", "folder/a.cert.json", "--json", cwd=tmp_path)
    assert ended.status == 2
    assert "Permission denied" in ended.err
    assert invexcheck.check(ended.json()["certificate"]).status == "VALID"


def test_interrupt_ends_cleanly(tmp_path: Path) -> None:
    # A claim that takes its time; the interrupt comes while the search runs.
    formula = "+".join(f"sin({k}*x)*exp(-x^2/{k})/{k + 7}" for k in range(1, 30)) + "+x/1000"
    arguments = ["prove", "activation", "--formula", formula, "-c", "lipschitz", "-o", "a.cert.json"]
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a shell that starts the tests in the background makes all processes ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(2.5)
    assert process.poll() is None, "the claim was decided too soon for this test"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "interrupted" in err
    assert not out
    assert not os.listdir(tmp_path)


@pytest.fixture
def lying_dreal(tmp_path: Path) -> Path:
    """A folder with a `dreal` that answers what its file `answer` says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "dreal"
    program.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\n"
        "if '--version' in sys.argv: print('dReal v4.21.06.2')\n"
        "else: sys.stdin.read(); print(pathlib.Path(__file__).with_name('answer').read_text())\n"
    )
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("subject", "lie", "status"),
    [("hardswish", "unsat", 10), ("relu", "delta-sat with delta = 0.001\nx : [1, 1.1]\ny : [-2, -1]", 0)],
)
def test_certificate_wins_over_a_lying_engine(
    subject: str, lie: str, status: int, lying_dreal: Path, tmp_path: Path
) -> None:
    (lying_dreal / "answer").write_text(lie)
    path = f"{lying_dreal}{os.pathsep}{os.environ['PATH']}"
    arguments = ["prove", "activation", subject, "--second-opinion", "dreal", "-o", "a.cert.json"]
    ended = run(*arguments, "--json", cwd=tmp_path, env={"PATH": path})
    answer = ended.json()
    assert ended.status == status
    [warning] = answer["warnings"]
    assert "dreal 4.21.06.2 contradicts the certificate" in warning
    assert lie.split()[0] in warning
    assert answer["verdict"] in warning
    assert "certificate wins" in " ".join(ended.err.split())
    assert [o["engine"] for o in answer["opinions"]] == ["dreal"]


def test_agreeing_and_absent_engines(tmp_path: Path) -> None:
    env = {"PATH": "/usr/bin:/bin"}
    ended = run("prove", "activation", "relu", "--second-opinion", "all", "--json", cwd=tmp_path, env=env)
    answer = ended.json()
    assert (ended.status, answer["warnings"]) == (0, [])
    says = {o["engine"]: o["says"] for o in answer["opinions"]}
    assert says["z3"] == "holds"
    if says["dreal"] == "unavailable":
        assert "IBEX" in {o["engine"]: o["detail"] for o in answer["opinions"]}["dreal"]


def test_certificates_are_canonical(tmp_path: Path) -> None:
    run("prove", "activation", "tanh", "-o", "a.cert.json", cwd=tmp_path)
    data = (tmp_path / "a.cert.json").read_bytes()
    document = read_document(data)
    assert json.dumps(document, sort_keys=True, separators=(",", ":")).encode() + b"\n" == data
    assert set(document["provenance"]) == {"tool", "version", "engines", "options", "seconds"}
