"""Rocq's kernel decides: what it accepts, what it does not, and what it is told about axioms."""

from __future__ import annotations

import json
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from invexproof.cli.rocq import Kernel
from invexproof.rocq import Exported, Library, RocqError, check, export, library
from invexproof.rocq.compiling import ALLOWED, allowed, axioms_in
from invexproof.rocq.record import CERTIFICATES, digest, read
from tests.cli.running import run

ROOT = Path(__file__).resolve().parents[2]
needs_rocq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="ROCQ IS NOT INSTALLED: its kernel was not asked"
)


def exported(name: str) -> Exported:
    path = ROOT / CERTIFICATES / f"{name}.cert.json"
    return export(json.loads(path.read_text()), path.parent)


@pytest.fixture(scope="module")
def compiled() -> Library:
    return library()


@pytest.mark.slow
@needs_rocq
def test_the_kernel_accepts_what_is_proved_and_nothing_else(compiled: Library) -> None:
    good = [exported(name) for name in ("relu6", "silu", "celu", "signedsqrt")]
    other_function = replace(
        good[1], text=good[1].text.replace("  x * sigmoid x.", "  x * sigmoid x * x.", 1)
    )
    stronger = replace(good[0], text=good[0].text.replace("certified : not_invex f", "certified : invex f"))
    other_claim = replace(good[0], proposition="invex f")
    cheating = Exported(
        "Axiom cheat : False.\nTheorem certified : 2 + 2 = 5.\nProof. destruct cheat. Qed.\n",
        "certified",
        "(2 + 2 = 5)%nat",
        "",
    )
    results = check(compiled, [*good, other_function, stronger, other_claim, cheating], jobs=2)
    assert [result.accepted for result in results] == [True] * 4 + [False] * 4
    assert "not the claim" in results[-2].message
    assert "cheat" in results[-1].message
    assert all(allowed(axiom) for result in results[:4] for axiom in result.axioms)
    assert "Classical_Prop.classic" in results[0].axioms


@pytest.mark.slow
@needs_rocq
def test_a_sample_of_the_atlas(compiled: Library) -> None:
    names = sorted(name for name, each in read(ROOT).items() if each.accepted)[::9]
    results = check(compiled, [exported(name) for name in names], jobs=2)
    assert [name for name, result in zip(names, results, strict=True) if not result.accepted] == []


def test_floats_are_not_allowed() -> None:
    assert allowed("PrimInt63.add")
    assert not allowed("PrimFloat.add")
    assert not allowed("FloatAxioms.add_spec")
    assert not allowed("certificate_0.cheat")


def test_no_axiom_is_overlooked() -> None:
    assert axioms_in("Closed under the global context\n") == ()
    answer = (
        "Axioms:\nPrimInt63.int : Set\nUint63.add_spec\n  : forall x y,\n    x = y\n\u00e9t\u00e9 : False\n"
    )
    assert axioms_in(answer) == ("PrimInt63.int", "Uint63.add_spec", "\u00e9t\u00e9 : False")
    assert not allowed("\u00e9t\u00e9 : False")
    for strange in ("", "Section Variables:\nx : R\nAxioms:\ny : R", "Error"):
        with pytest.raises(RocqError, match="not understood"):
            axioms_in(strange)


def test_axioms_are_those_of_the_lemmas() -> None:
    listed = tomllib.loads((ROOT / "lemmas" / "axioms.toml").read_text())["axiom"]
    assert {axiom["name"] for axiom in listed} >= ALLOWED


def test_the_record_is_about_these_certificates() -> None:
    recorded = read(ROOT)
    files = {path.name.removesuffix(".cert.json"): path for path in (ROOT / CERTIFICATES).glob("*.cert.json")}
    assert recorded.keys() == files.keys()
    assert [
        name for name, path in files.items() if digest(json.loads(path.read_text())) != recorded[name].digest
    ] == []
    accepted = [each for each in recorded.values() if each.accepted]
    assert len(accepted) >= 0.8 * len(recorded)
    assert max(each.seconds for each in accepted) < 60
    assert all(each.reason for each in recorded.values() if not each.accepted)


def test_the_atlas_shows_the_record() -> None:
    rows = [
        line.split(" | ")
        for line in (ROOT / "docs" / "atlas.md").read_text().splitlines()
        if "](atlas/" in line
    ]
    shown = {row[-2].strip("` "): row[-3] == "yes" for row in rows}
    assert shown == {name: each.accepted for name, each in read(ROOT).items()}


def test_without_a_compiler_there_is_a_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RocqError, match="apt install coq libcoq-coquelicot libcoq-interval"):
        library()


def test_a_compiler_that_does_not_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "coqc"
    fake.write_text(
        "#!/bin/sh\ntest \"$1\" = --print-version && echo '9.9 4.14' && exit 0\necho no such library >&2\nexit 1\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(RocqError, match=r"does not compile, at \w+\.v: no such library"):
        library()
    assert list((tmp_path / "cache" / "invexproof" / "rocq").iterdir()) == []


def test_command_export(tmp_path: Path) -> None:
    file = str(ROOT / CERTIFICATES / "relu.cert.json")
    ended = run("export", file, "--to", "rocq", "-o", "relu.v", cwd=tmp_path)
    assert (ended.status, ended.out) == (0, "")
    assert (tmp_path / "relu.v").read_text() == run("export", file, cwd=tmp_path).out == exported("relu").text


def test_command_check_without_a_compiler(tmp_path: Path) -> None:
    file = str(ROOT / CERTIFICATES / "relu.cert.json")
    ended = run("check", file, "--kernel", Kernel.ROCQ.value, cwd=tmp_path, env={"PATH": str(tmp_path)})
    assert ended.status == 2
    assert "apt install" in ended.err


@pytest.mark.slow
@needs_rocq
def test_command_check(tmp_path: Path) -> None:
    files = [str(ROOT / CERTIFICATES / f"{name}.cert.json") for name in ("relu", "gelu")]
    ended = run("check", *files, "--kernel", "rocq", "--json", cwd=tmp_path, seconds=300)
    first, second = ended.json()["verdicts"]
    assert first["status"] == "VALID"
    assert first["rocq"]["accepted"]
    assert first["rocq"]["proposition"] == "invex f"
    assert (second["status"], ended.status) in (("REFUSED", 1), ("VALID", 0))
