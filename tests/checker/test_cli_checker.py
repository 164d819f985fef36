"""The command line: exit statuses, what is printed, and that nothing gets to the terminal raw."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from invexcheck.limits import Limits

Certificate = Callable[..., bytes]
BAD = {"not.cert.json": b"{", "worse.cert.json.gz": b"\x00"}


@pytest.fixture
def mixed(checker: Any, certificate: Certificate) -> Any:
    checker.write("all/a.cert.json", certificate())
    checker.write("all/deeper/b.cert.json.gz", certificate(leaves=17))
    checker.write("all/c.json", b"not a certificate")
    return checker


def test_valid_files_are_described_from_what_was_verified(mixed: Any) -> None:
    done = mixed.run("all")
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "all/a.cert.json: VALID"
    assert lines[1] == "  For all x, x = x."
    assert "  claim:   activation.invex, holds vacuously" in lines
    assert "  rules:   cover" in lines
    assert "  lemmas:  L1.2 (rocq)" in lines
    assert any(line.startswith("  leaves:  17,") for line in lines)
    assert lines[-2] == "2 valid, 0 invalid, 0 refused"
    assert "python-flint" in lines[-1]
    assert "FLINT" in lines[-1]
    assert sys.version.split()[0] in lines[-1]


def test_one_bad_file_makes_the_exit_status_1(mixed: Any, certificate: Certificate) -> None:
    mixed.write("all/bad.cert.json", certificate("reject"))
    mixed.write("all/crash.cert.json", certificate("abort"))
    done = mixed.run("all")
    assert done.returncode == 1
    assert (
        "all/bad.cert.json: INVALID (step) at proof.step.pieces[2], rule cover: "
        "expected \\x1b[31m a piece, got \\u202e none\n" in done.stdout
    )
    assert "all/crash.cert.json: REFUSED (process): the checking process died of SIGABRT" in done.stdout
    assert "2 valid, 1 invalid, 1 refused" in done.stdout


def test_quiet_prints_only_what_is_not_valid(mixed: Any, certificate: Certificate) -> None:
    assert mixed.run("--quiet", "all").stdout == ""
    mixed.write("bad.cert.json", certificate("reject"))
    done = mixed.run("-q", "all", "bad.cert.json")
    assert done.returncode == 1
    assert done.stdout.startswith("bad.cert.json: INVALID")
    assert done.stdout.count("\n") == 1


def test_json_is_one_document(mixed: Any, certificate: Certificate) -> None:
    mixed.write("all/bad.cert.json", certificate("reject"))
    done = mixed.run("--json", "all", "missing")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["trusted_base"]["versions"]["FLINT"]
    assert document["trusted_base"]["lemmas"]["L1.2"] == ["rocq", "valley"]
    verdicts = document["verdicts"]
    assert [(each["file"], each["status"], each["code"]) for each in verdicts] == [
        ("all/a.cert.json", "VALID", ""),
        ("all/bad.cert.json", "INVALID", "step"),
        ("all/deeper/b.cert.json.gz", "VALID", ""),
        ("missing", "INVALID", "file"),
    ]
    assert verdicts[1]["path"] == ["proof", "step", "pieces", 2]
    assert verdicts[0]["verified"]["statement"] == "For all x, x = x."


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--quiet",),
        ("empty",),
        ("all", "empty"),
        ("--no-such-option", "all"),
        ("--max-seconds", "0", "all"),
        ("--max-seconds", "-1", "all"),
        ("--max-seconds", "1.5", "all"),
        ("--max-seconds", "nan", "all"),
        ("--max-work", "1" * 40, "all"),
        ("--max-digits", "１", "all"),
        ("--jobs", "0", "all"),
        ("--require", "hope", "all"),
        ("--requ", "rocq", "all"),
        ("--subject", "missing", "all"),
        ("--subject", "all/c.json", "all"),
        ("--\x1b[31m\u202e",),
        (b"--\xff",),
    ],
)
def test_wrong_usage_exits_2(arguments: tuple[str | bytes, ...], mixed: Any) -> None:
    (mixed.folder / "empty").mkdir()
    (mixed.folder / "empty" / "looks.like.json").write_text("{}")
    done = mixed.run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("usage: invexcheck")


def test_help_lists_every_limit(checker: Any) -> None:
    done = checker.run("--help")
    assert done.returncode == 0
    for name in (limit.name for limit in fields(Limits)):
        assert f"--max-{name} N" in done.stdout


@pytest.mark.parametrize("environment", [{}, {"PYTHONPATH": "."}], ids=["installed", "current folder"])
def test_versions_and_rules_are_printed(environment: dict[str, str], checker: Any) -> None:
    done = checker.run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("invexcheck ")
    assert "FLINT" in done.stdout
    done = checker.run("--rules")
    assert done.returncode == 0
    assert "The leaves cover the line." in done.stdout
    assert "valley (rocq)" in done.stdout


def test_limits_are_options(mixed: Any, certificate: Certificate) -> None:
    mixed.write("slow.cert.json", certificate("spin"))
    done = mixed.run("--max-seconds", "1", "slow.cert.json")
    assert (done.returncode, "REFUSED (seconds)" in done.stdout) == (1, True)
    done = mixed.run("--max-bytes", "10", "all/a.cert.json")
    assert (done.returncode, "REFUSED (bytes)" in done.stdout) == (1, True)


def test_require_rocq(checker: Any, certificate: Certificate) -> None:
    name = checker.write("a.cert.json", certificate(lemmas=["L3"]))
    assert checker.run(name).returncode == 0
    done = checker.run("--require", "rocq", name)
    assert (done.returncode, "INVALID (lemma)" in done.stdout) == (1, True)


def test_the_subject_must_be_the_one_named(checker: Any, certificate: Certificate) -> None:
    name = checker.write("a.cert.json", certificate())
    same = checker.write("b.cert.json.gz", certificate("abort"))
    table = checker.write("table.json", b' [["var", "x"],\n ["tanh", 0]]\n')
    other = checker.write("other.json", b'[["var","x"],["atan",0]]')
    broken = checker.write("broken.cert.json", certificate("reject"))
    assert checker.run("--subject", same, name).returncode == 0
    assert checker.run("--subject", table, name).returncode == 0
    done = checker.run("--subject", other, name, broken)
    assert done.returncode == 1
    assert f"{name}: INVALID (subject)" in done.stdout
    assert f"{broken}: INVALID (step)" in done.stdout
    for data in (b"3", b"{}", b'{"claim":3}', b'{"claim":{"subject":"x"}}', b"[1.5]"):
        assert checker.run("--subject", checker.write("none.json", data), name).returncode == 2


def test_folders_are_searched_but_links_to_folders_are_not(mixed: Any) -> None:
    (mixed.folder / "all" / "loop").symlink_to(mixed.folder / "all")
    os.mkfifo(mixed.folder / "all" / "pipe.cert.json")
    done = mixed.run("all")
    assert done.returncode == 1
    assert "2 valid, 1 invalid, 0 refused" in done.stdout
    assert "all/pipe.cert.json: INVALID (file): not a regular file" in done.stdout


# -- surroundings ----------------------------------------------------------------------------------

STRANGE = [b"\xff.cert.json", b"\x1b[31m.cert.json", b"a\nb.cert.json", "é\u202e.cert.json".encode()]


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "C.UTF-8"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"LC_ALL": "no_such_locale"},
    ],
    ids=str,
)
def test_strange_names_and_poor_terminals(
    environment: dict[str, str], checker: Any, certificate: Certificate
) -> None:
    for name in STRANGE:
        with open(os.fsencode(checker.folder) + b"/" + name, "wb") as file:
            file.write(certificate(statement="\u2200x \x1b[2J \ud83d\ude00 " + "9" * 5000))
    done = checker.run(*STRANGE, environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": VALID\n") == len(STRANGE)
    assert checker.run(".", "--json", environment=environment).returncode == 0


@pytest.mark.parametrize("options", [(), ("-O",), ("-OO",), ("-X", "dev", "-W", "error"), ("-b",)], ids=str)
def test_options_of_python_change_nothing(options: tuple[str, ...], mixed: Any) -> None:
    mixed.write("bad.cert.json", b'{"a":1.5}')
    done = mixed.run("all", "bad.cert.json", options=options)
    assert done.returncode == 1
    assert done.stderr == ""
    assert "2 valid, 1 invalid, 0 refused" in done.stdout


HOSTILE = [
    "flint",
    "json",
    "invexproof",
    "argparse",
    "re",
    "os",
    "signal",
    "resource",
    "select",
    "subprocess",
    "typing",
    "zlib",
]


def test_modules_in_the_current_folder_are_not_imported(mixed: Any) -> None:
    for name in HOSTILE:
        (mixed.folder / f"{name}.py").write_text(
            f"open('imported-{name}', 'w').close()\nraise SystemExit(0)\n"
        )
    for environment in ({}, {"PYTHONPATH": f"{mixed.home}{os.pathsep}"}):
        done = mixed.run("all", environment=environment)
        assert done.returncode == 0
        assert "2 valid" in done.stdout
    assert not list(mixed.folder.glob("imported-*"))


def test_modules_in_the_folder_of_the_certificates_of_an_api_user_are_not_imported(mixed: Any) -> None:
    program = "import invexcheck; print(invexcheck.check('all/a.cert.json').status)"
    (mixed.folder / "flint.py").write_text("raise SystemExit(0)")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=mixed.folder,
        env={**os.environ, "PYTHONPATH": str(mixed.home)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "VALID\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_good_enough(mixed: Any) -> None:
    mixed.folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert mixed.run("all").returncode == 0
    finally:
        mixed.folder.chmod(stat.S_IRWXU)


def test_nothing_is_written(mixed: Any) -> None:
    before = sorted(mixed.folder.rglob("*"))
    mixed.run("all", environment={"TMPDIR": "/nowhere", "HOME": "/nowhere"})
    assert sorted(mixed.folder.rglob("*")) == before


def test_a_current_folder_that_is_gone_does_not_matter(mixed: Any, tmp_path_factory: Any) -> None:
    gone = tmp_path_factory.mktemp("gone")
    script = f"cd {gone} && rmdir {gone} && exec {sys.executable} -m invexcheck {mixed.folder}/all"
    done = subprocess.run(
        ["sh", "-c", script],
        env={**os.environ, "PYTHONPATH": str(mixed.home)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("redirection", "option"),
    [
        *((redirection, "") for redirection in ("| true", "> /dev/full", ">&-", ">&- 2>&-", "<&-", "2>&-")),
        *(("| true", option) for option in ("--json", "--rules")),
        *(("> /dev/full", option) for option in ("--json", "--version")),
    ],
)
def test_output_that_nobody_takes_is_no_traceback(redirection: str, option: str, mixed: Any) -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m invexcheck {option} all {redirection}"],
        cwd=mixed.folder,
        env={**os.environ, "PYTHONPATH": str(mixed.home)},
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert done.returncode == (1 if redirection in ("| true", "> /dev/full") else 0)


def workers(folder: Path) -> list[str]:
    """The command lines of the processes that run in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd") == str(folder):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def heed_interrupts() -> None:
    """In the child: a shell that starts the tests in the background makes all processes ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGKILL, -9, marks=pytest.mark.slow),
    ],
)
def test_no_process_survives_an_interruption(
    number: int, status: int, checker: Any, certificate: Certificate
) -> None:
    names = [checker.write(f"{index}.cert.json", certificate("spin")) for index in range(5)]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "invexcheck",
            "--max-seconds",
            "1" if number == signal.SIGKILL else "50",
            *names,
        ],
        cwd=checker.folder,
        env={**os.environ, "PYTHONPATH": str(checker.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,
    )
    deadline = time.monotonic() + 20
    while len(workers(checker.folder)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert b"Traceback" not in errors
    assert process.returncode == status
    while workers(checker.folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not workers(checker.folder)
