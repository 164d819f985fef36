"""The gallery of networks: shipped certificates are valid, about the networks of the entries, and made again."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from invexproof import generated
from invexproof.gallery import __main__ as command
from invexproof.gallery.collection import COLLECTIONS, chosen
from invexproof.gallery.deciding import decide
from invexproof.gallery.entries import GalleryError, read_topic
from invexproof.gallery.facts import basis, counted, described, point
from invexproof.gallery.maps import MapEntry, claim_words
from invexproof.gallery.networks import free_vision_transformer, skew_residual_block
from invexproof.networks.evaluation import jacobian, output
from tests.gallery.shipping import check_certificates

ROOT = Path(__file__).resolve().parents[2]
MAPS = COLLECTIONS[0]
CERTIFICATES, PAGE, OWNED = MAPS.certificates, MAPS.page, MAPS.owned
ENTRIES = {name: entry for name, entry in MAPS.entries.items() if isinstance(entry, MapEntry)}
SHIPPED = {path.name.partition(".")[0]: path for path in (ROOT / CERTIFICATES).glob("*.cert.json")}
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
ROWS = {
    match["name"]: match
    for match in re.finditer(
        r'^\| <a id="(?P<name>[^"]+)"></a>`(?P=name)` \| (?P<claim>.*) \| (?P<verdict>proved|refuted|undecided)'
        r"(?P<vacuous> \(vacuous\))? \| (?P<by>.*) \| (?P<size>.*) \|$",
        TEXT,
        flags=re.M,
    )
}
SAMPLE = [
    "layer-minors",
    "layer-relu",
    "residual-not-p0",
    "unet-contraction",
    "layer-norm-eps-zero-two",
    "attention",
    "tanh-2-box",
    "mlp-leaky-relu",
    "free-vision-transformer",
    "loss-huber",
    "loss-shear",
    "loss-relu-mse-almost-everywhere",
]
MOST_BYTES = 10_000
LARGE = 1_000_000
COUNTED = {"layer-minors": [1, 1, 1, 1, 1, 1], "layer-minors-mixed": [-1, 1], "layer-flat-point": [-1, 1]}


# -- what is shipped -----------------------------------------------------------------------------------------


def test_there_is_a_certificate_for_each_entry_that_is_decided() -> None:
    decided = {name for name, entry in ENTRIES.items() if entry.shipped and entry.verdict != "undecided"}
    assert set(SHIPPED) == decided
    assert max(path.stat().st_size for path in SHIPPED.values()) < MOST_BYTES


def test_shipped_certificates_are_valid_and_about_the_networks_of_the_entries() -> None:
    check_certificates(ENTRIES, SHIPPED)


def test_the_page_has_every_entry_with_its_verdict_and_size() -> None:
    assert list(ROWS) == list(ENTRIES)
    for name, row in ROWS.items():
        entry = ENTRIES[name]
        assert row["verdict"] == entry.verdict
        assert row["claim"].startswith(f"**{entry.network}**: ")
        assert row["claim"].endswith(f". {entry.shows}")
        if name in SHIPPED:
            assert row["size"] == str(SHIPPED[name].stat().st_size)
        elif entry.shipped:
            assert row["size"] == "–"
        else:
            assert int(row["size"].removesuffix(", not shipped")) > LARGE
    counts = Counter(row["verdict"] for row in ROWS.values())
    assert (
        f"{counts['proved']} proved, {counts['refuted']} refuted, {counts['undecided']} undecided.\n" in TEXT
    )
    assert {name for name, row in ROWS.items() if row["vacuous"]} == {"loss-cross-entropy", "loss-logistic"}


def test_other_pages_quote_the_verdicts() -> None:
    text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    for collection in COLLECTIONS:
        page = collection.page.name
        quoted = re.findall(rf"\[([a-z0-9-]+)\]\({re.escape(page)}#([a-z0-9-]+)\) \(([a-z]+)\)", text)
        assert len(quoted) == text.count(f"({page}#") > len(collection.entries) / 3
        for name, anchor, verdict in quoted:
            assert name == anchor
            assert verdict == collection.entries[name].verdict, name


# -- making it again -----------------------------------------------------------------------------------------


def test_some_certificates_are_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    only = [text for name in SAMPLE for text in ("--only", name)]
    assert command.main(["-o", str(ROOT), "--check", *only]) == 0, capsys.readouterr().err
    assert "0 different" in capsys.readouterr().out


@pytest.mark.slow
def test_everything_is_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    """The large networks, too, whose certificates are checked but not shipped."""
    assert command.main(["-o", str(ROOT), "--check"]) == 0, capsys.readouterr().err


def test_one_entry_is_written_to_another_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["-o", str(tmp_path), "--only", "softmax", "--only", "loss-shear"]
    assert command.main(options) == 0
    written = tmp_path / CERTIFICATES / "softmax.cert.json"
    assert written.read_bytes() == SHIPPED["softmax"].read_bytes()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [written]
    written.write_bytes(SHIPPED["gate"].read_bytes())
    assert command.main([*options, "--check"]) == command.DIFFERENT
    assert "softmax.cert.json differs" in capsys.readouterr().err


def test_an_unexpected_verdict_is_an_error() -> None:
    with pytest.raises(GalleryError, match="max-pool is proved, not refuted"):
        decide([replace(ENTRIES["max-pool"], verdict="refuted")])


def test_unknown_names_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["-o", "unused", "--only", "nothing"]) == command.WRONG
    assert "no entry 'nothing'" in capsys.readouterr().err


def test_files_that_differ_are_found_and_repaired(tmp_path: Path) -> None:
    wanted = {PAGE: b"page", CERTIFICATES / "a.cert.json": b'{"claim":{},"provenance":{"seconds":"1"}}\n'}
    assert len(generated.save(tmp_path, wanted, OWNED)) == 2
    assert generated.save(tmp_path, wanted, OWNED) == []
    other_run = {**wanted, CERTIFICATES / "a.cert.json": b'{"claim":{},"provenance":{"seconds":"2"}}\n'}
    assert generated.differences(tmp_path, other_run, OWNED) == []
    (tmp_path / CERTIFICATES / "stray.cert.json").write_text("{}")
    (tmp_path / CERTIFICATES / "a.cert.json").unlink()
    (tmp_path / PAGE).write_text("another page")
    assert generated.differences(tmp_path, wanted, OWNED) == [
        "docs/gallery.md differs",
        "certificates/maps/a.cert.json is missing",
        "certificates/maps/stray.cert.json belongs to nothing",
    ]
    assert generated.differences(tmp_path, wanted, {}) == [
        "docs/gallery.md differs",
        "certificates/maps/a.cert.json is missing",
    ]
    assert len(generated.save(tmp_path, wanted, OWNED)) == 3
    assert generated.differences(tmp_path, wanted, OWNED) == []


# -- entries -------------------------------------------------------------------------------------------------

PLAIN = {
    "name": "plain",
    "network": "x",
    "shows": "Nothing.",
    "claim": "nonsingular",
    "verdict": "proved",
    "formulas": "x1",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "'plain' has a field 'colour'"),
        ({"name": "Not a name"}, "is not a name"),
        ({"yaml": "network: [tanh]"}, "must have one of yaml, formulas, sample, like"),
        ({"formulas": ""}, "must have one of"),
        ({"formulas": "", "sample": "perceptron"}, "no function 'perceptron'"),
        ({"formulas": "", "like": "later"}, "no earlier entry 'later'"),
    ],
)
def test_mistakes_in_entries_are_reported(change: dict[str, str], message: str) -> None:
    with pytest.raises(GalleryError, match=message):
        MapEntry.read({**PLAIN, **change}, {})


def test_an_entry_can_be_like_an_earlier_one() -> None:
    plain = MapEntry.read(PLAIN, {})
    row = {**PLAIN, "name": "other", "formulas": "", "like": "plain", "claim": "invex", "loss": "mse:1/2"}
    other = MapEntry.read(row, {"plain": plain})
    assert other.build() == plain.build()
    assert (other.source, other.loss) == ("as plain", "mse:1/2")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "1-broken.toml"
    path.write_text('title = "Broken"\n')
    with pytest.raises(GalleryError, match=r"1-broken\.toml cannot be read: 'entry' is missing"):
        read_topic(path, MapEntry, {})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "nonsingular Jacobian at every x ∈ ℝ"),
        ({"formulas": "x1 + x2"}, "Jacobian of full row rank 1 at every x ∈ ℝ²"),
        (
            {"claim": "nonsingular-almost-everywhere", "formulas": "x1, x12"},
            "Jacobian of full row rank 2 at almost every x ∈ ℝ¹²",
        ),
        (
            {"formulas": "x1, x2, x3", "region": "[-1/2,1]x[0,1]x[0,1]"},
            "nonsingular Jacobian at every x ∈ [−1/2, 1] × [0, 1]²",
        ),
        (
            {
                "formulas": "",
                "sample": "free_mlp",
                "arguments": {"widths": [2, 2], "activation": "tanh"},
                "claim": "nonsingular-almost-everywhere",
            },
            "nonsingular Jacobian at almost every x ∈ ℝ², for almost all weights",
        ),
        ({"claim": "invex", "loss": "mse:1/2"}, "composed with the squared error from 1/2, invex on ℝ"),
        (
            {"claim": "invex", "loss": "separable:abs(x)", "almost_everywhere": True},
            "composed with the sum of abs(x), invex almost everywhere on ℝ",
        ),
    ],
)
def test_claims_in_words(changes: dict[str, object], words: str) -> None:
    assert claim_words(MapEntry(**{**PLAIN, **changes}).question()) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ({"rule": "rank"}, "rank"),
        ({"rule": "boxes", "tree": "0pp"}, "boxes, 2 boxes"),
        ({"rule": "boxes", "tree": "sc01ccc", "at": [[0, "1/3"]]}, "boxes, 4 boxes"),
        (
            {"rule": "compose", "cuts": [1, 2], "steps": [{"rule": r} for r in ("rank", "rank", "gram")]},
            "compose, 2 × rank then gram",
        ),
        ({"rule": "dependent-outputs", "combination": ["-1/2", "0", "1"]}, "− 1/2·y1 + y3 is constant"),
        ({"rule": "enclosed-point", "from": ["1", "-3"], "to": ["2", "-2"]}, "near (1.5, −2.5)"),
        ({"rule": "singular-point", "at": ["-1/2"]}, "singular-point, at −1/2"),
    ],
)
def test_what_a_proof_rests_on(step: dict[str, object], text: str) -> None:
    assert described(step).endswith(text)


def test_points_and_counts() -> None:
    assert point(["0", "0"]) == "0"
    assert point(["-1/2", "3"]) == "(−1/2, 3)"
    assert point(["1"] * 5) == "a point with 5 coordinates"
    assert [counted(1, "box"), counted(2, "box"), counted(2, "part")] == ["1 box", "2 boxes", "2 parts"]


def test_a_reason_takes_the_place_of_a_proof() -> None:
    (decided,) = decide(chosen(["loss-shears"]))
    assert basis(decided.result) == decided.result.reason == ROWS["loss-shears"]["by"]


# -- what independent computations say ----------------------------------------------------------------------


def test_sampled_determinants_have_one_sign_where_it_is_proved() -> None:
    generator = np.random.default_rng(5)
    sampled = 0
    for entry in ENTRIES.values():
        question = entry.question() if entry.shipped and entry.claim == "nonsingular" else None
        if question is None or entry.verdict != "proved":
            continue
        network = question.target.network
        scale = generator.choice([0.1, 0.5, 1.0, 3.0], (200, 1))
        x = scale * generator.standard_normal((200, network.inputs))
        if question.region is not None:
            low, high = np.array([[float(end) for end in side] for side in question.region]).T
            x = low + (high - low) * generator.random(x.shape)
        slopes = jacobian(network, x)
        assert np.linalg.svd(slopes, compute_uv=False)[:, -1].min() > 0, entry.name
        if network.inputs == network.outputs:
            assert len(set(np.sign(np.linalg.det(slopes)))) == 1, entry.name
        sampled += 1
    assert sampled > 30


@pytest.mark.parametrize("name", COUNTED)
def test_products_of_minors_have_the_signs_that_are_told(name: str) -> None:
    network = ENTRIES[name].build()
    first, second = (tensor.array for key, tensor in network.tensors.items() if len(tensor.shape) == 2)
    n = first.shape[1]
    signs = [
        int(np.sign(np.linalg.det(second[:, list(s)]) * np.linalg.det(first[list(s)])))
        for s in combinations(range(len(first)), n)
    ]
    assert sorted(signs) == COUNTED[name]


def test_skew_blocks_have_the_symmetric_part_that_is_told() -> None:
    network = skew_residual_block(5, 7, "tanh", seed=3)
    inner, outer = (network.tensors[f"{name}.weight"].array for name in ("inner", "outer"))
    product = inner @ outer
    assert np.array_equal(product + product.T, 2 * inner @ inner.T)
    assert not np.array_equal(product, product.T)


def test_the_function_after_two_shears_falls_through_a_stationary_point() -> None:
    shears = ENTRIES["shears"].build()
    near = {tuple(jacobian(shears, 1e-3 * np.array(x))[1]) for x in ((1, 1), (1, -1), (-2, 1), (-2, -1))}
    assert near == {(1.0, 2.0), (1.0, 0.0), (-1.0, 0.0), (-1.0, 2.0)}
    assert output(shears, np.array([-2.0, -2.0]))[1] == -2.0


def test_a_vision_transformer_has_free_weights_and_mixes_patches() -> None:
    network = free_vision_transformer(4, 2, 4, 2, 8, 3)
    assert set(network.free) == {name for name, tensor in network.tensors.items() if tensor.free}
    assert {"embed.weight", "norm1.bias", "query.weight", "outer.bias", "head.weight"} <= set(network.free)
    assert (network.inputs, network.outputs) == (16, 3)
