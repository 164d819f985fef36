"""Facts about steps that show full rank of a network, part by part, on boxes, or at witnesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod

import numpy as np
from flint import arb, arb_mat, fmpq

from invexcheck.balls import precision
from invexcheck.intervals import Interval
from invexcheck.networks.functions import Enclosures
from invexcheck.networks.graph import Network, Segment
from invexcheck.networks.macros import Chain
from invexcheck.networks.propagation import at_point
from invexcheck.networks.slope_forms import slope_form
from invexcheck.networks.tensors import read_tensor
from invexcheck.reading import rational
from invexcheck.rules.generic_rank import Choice, Selected
from invexcheck.rules.regions import Parts, forward_over, leaves
from invexproof.reports import numerals
from invexproof.reports.matrices import about, node_name, shape, vector
from invexproof.reports.prose import Math, Phrase, count, listing
from invexproof.reports.replay import Step, included
from invexproof.reports.scene import Fact, Scene
from invexproof.reports.slope_facts import MAX_WRITTEN, remembered
from invexproof.reports.writer import symbol

BITS = 128
MAX_DETERMINANT = 12
"""Rows of a matrix whose determinant says something to a reader."""
MAX_SINGULAR = 400
"""Rows and columns of a matrix whose singular values are computed for the reader."""
MAX_LEAVES = 200
"""Leaves of a tree that are looked at once more for the reader."""
Box = tuple[Interval, ...]


def outputs(scene: Scene) -> str:
    return str(scene.network.outputs)


# -- compositions of parts --------------------------------------------------------------------------------


def parts(scene: Scene) -> str:
    return count(len(scene.step["steps"]), "part")


def cut_nodes(scene: Scene) -> Phrase:
    names = [node_name(number) for number in scene.step["cuts"]]
    if len(names) > MAX_WRITTEN:
        return (*listing([*names[:MAX_WRITTEN], f"{len(names) - MAX_WRITTEN} more nodes"]),)
    return listing(names)


def matrix_shape(scene: Scene) -> Math:
    segment = scene.segment.segment
    return shape((segment.outputs, segment.inputs))


def weight_bits(scene: Scene) -> str:
    """How long the entries of the matrix of an affine part are."""
    session = scene.replay.session
    numerators, _ = slope_form(scene.segment.segment, session.budget).c.numer_denom()
    return count(max(abs(int(x)).bit_length() for x in numerators.entries()), "bit")


def witness_slopes(scene: Scene) -> Phrase:
    """The points at which slopes differ from 0."""
    shown: list[Phrase] = []
    for number, points in sorted(scene.step.get("nonzero", {}).items(), key=lambda item: int(item[0])):
        places = [scene.writer.point(scene.replay.session.point(raw, ())) for raw in points]
        shown.append((symbol(f"f{number}"), " at ", *listing(places)))
    return listing(shown)


# -- boxes ------------------------------------------------------------------------------------------------


def tree_boxes(scene: Scene, step: Step | None = None) -> Iterator[tuple[str, Box]]:
    """The leaves of a tree of boxes with their forms."""
    step = scene.step if step is None else step
    session, region = scene.replay.session, scene.segment.region or ()
    with precision(step.get("precision", 64)):
        explicit = iter([(int(index), rational(at, session.limits)) for index, at in step.get("at", [])])
        for form, box, _ in leaves(session, step["tree"], region, explicit):
            yield form, box


def box_count(scene: Scene) -> str:
    return count(sum(_forms(scene).values()), "box")


def box_forms(scene: Scene) -> str:
    names = {"c": "by the corners of their slopes", "p": "by a preconditioned matrix"}
    used = _forms(scene)
    if len(used) == 1:
        return names[next(iter(used))]
    return " and ".join(f"{number} {names[form]}" for form, number in sorted(used.items()))


def _forms(scene: Scene) -> Counter[str]:
    tree: str = scene.step["tree"]
    return Counter({form: tree.count(form) for form in "cp" if form in tree})


def narrowest_side(scene: Scene) -> Math:
    def compute() -> float:
        return min(float(side.hi - side.lo) for _, box in tree_boxes(scene) for side in box)

    return about(remembered(scene, "narrowest", compute))


def corner_margin(scene: Scene) -> Phrase:
    """The least absolute value of a determinant at a corner, over all leaves of that kind, if they are few."""
    goal, session = scene.segment, scene.replay.session
    if not 0 < _forms(scene)["c"] <= MAX_LEAVES:
        return ("",)
    parts = Parts(session, goal, scene.fields())
    chain = Chain(session, goal.segment)
    layers = sum(step.op == "pointwise" for step in chain.steps)
    least: list[arb] = []
    with precision(scene.step.get("precision", 64)):
        for kind, box in tree_boxes(scene):
            if kind == "c":
                enclosures = Enclosures(session, goal.segment.network.functions, session.facts)
                forward = forward_over(session, chain, enclosures, box, layers > 1)
                for form, polynomial in zip(parts.forms, parts.polynomials, strict=True):
                    slopes = [forward.slopes[node][entry] for node, entry in form.places]
                    values = polynomial.corners([(side.lo, side.hi) for side in slopes])
                    least += [value.abs_lower() for value in values]
    bound = numerals.low(min(least, key=float))
    return (" At the corners of the slopes the determinants are at least ", bound, " in absolute value.")


def determinant_sign(scene: Scene) -> str:
    return "positive" if scene.step["sign"] == ">" else "negative"


def determinant_term(scene: Scene) -> Math:
    """The determinant as a formula."""
    (child,) = (c for c in scene.children() if c.node.role == "by")
    return scene.writer.simplified(child.sign.term, 120)


# -- witnesses --------------------------------------------------------------------------------------------


def given_network(scene: Scene) -> Network:
    """The network with the witness's values for free tensors."""
    session, network = scene.replay.session, scene.network
    raw: Mapping[str, object] = scene.step.get("tensors", {})
    tensors = {
        name: read_tensor(raw[name], (), session.limits, session.folder) if name in raw else tensor
        for name, tensor in network.tensors.items()
    }
    return replace(network, tensors=tensors)


