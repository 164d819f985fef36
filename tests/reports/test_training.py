"""Explanations and pictures of training problems: complete, true to what the checker infers, and readable."""

from __future__ import annotations

import ast
import itertools
import json
import re
import string
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest

import invexcheck
from invexcheck.architectures.methods import ALL_BUT, BETWEEN, COLLAPSES, METHODS, NUMBER, SADDLES, SIZES
from invexcheck.architectures.operators import result
from invexcheck.architectures.table import OPERATORS
from invexcheck.architectures.values import Smoothness
from invexcheck.limits import Limits
from invexcheck.rules import RULES
from invexcheck.rules.training import RULES as TRAINING_RULES
from invexcheck.rules.witnesses import RULES as WITNESS_RULES
from invexproof.architectures.yaml_files import training_of_yaml
from invexproof.certificates import canonical_bytes
from invexproof.provers.training import infer
from invexproof.reports import ReportError, explain, narrate, replay, training_plots
from invexproof.reports.format_tables import fill
from invexproof.reports.operator_words import WORDS
from invexproof.reports.pictures import save_plot
from invexproof.reports.side_conditions import CHOOSE, CONDITIONS, reasons
from invexproof.reports.training_layers import MAX_ROWS, layers, trained
from invexproof.reports.training_sections import PLAIN, SADDLE, SYMBOLS, breaks, describe, sentence
from invexproof.reports.training_view import View
from tests.checker.training.test_training_rules import name_of
from tests.checker.training.training_cases import CASES, Case
from tests.cli.running import run
from tests.reports.examples import CERTIFICATES, EXAMPLES, FORMAT
from tests.reports.operator_samples import SAMPLES

Json = dict[str, Any]
TRAINING = {d["proof"]["step"]["rule"]: d for d in EXAMPLES if d["claim"]["kind"].startswith("training.")}
HEAD_RULES = ("smooth-head", "rescaled-head", "rectified-head")
MLP = "mlp: [2, 16, 16, 1]\nactivation: relu\nloss: mse\nbatch: 4\n"
VIT = (
    "vit: {depth: 12, width: 32, heads: 4, patch: 8, image: [3, 32, 32], classes: 10}\nloss: cross-entropy\n"
)
UNET = "unet: {depth: 2, channels: 8, image: [1, 16, 16]}\nloss: cross-entropy\n"


def subject(inputs: list[Any], *nodes: Any) -> Json:
    return {"inputs": inputs, "nodes": list(nodes)}


SPELT: dict[str, Json] = {
    ALL_BUT: {"step": ALL_BUT, "except": ["1/2"]},
    BETWEEN: {"step": BETWEEN, "between": ["1/3", "2"]},
    SIZES: {"step": SIZES, "sizes": ["1/3", "1/4"]},
    NUMBER: {"step": "1/3"},
    "": {},
}
"""How a claim names step sizes that are not a word alone."""


def claimed(graph: Json, method: str = "gd", start: str = "density", step: str = "almost-every") -> Json:
    """The certificate of a claim about a method; that it collapses, if it starts nowhere."""
    claim: Json = {
        "kind": "training.gd-nonsingular",
        "method": method,
        "subject": graph,
        "negated": not start,
    }
    claim |= SPELT.get(step, {"step": step})
    if start:
        rule = METHODS[method, start, step].rule
        claim |= {"start": start}
    else:
        rule = COLLAPSES[method, step].rule
        claim |= {"step": "1/2"} if rule == "dead-head" else {}
    return {
        "format": "invexproof-certificate/1", "claim": claim, "proof": {"step": {"rule": rule}}, "provenance": {},
    }  # fmt: skip


def told(document: Json, **options: Any) -> str:
    return " ".join(explain(document, **options).split())


def view(text: str) -> View:
    return View(infer(training_of_yaml(text).graph().to_subject()))


# -- the table of operators -------------------------------------------------------------------------------------


def test_every_operator_has_its_words() -> None:
    assert set(WORDS) == set(OPERATORS) == set(SAMPLES)
    for name, row in OPERATORS.items():
        assert len(WORDS[name].args) == len(row.arguments), name
        if WORDS[name].smoothness != Smoothness.ANALYTIC or name == "log":
            assert WORDS[name].breaks, name


