"""The Rocq proofs that the registry names are there, are complete, and rest on nothing but the axioms allowed."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

import invexcheck
from invexcheck.lemmas import LEMMAS
from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor

ROOT = Path(__file__).resolve().parents[2]
REGISTRY: list[dict[str, Any]] = tomllib.loads((ROOT / "lemmas/lemmas.toml").read_text("utf-8"))["lemma"]
FORMAL = [entry for entry in REGISTRY if "rocq" in entry]
AXIOMS = {axiom["name"] for axiom in tomllib.loads((ROOT / "lemmas/axioms.toml").read_text("utf-8"))["axiom"]}
FOLDER = ROOT / "lemmas/rocq"
SOURCES = sorted(FOLDER.glob("*.v"))

TRUSTED_AWAY = re.compile(
    r"\b(?:Admitted|admit|give_up|bypass_check)\b|-type-in-type"
    # As commands, which begin a sentence; their names may occur in other words' places, as that of a section.
    r"|(?:^|\.)\s*(?:#\[[^\]]*\]\s*)?(?:(?:Local|Global|Polymorphic|Monomorphic)\s+)*"
    r"(?:Axioms?|Conjectures?|Parameters?|Abort|Drop|Declare\s+ML|Unset\s+(?:Guard|Positivity|Universe))\b"
)
"""What would let a theorem pass without a proof."""


def code(source: Path) -> str:
    """The text of a file of Rocq without its comments, which may be nested, and its strings."""
    kept, depth = [], 0
    for part in re.split(r"(\(\*|\*\)|\"[^\"]*\")", source.read_text(encoding="utf-8")):
        depth += {"(*": 1, "*)": -1}.get(part, 0)
        kept += [part] if depth == 0 and part != "*)" and not part.startswith('"') else []
    assert depth == 0, f"a comment without an end in {source.name}"
    return "".join(kept)


def test_assumptions_in_a_source_are_seen() -> None:
    for text in ("Axiom a : False.", "Qed.\n  Parameters (a : nat).", "Proof. admit. Qed.", "#[local] Axiom b : nat."):
        assert TRUSTED_AWAY.search(text)
    assert not TRUSTED_AWAY.search("Section Parameters.\nVariable x : R.\nEnd Parameters.")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_nothing_is_assumed_in_a_source(source: Path) -> None:
    assert [match[0] for match in TRUSTED_AWAY.finditer(code(source))] == []


def test_variables_are_those_of_sections() -> None:
    """Outside of a section, `Variable` and its like declare axioms."""
    outside = []
    for source in SOURCES:
        depth = 0
        for word in re.findall(r"^\s*(Section|End|Variables?|Hypothes[ie]s|Context)\b", code(source), flags=re.M):
            depth += {"Section": 1, "End": -1}.get(word, 0)
            outside += [source.name] if depth == 0 and word not in ("Section", "End") else []
    assert outside == []


@pytest.mark.parametrize("entry", FORMAL, ids=lambda entry: entry["id"])
def test_a_registered_theorem_is_stated_in_its_file(entry: dict[str, Any]) -> None:
    assert entry["rocq"]
    for part in entry["rocq"]:
        assert part.keys() == {"file", "theorems"}
        assert part["theorems"]
        text = code(ROOT / part["file"])
        for name in part["theorems"]:
            stated = rf"^\s*(Theorem|Lemma|Corollary|Proposition)\s+{re.escape(name)}\b"
            assert re.search(stated, text, flags=re.M), name


@pytest.mark.parametrize("entry", FORMAL, ids=lambda entry: entry["id"])
def test_the_course_says_what_rocq_has(entry: dict[str, Any]) -> None:
    """The manual adds the statements themselves; see lemmas/manual.py."""
    page = (ROOT / entry["proof"]["file"]).read_text(encoding="utf-8")
    _, _, section = page.partition(f"\n## {entry['proof']['anchor']}\n")
    section = " ".join(section.partition("\n## ")[0].split())
    extent = "Rocq:" if entry["proof"]["kind"] == "rocq" else "Rocq, in part:"
    parts = (
        f"{', '.join(f'`{name}`' for name in part['theorems'])} in `{Path(part['file']).name}`"
        for part in entry["rocq"]
    )
    assert f"{extent} {'; '.join(parts)}." in section


def test_the_course_names_no_other_theorems() -> None:
    pages = {entry["proof"]["file"] for entry in REGISTRY}
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in pages]
    found = sum(len(re.findall(r"^Rocq(?:, in part)?:", text, flags=re.M)) for text in texts)
    assert found == len(FORMAL)


def test_a_lemma_is_called_proved_by_rocq_only_if_a_theorem_is_registered() -> None:
    assert {name for name, lemma in LEMMAS.items() if lemma.proof == "rocq"} <= {entry["id"] for entry in FORMAL}


def test_all_that_is_claimed_of_activations_rests_on_lemmas_in_rocq() -> None:
    """What `invexcheck --require rocq certificates/activations` asks for."""
    certificates = sorted((ROOT / "certificates/activations").glob("*.cert.json*"))
    with Supervisor(Limits(), 2, "rocq") as supervisor:
        verdicts = list(supervisor.check_all(certificates))
    assert len(verdicts) > 150
    assert [(verdict.file, verdict.reason) for verdict in verdicts if verdict.status != "VALID"] == []


def test_who_requires_rocq_does_not_get_a_proof_on_paper() -> None:
    certificate = ROOT / "certificates/maps/attention-almost-everywhere.cert.json"
    accepted = invexcheck.check(certificate)
    assert accepted.verified is not None, accepted.reason
    on_paper = [lemma for lemma in accepted.verified.lemmas if LEMMAS[lemma].proof == "paper"]
    strict = invexcheck.check(certificate, require="rocq")
    assert (strict.status, strict.code) == ("INVALID", "lemma")
    assert any(f"the lemma {lemma} is proved on paper" in strict.reason for lemma in on_paper)


@pytest.mark.slow  # the proofs are compiled first, unless they are up to date
def test_registered_theorems_rest_on_allowed_axioms(tmp_path: Path) -> None:
    if shutil.which("coqc") is None:
        pytest.skip("THE ROCQ PROOFS ARE NOT CHECKED: Rocq is not installed (`make lemmas` says what to install)")
    built = subprocess.run(["make", "lemmas"], cwd=ROOT, capture_output=True, text=True, timeout=3600)
    assert built.returncode == 0, built.stdout + built.stderr
    parts = [part for entry in FORMAL for part in entry["rocq"]]
    names = sorted({f"Invex.{Path(part['file']).stem}.{name}" for part in parts for name in part["theorems"]})
    modules = sorted({name.rsplit(".", 1)[0] for name in names})
    answers = ask(
        tmp_path,
        [f"Require {module}." for module in modules],
        {name: f"Check @{name}." for name in names},
        # All at once: most of what they rest on they have in common.
        [f"Definition audited := ({', '.join(f'@{name}' for name in names)})."],
        {"audited": "Print Assumptions audited."},
    )
    assert [name for name in names if name not in answers] == [], "no such theorem"
    assert assumptions(answers["audited"]) - AXIOMS == set()


def ask(folder: Path, *queries: list[str] | dict[str, str]) -> dict[str, str]:
    """What Rocq answers to the named ones of these sentences, in their order; nothing where it reports an error."""
    lines: list[str] = []
    for group in queries:
        if isinstance(group, dict):
            lines += [f'Redirect "{folder}/{name}" {sentence}' for name, sentence in group.items()]
        else:
            lines += group
    subprocess.run(
        ["coqtop", "-q", "-R", str(FOLDER), "Invex"],
        input="\n".join([*lines, "Quit."]),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=1800,
        check=True,
    )
    # Rocq opens the file first, so that of a sentence with an error is empty.
    return {file.stem: text for file in folder.glob("*.out") if (text := file.read_text("utf-8"))}


def assumptions(printed: str) -> set[str]:
    """The names in what `Print Assumptions` prints, which may tell first what it reads."""
    printed = re.sub(r"^Fetching opaque proofs from disk for .*\n", "", printed, flags=re.M)
    if printed.strip() == "Closed under the global context":
        return set()
    heading, _, body = printed.partition("\n")
    assert heading == "Axioms:", printed
    return set(re.findall(r"^\S+", body, flags=re.M))


def test_assumptions_are_read() -> None:
    assert assumptions("Closed under the global context\n") == set()
    printed = "Fetching opaque proofs from disk for Coq.Init\nAxioms:\nA.b : forall x,\n  x\n"
    printed += "C.long_name\n  : nat\nD is assumed to be positive.\n"
    assert assumptions(printed) == {"A.b", "C.long_name", "D"}