def _matrix_at(scene: Scene, point: list[fmpq], choice: Choice) -> arb_mat:
    goal, session = scene.segment, scene.replay.session
    segment = Segment(given_network(scene), goal.segment.start, goal.segment.end)
    with precision(BITS):
        enclosures = Enclosures(session, segment.network.functions, session.facts)
        return Selected(session, Chain(session, segment), enclosures, at_point(point), choice).jacobian


def numbers(scene: Scene, raw: list[str]) -> list[fmpq]:
    """A point of the document."""
    return [rational(value, scene.replay.session.limits) for value in raw]


def at_vector(scene: Scene) -> Math:
    return vector(numbers(scene, scene.step["at"]))


def witness_matrix(scene: Scene) -> Phrase:
    """How far the matrix at the witness is from a smaller rank."""
    return margin(_matrix_at(scene, numbers(scene, scene.step["at"]), {}))


def margin(matrix: arb_mat) -> Phrase:
    """The determinant of a small square matrix, and the least singular value."""
    rows, columns = matrix.nrows(), matrix.ncols()
    if max(rows, columns) > MAX_SINGULAR:
        return ("",)
    said: Phrase = ()
    if rows == columns <= MAX_DETERMINANT:
        with precision(BITS):
            said = ("its determinant is about ", numerals.around(matrix.det()), ", ")
    values = np.array([float(entry.mid()) for entry in matrix.entries()]).reshape(rows, columns)
    least = float(np.linalg.svd(values, compute_uv=False)[-1])
    return (*said, "its least singular value about ", about(least))


def witness_weights(scene: Scene) -> str:
    """What else is chosen at a witness."""
    free = scene.network.free
    if not free:
        return ""
    entries = sum(prod(scene.network.tensors[name].shape) for name in free)
    return f" and for {count(entries, 'given weight')}"


def selection_count(scene: Scene) -> str:
    total = 1
    session = scene.replay.session
    for step in Chain(session, scene.segment.segment).steps:
        if step.op == "pointwise":
            total *= prod(len(session.facts[f].functions) for f in step.data)
        elif step.op == "max":
            total *= step.data**step.size
    return count(total, "selection")


def given_points(scene: Scene) -> str:
    number = len(scene.step["points"])
    return "the given point" if number == 1 else f"one of {number} given points"


# -- other certificates -----------------------------------------------------------------------------------


def certificate_name(scene: Scene) -> str:
    """Under which name an included certificate is explained."""
    steps = [node.step for node in scene.replay.certificates]
    return f"C{steps.index(scene.step) + 1}"


def certificate_source(scene: Scene) -> str:
    name = scene.step.get("file")
    return "inside this one" if name is None else f"in the file {name}"


def certificate_claim(scene: Scene) -> str:
    return included(scene.replay, scene.step).claim.kind


FACTS: dict[str, Fact] = {
    function.__name__: function
    for function in (
        outputs, parts, cut_nodes, matrix_shape, weight_bits, witness_slopes, box_count, box_forms,
        narrowest_side, corner_margin, determinant_sign, determinant_term, at_vector, witness_matrix, witness_weights,
        selection_count, given_points, certificate_name, certificate_source, certificate_claim,
    )
}  # fmt: skip
"""Facts by the placeholder that stands for them."""