@pytest.mark.parametrize("name", WORDS)
def test_texts_use_facts_that_exist(name: str) -> None:
    row, words = OPERATORS[name], WORDS[name]
    known = {*row.attributes, "size", "labels"}
    known |= {f"{part}{i}" for part in ("argument", "range") for i in range(len(row.arguments))}
    texts = [words.breaks, *(words.side or {}).values()]
    used = {field for text in texts for _, field, _, _ in string.Formatter().parse(text) if field}
    assert used <= known
    assert words.side is None or (name in CHOOSE) is ("text" not in words.side)
    assert words.side is None or words.domain or name in ("log_softmax",)


@pytest.mark.parametrize("name", SAMPLES)
def test_operators_are_as_smooth_as_is_said(name: str) -> None:
    arguments, attributes = SAMPLES[name]
    found = result(name, arguments, attributes, Limits())
    assert found.smoothness == WORDS[name].smoothness


def test_every_condition_on_the_data_has_its_words() -> None:
    said = set()
    for path in (Path(invexcheck.__file__).parent / "architectures").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            method = (
                node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
            )
            if isinstance(node, ast.Call) and method in ("demand", "state"):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                said |= {t for t in texts if isinstance(t, str) and " " not in t}
    assert said <= CONDITIONS.keys()
    assert CONDITIONS.keys() - said <= {"positive", "nonnegative"}
    assert all(f"`{word}`" in FORMAT for word in CONDITIONS)


def test_the_tables_of_the_format_are_up_to_date() -> None:
    page = (CERTIFICATES / "format" / "training.md").read_text(encoding="utf-8")
    assert fill(page) == page, "python -m invexproof.reports.format_tables certificates/format/training.md"


# -- explanations -----------------------------------------------------------------------------------------------


def test_there_is_an_example_for_each_rule() -> None:
    assert set(TRAINING) == {rule.name for rule in (*TRAINING_RULES, *WITNESS_RULES)}


@pytest.mark.parametrize("rule", TRAINING)
def test_an_explanation_names_the_lemmas_of_its_rule(rule: str) -> None:
    narrative = narrate(replay(TRAINING[rule]))
    why = next(section for section in narrative.sections if section.title == "Why it is true")
    text = str(why)
    assert [lemma for lemma in RULES[rule].lemmas if lemma not in text] == []


DEAD = subject(
    [
        ["data", "real", [4, 2], "x"], ["parameter", "real", [3, 2], "a"], ["parameter", "real", [3], "b"],
        ["parameter", "real", [1, 3], "c"], ["parameter", "real", [1], "d"], ["data", "real", [4, 1], "y"],
    ],
    ["linear", [0, 1, 2]], ["relu", [6]], ["linear", [7, 3, 4]], ["mean_squared_error", [8, 5]],
)  # fmt: skip
CUBE = subject([["parameter", "real", [], "w"]], ["square", [0]], ["multiply", [1, 0]])
QUADRATIC = subject(
    [["data", "real", [2], "x"], ["parameter", "real", [2], "w"], ["data", "real", [2], "y"]],
    ["multiply", [1, 0]], ["mean_squared_error", [3, 2]],
) | {"values": {"x": ["1", "0"], "y": ["3", "4"]}}  # fmt: skip
KEYS = [*METHODS, *((method, "", step) for method, step in COLLAPSES)]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: "-".join(key))
def test_every_method_is_explained_in_the_words_of_the_checker(key: tuple[str, str, str]) -> None:
    graph = QUADRATIC if key == ("gd", "", BETWEEN) else DEAD if not key[1] or key[2] == ALL_BUT else CUBE
    found = replay(claimed(graph, *key))
    said = sentence(found.claim)  # type: ignore[arg-type]
    text = told(found.document)
    assert said in text
    assert "{" not in text
    spelt = said
    for word, symbol in SYMBOLS.items():
        spelt = spelt.replace(symbol, word)
    assert spelt == found.statement.split("\n")[0]
    assert not key[1] or PLAIN[key[2]] in text


