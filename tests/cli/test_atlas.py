"""The atlas: shipped certificates are valid and reproducible, and the pages say what they show."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexproof.activations import catalogue
from invexproof.atlas.build import CERTIFICATES, PICTURES
from invexproof.atlas.fifty import Count
from invexproof.atlas.shapes import shape
from invexproof.atlas.survey import chosen
from invexproof.cli.application import app
from invexproof.expressions.parser import parse
from invexproof.generated import same
from invexproof.subjects import slug

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / CERTIFICATES).glob("*.cert.json"))
SAMPLE = ["relu", "gelu", "hardswish", "cubic", "sin", "thresholdedrelu", "elu", "leakyrelu"]
MAX_BYTES = 20_000
MAX_PICTURES = 3_000_000


def test_every_entry_has_a_certificate_and_a_picture() -> None:
    slugs = [slug(entry.name) for entry in catalogue()]
    assert len(set(slugs)) == len(slugs)
    assert {path.name for path in SHIPPED} <= {f"{name}.cert.json" for name in slugs}
    assert len(SHIPPED) > 0.9 * len(slugs)
    pictures = [ROOT / PICTURES / f"{name}.svg" for name in slugs]
    assert all(path.is_file() for path in pictures)
    assert sum(path.stat().st_size for path in pictures) < MAX_PICTURES


def test_shipped_certificates_are_valid_and_small() -> None:
    with Supervisor(Limits(), 2) as supervisor:
        verdicts = list(supervisor.check_all([str(path) for path in SHIPPED]))
    assert [v.file for v in verdicts if v.status != "VALID"] == []
    assert max(path.stat().st_size for path in SHIPPED) < MAX_BYTES


def regenerate(root: Path, names: list[str]) -> None:
    options = [text for name in names for text in ("--only", name)]
    done = CliRunner().invoke(app, ["atlas", "-o", str(root), *options])
    assert done.exit_code == 0, done.output


def assert_same(root: Path) -> None:
    for path in sorted((root / CERTIFICATES).glob("*.cert.json")):
        shipped = ROOT / CERTIFICATES / path.name
        assert same(path.read_bytes(), shipped.read_bytes()), f"{path.name} differs: make atlas"
        old, new = (json.loads(data.read_bytes()) for data in (shipped, path))
        for document in (old, new):
            document["provenance"] = {}
        assert json.dumps(old) == json.dumps(new)


def test_a_sample_is_reproduced(tmp_path: Path) -> None:
    regenerate(tmp_path, SAMPLE)
    assert len(list((tmp_path / CERTIFICATES).iterdir())) == len(SAMPLE)
    assert_same(tmp_path)
    for path in (tmp_path / PICTURES).iterdir():
        assert path.read_bytes() == (ROOT / PICTURES / path.name).read_bytes()


@pytest.mark.slow
def test_all_are_reproduced() -> None:
    done = CliRunner().invoke(app, ["atlas", "-o", str(ROOT), "--check"])
    assert done.exit_code == 0, done.output


def test_what_is_the_same_is_left_alone(tmp_path: Path) -> None:
    regenerate(tmp_path, ["relu"])
    path = tmp_path / CERTIFICATES / "relu.cert.json"
    before = path.stat()
    regenerate(tmp_path, ["relu"])
    assert path.stat().st_ino == before.st_ino
    path.write_bytes(path.read_bytes().replace(b'"valley"', b'"sum"'))
    done = CliRunner().invoke(app, ["atlas", "-o", str(tmp_path), "--only", "relu", "--check"])
    assert done.exit_code == 1
    assert "relu.cert.json differs" in done.stderr


def test_pages_show_every_entry() -> None:
    atlas = (ROOT / "docs" / "atlas.md").read_text(encoding="utf-8")
    rows = [line for line in atlas.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == len(catalogue())
    fifty = (ROOT / "docs" / "fifty.md").read_text(encoding="utf-8")
    for entry in chosen([]):
        if entry.fifty:
            assert entry.name.split("(")[0] in fifty


def test_count() -> None:
    assert Count(("a",), ("b",), ()).text(2) == "1 of 2"
    assert Count(("a",), (), ("b",)).text(2) == "1 to 2 of 2"


@pytest.mark.parametrize(
    ("formula", "quasiconvex", "infimum", "off_plateaus"),
    [
        ("min(max(x,0),6)", True, 0, []),
        ("x*min(max(x+3,0),6)/6", True, Fraction(-3, 8), [Fraction(-3, 8)]),
        ("abs(x)", True, 0, [0]),
        ("-abs(x)", False, None, [0]),
        ("max(1-abs(x),0)", False, 0, [1]),
        ("sign(x)", True, -1, []),
        ("piecewise((20, x<=1/10),(x, true))", True, Fraction(1, 10), []),
        ("abs(abs(x)-1)", False, 0, [0, 1, 0]),
        ("-x^2", False, None, [0]),
    ],
)
def test_shapes(
    formula: str, quasiconvex: bool, infimum: Fraction | None, off_plateaus: list[Fraction]
) -> None:
    found = shape(parse(formula))
    assert found is not None
    assert found.is_quasiconvex is quasiconvex
    assert found.infimum == infimum
    assert sorted([*found.smooth_stationary_values(plateaus=False), *found.kink_values()]) == sorted(
        off_plateaus
    )


def test_shapes_of_other_functions_are_unknown() -> None:
    assert shape(parse("exp(x)")) is None
    assert shape(parse("x^3")) is None
    assert shape(parse("abs(x-sqrt(2))")) is None