@pytest.mark.parametrize("step", SADDLES)
def test_saddles_are_explained_in_the_words_of_the_checker(step: str) -> None:
    document = claimed(DEAD if step == ALL_BUT else CUBE, step=step)
    document["claim"]["kind"] = "training.avoids-strict-saddles"
    document["proof"]["step"] = {"rule": "strict-saddles", "by": document["proof"]["step"]}
    found = replay(document)
    said = sentence(found.claim)  # type: ignore[arg-type]
    text = told(document)
    assert said in text
    assert SADDLE in text
    assert "{" not in text
    for word, symbol in SYMBOLS.items():
        said = said.replace(symbol, word)
    assert said == found.statement.split("\n")[0]
    assert "Why steps are non-singular" in text


def test_reasons_rest_on_the_ranges_that_the_checker_infers() -> None:
    graph = subject(
        [
            ["data", "real", [4, 3], "x"], ["parameter", "real", [3], "w"], ["data", "integer", [4], "ids"],
            ["data", "real", [3], "scale"],
        ],
        ["multiply", [0, 1]], ["softmax", [4], {"axis": 1}], ["log", [5]], ["square", [1]], ["add", [7, "1"]],
        ["sqrt", [8]], ["divide", [6, 9]], ["divide", [10, 3]], ["take", [11, 2], {"axis": 0}],
        ["mean", [12], {"axes": [0, 1]}],
    )  # fmt: skip
    text = told(claimed(graph))
    for said in (
        "its argument, a softmax, is in (0, 1)",
        "its argument, an add, is in [1, ∞)",
        "it divides by a sqrt, in (0, ∞), which is without 0",
        "it divides by scale, of which no entry may be 0: a condition on the data",
        "the indices, ids, must be below 4: a condition on the data",
        "no entry is 0 (for divide)",
        "entries are from 0 to 3 (for take)",
        "Every node is analytic",
    ):
        assert said in text, said


def test_masks_and_labels_that_are_ignored_are_conditions() -> None:
    graph = subject(
        [
            ["parameter", "real", [4, 3], "w"], ["constant", "extended", [4, 3], "mask"],
            ["data", "integer", [4], "target"],
        ],
        ["add", [1, 0]], ["softmax", [3], {"axis": 1}], ["cross_entropy", [4, 2, None], {"ignore": -100}],
    )  # fmt: skip
    text = told(claimed(graph))
    assert "at softmax (node 4): no row of its scores is masked as a whole" in text
    assert "at cross_entropy (node 5): some label is not ignored" in text
    assert "entries are from 0 to 2, or -100 (ignored) (for cross_entropy)" in text
    assert "mask constant real or −∞" in text


def test_breakpoints_are_told_with_their_places() -> None:
    graph = subject(
        [["parameter", "real", [4], "w"]],
        ["clamp", [0], {"high": "6", "low": "-1/2"}], ["round", [1]], ["relu", [2]], ["exp", [3]], ["relu", [4]],
        ["sum", [5], {"axes": [0]}],
    )  # fmt: skip
    text = told(claimed(graph))
    assert "clamp 1 continuous at −1/2 and 6" in text
    assert "round 1 discontinuous halfway between integers" in text
    assert "relu 1 continuous at 0" in text  # the other one has a positive argument
    assert (
        "0 of them are analytic, 1 continuous and piecewise analytic and 5 piecewise analytic, perhaps"
        in text
    )


def test_choices_that_are_continuous_are_told_apart_from_jumps() -> None:
    inputs = [["parameter", "real", [4], "w"]]
    nodes = [["less", ["0", 0]], [], ["where", [1, 0, 2]], ["sum", [3], {"axes": [0]}]]
    for op, said in (("expm1", "where 1 continuous where its comparison turns"), ("exp", "")):
        found = View(infer(subject(inputs, nodes[0], [op, [0]], *nodes[2:])))
        rows = [f"{name} {len(n)} {word} {where}" for (name, word, where), n in breaks(found).items()]
        assert any(row.startswith(said) for row in rows if said) is bool(said)
        assert "less 1 discontinuous where both arguments are equal" in rows


def test_a_stopped_gradient_is_told() -> None:
    text = told(TRAINING["random-steps"])
    assert "The gradient is stopped in 1 node." in text
    assert "which is not the gradient of L" in text


def test_the_trap_of_the_zero_state_is_told() -> None:
    for rule in ("momentum-step", "adaptive-step"):
        assert "trap of the zero state" in told(TRAINING[rule])
    assert "trap" not in told(TRAINING["gradient-step"])


def test_numbers_of_collapses_are_those_of_the_graph() -> None:
    assert "with the second derivative 2." in told(TRAINING["dead-head"])
    assert "For the step size η = 1/2" in told(TRAINING["dead-head"])
    assert "the gradient by hidden.weight and head.weight tends to 0" in told(TRAINING["soft-threshold"])


@pytest.mark.parametrize("case", [c for c in CASES if c.code is None and c.rule in HEAD_RULES], ids=name_of)
def test_reasons_name_the_last_layer_and_what_depends_on_it(case: Case) -> None:
    document = case.document()
    text = told(document)
    head = re.search(r"\(W is (\w+), (b is (\w+)|without a bias)\)", text)
    assert head is not None
    names = [line[3] for line in document["claim"]["subject"]["inputs"]]
    assert {head[1], head[3]} - {None} <= set(names)
    assert ("σ′(τ)" in text) + ("σ′² = A + B" in text) + ("bends little somewhere" in text) + (
        "cannot fit" in text
    ) == 1
    assert ("each of them one point" in text) is ("its selections" in text)


def test_what_is_left_out_is_told() -> None:
    texts = {
        case.name: told(case.document())
        for case in CASES
        if case.rule == "rectified-head" and case.code is None
    }
    assert "nothing is said, 3/2. It is bad indeed" in texts["gd density all-but"]
    assert "nothing is said, 3/2 (the claim leaves out 2 more" in texts["more left out: gd density all-but"]
    assert "may be bad, 3/2; the claim is about 1/7" in texts["gd density 1/7"]
    assert "nothing is left out" in texts["leaky: gd density every"]


def test_weight_decay_moves_the_number_that_must_be_no_eigenvalue() -> None:
    for rule in ("flat-point", "constant-features", "smooth-head", "rescaled-head"):
        graph = TRAINING[rule]["claim"]["subject"]
        document = claimed(graph, "weight-decay", step="every") | {"proof": {"step": {"rule": rule}}}
        assert "1/η − λ takes the place of 1/η" in told(document)
        assert "takes the place" not in told(TRAINING[rule])


# -- layers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [MLP, VIT, UNET], ids=["mlp", "vit", "unet"])
def test_layers_hold_every_node_once_and_all_parameters(text: str) -> None:
    found = view(text)
    rows = layers(found)
    nodes = sorted(n for layer in rows for n in (*layer.nodes, *layer.copies))
    assert nodes == [number for number, _ in found.numbered()]
    assert sum(trained(found, layer) * layer.times for layer in rows) == found.architecture.dimension
    for layer in rows:
        assert len(layer.copies) == (layer.times - 1) * len(layer.nodes)
        assert layer.smoothness == min(found.own(n) for n in (*layer.nodes, *layer.copies))


def test_blocks_are_told_once() -> None:
    rows = layers(view(VIT))
    assert len(rows) < 14
    assert {layer.times for layer in rows} == {1, 12}
    assert "encoder.layers.0…11.ln_1" in [layer.name for layer in rows]


def test_long_graphs_are_shortened_by_their_names() -> None:
    names = [f"stage{i}.block{j}.{'ab'[k]}" for i, j, k in itertools.product(range(4), range(10), range(2))]
    inputs = [["parameter", "real", [n + 1], f"{name}.weight"] for n, name in enumerate(names)]
    nodes: list[Any] = [["mean", [k], {"axes": [0]}] for k in range(len(names))]
    total = len(names)
    for k in range(1, len(names)):
        nodes.append(["add", [total if k == 1 else 2 * len(names) + k - 2, len(names) + k]])
    found = View(infer(subject(inputs, *nodes)))
    rows = layers(found)
    assert len(rows) <= MAX_ROWS
    assert sum(len(layer.nodes) + len(layer.copies) for layer in rows) == len(nodes)


def test_what_is_not_analytic_is_what_makes_the_loss_so() -> None:
    for text in (MLP, VIT, UNET):
        found = view(text)
        least = min(found.own(number) for number, _ in found.numbered())
        assert least == found.architecture.smoothness
        assert len(list(describe(found))) >= 4
    assert {r.op for r in reasons(view(VIT))} == {"layer_norm", "attention", "cross_entropy"}


# -- pictures and files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [VIT, UNET], ids=["vit", "unet"])
def test_texts_in_pictures_do_not_overlap(text: str) -> None:
    found = replay(claimed(training_of_yaml(text).graph().to_subject()))
    figure = training_plots.draw(found)
    figure.draw_without_rendering()
    box, legend = figure.bbox, figure.axes[0].get_legend()
    assert legend is not None
    drawn = [text for text in (*figure.axes[0].texts, *legend.get_texts()) if text.get_text()]
    extents = [(text.get_text(), text.get_window_extent()) for text in drawn]
    assert len(extents) > 20
    for words, extent in extents:
        assert box.x0 <= extent.x0 <= extent.x1 <= box.x1, words
        assert box.y0 <= extent.y0 <= extent.y1 <= box.y1, words
    for (a, first), (b, second) in itertools.combinations(extents, 2):
        assert not first.overlaps(second), f"{a!r} and {b!r}"


def test_a_bad_step_size_is_drawn_with_where_it_leads() -> None:
    figure = training_plots.draw(replay(TRAINING["dead-head"]))
    figure.draw_without_rendering()
    layers_drawn, parabola = figure.axes
    box = parabola.get_tightbbox()
    assert box is not None
    assert all(not text.get_window_extent().overlaps(box) for text in layers_drawn.texts if text.get_text())
    (said,) = figure.texts
    assert "a step of size 1/2" in said.get_text()
    assert not said.get_window_extent().overlaps(box)
    assert said.get_window_extent().x1 <= figure.bbox.x1
    assert len(training_plots.draw(replay(TRAINING["rectified-head"])).axes) == 1


def test_connections_that_skip_layers_are_those_of_the_network() -> None:
    found = view(VIT)
    rows = layers(found)
    names = [layer.name.removeprefix("encoder.layers.0…11.") for layer in rows]
    skips = {(names[a], names[b]) for a, b in training_plots.connections(found, rows) if b > a + 1}
    assert skips == {("encoder", "self_attention.out_proj"), ("self_attention.out_proj", "mlp.3")}


def test_pictures_are_drawn_the_same_each_time(tmp_path: Path) -> None:
    found = replay(TRAINING["momentum-step"])
    for suffix in (".svg", ".png"):
        files = [tmp_path / f"{k}{suffix}" for k in range(2)]
        for file in files:
            save_plot(found, file)
        assert files[0].read_bytes() == files[1].read_bytes()
    assert matplotlib.image.imread(tmp_path / "0.png").std() > 0.02
    with pytest.raises(ReportError, match="coordinates"):
        save_plot(found, tmp_path / "f.svg", coordinates=(1, 2))


def test_the_command_line_explains_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "a.cert.json").write_bytes(canonical_bytes(TRAINING["gradient-step"]))
    done = run(
        "explain", "a.cert.json", "--format", "markdown", "-o", "a.md", "--plot", "a.svg", cwd=tmp_path
    )
    assert done.status == 0, done.err
    text = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "| embedding | take, mean |" in text
    assert (tmp_path / "a.svg").stat().st_size > 5000
    forged = json.loads((tmp_path / "a.cert.json").read_text())
    forged["claim"]["step"] = "every"
    (tmp_path / "a.cert.json").write_bytes(canonical_bytes(forged))
    assert run("explain", "a.cert.json", cwd=tmp_path).status == 1
