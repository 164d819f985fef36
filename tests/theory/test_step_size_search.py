"""A search for graphs that a rule on step sizes accepts although some step size is bad, and for wrong inferences.

A step size is bad if its inverse is an eigenvalue of the Hessian on an open set, so it is one at all points of some
small ball. What the rules infer of values (zeros, orders, forms) is compared with the values of the graph.
"""
# ruff: noqa: E501 - tables with one graph a line

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from invexcheck.architectures.constant_heads import has_constant_features, uniform  # noqa: E402
from invexcheck.architectures.dead_heads import DeadHead  # noqa: E402
from invexcheck.architectures.forms import Form, forms  # noqa: E402
from invexcheck.architectures.graph import PARAMETER, Architecture  # noqa: E402
from invexcheck.architectures.heads import Head  # noqa: E402
from invexcheck.architectures.rectified_heads import bad_steps  # noqa: E402
from invexcheck.architectures.rescaled_heads import can_be_rescaled  # noqa: E402
from invexcheck.architectures.selections import extends, order_at_zero  # noqa: E402
from invexcheck.architectures.smooth_heads import has_smooth_units  # noqa: E402
from invexcheck.architectures.vanishing import first_order, zeros  # noqa: E402
from invexcheck.errors import Reject  # noqa: E402
from tests.checker.training.plausible import plain, read  # noqa: E402
from tests.checker.training.problems import graph  # noqa: E402
from tests.theory.hessians import Problem  # noqa: E402
from tests.theory.hessians import random as normal  # noqa: E402
from tests.theory.random_graphs import STYLES, Realised, drawn, random_graph  # noqa: E402

pytestmark = pytest.mark.torch
torch.set_num_threads(1)


def exceptions(architecture: Architecture) -> dict[str, float | None]:
    """The rules that accept a graph, and the eigenvalue that one of them leaves out."""
    head, found = Head(architecture), dict[str, float | None]()
    rules: dict[str, Callable[[], bool]] = {
        "flat-point": lambda: (
            not architecture.detached and extends(architecture) and order_at_zero(architecture) >= 3
        ),
        "constant-features": lambda: has_constant_features(head),
        "smooth-head": lambda: has_smooth_units(head),
        "rescaled-head": lambda: can_be_rescaled(head),
    }
    found |= {name: None for name, rule in rules.items() if rule()}
    dead = DeadHead(architecture)
    count = bad_steps(dead)
    if count is not None:
        found["rectified-head"] = plain(dead.curvature()) if count else None
    return found


def graphs(seed: int, count: int) -> Iterator[Architecture]:
    """That are graphs of a training problem, with few parameters."""
    rng = random.Random(seed)
    while count:
        try:
            architecture = read(random_graph(rng))
        except Reject:
            continue
        if architecture.dimension <= 20:
            count -= 1
            yield architecture


def realised(architecture: Architecture, rng: random.Random) -> Realised:
    lines = enumerate(architecture.inputs)
    style = rng.choice((*STYLES, ""))
    return Realised(
        architecture,
        {k: drawn(line, rng, style or rng.choice(STYLES)) for k, line in lines if line.role != PARAMETER},
    )


# -- eigenvalues that persist ---------------------------------------------------------------------------------------

SATURATED = {
    **dict.fromkeys(("cross_entropy", "binary_cross_entropy_with_logits"), 5.0),
    **dict.fromkeys(
        ("tanh", "sigmoid", "silu", "exp", "gelu", "mish", "softplus", "elu", "softmax", "cosh"), 3.5
    ),
    "erf": 2.0,
}
"""Where these are constant, or linear, as far as one can see."""
RADIUS = 0.03


def typical(made: Realised, problem: Problem, theta: Any) -> bool:
    """Whether no function is flat there for all that one can see."""
    values = made.values(problem.split(theta))
    for node in made.architecture.nodes:
        if node.op in SATURATED and float(values[node.arguments[0]].abs().max()) > SATURATED[node.op]:
            return False
    return True


def persisting(made: Realised, tries: int, rng: random.Random) -> set[float]:
    """Eigenvalues that some small balls seem to share."""
    problem = made.problem()
    centres = []
    for _ in range(tries):
        scale = rng.choice((0.4, 1.0, 1.0, 2.5))
        points = [scale * 0.7**k * problem.point() for k in range(6)]
        centres += [p for p in points if typical(made, problem, p)][:1]
    if not centres:
        return set()
    near = [c + RADIUS * normal(problem.count) for c in centres]
    spectra = problem.spectra([*centres, *near])
    found = set()
    for k, centre in enumerate(centres):
        for mu in spectra[k].tolist():
            if abs(mu) > 1e-3 and _has(spectra[len(centres) + k], mu):
                points = [centre + r * RADIUS * normal(problem.count) for r in (4, 4, 3, 3, 2, 2, 1, 1)]
                if sum(_has(row, mu) for row in problem.spectra(points)) >= 5:
                    found.add(mu)
    return found


def _has(spectrum: Any, mu: float) -> bool:
    return float((spectrum - mu).abs().min()) <= 1e-10 * max(1.0, abs(mu))


def bad(
    architecture: Architecture, rng: random.Random, data: int = 2, tries: int = 3
) -> dict[str, set[float]]:
    """By rule, eigenvalues that persist although the rule excludes it."""
    found = dict[str, set[float]]()
    accepting = exceptions(architecture)
    for _ in range(data if accepting else 0):
        shared = persisting(realised(architecture, rng), tries, rng)
        for rule, left_out in accepting.items():
            false = {mu for mu in shared if left_out is None or abs(mu - left_out) > 1e-8}
            found.setdefault(rule, set()).update(false)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_no_accepted_graph_has_a_bad_step_size(seed: int) -> None:
    torch.manual_seed(seed)
    rng = random.Random(seed)
    accepted = Counter[str]()
    for architecture in graphs(seed, 150):
        found = bad(architecture, rng)
        accepted.update(found.keys())
        assert not any(found.values()), (found, architecture.inputs, architecture.nodes)
    assert sum(accepted.values()) > 20


PLANTED = {
    "dead units": "d x 4,1; d y 4,1; p a 2,1; p b 2; p c 1,2; p e 1; h = linear x a b; r = relu h; f = linear r c e; l = mean_squared_error f y",
    "full units": "d x 4,1; d y 4,1; p a 1,1; p b 1; p c 1,1; p e 1; h = linear x a b; r = hard_tanh h; f = linear r c e; l = mean_squared_error f y",
    "opposite data": "d x 2,1; c y 2,1; p a 2,1; p c 1,2; p e 1; h = linear x a null; r = tanh h; f = linear r c e; l = mean_squared_error f y",
    "a mask of zeros": "d x 4,2; d m 4,2; d y 4,1; p a 2,2; p b 2; p c 1,2; p e 1; h = linear x a b; r = tanh h; q = multiply r m; f = linear q c e; l = mean_squared_error f y",
    "a linear model": "d x 4,2; d y 4,1; p c 1,2; p e 1; f = linear x c e; l = mean_squared_error f y",
    "a frozen last layer": "d x 4,2; d y 4,1; p a 2,2; p e 1; c c 1,2; h = linear x a null; r = relu h; f = linear r c e; l = mean_squared_error f y",
    "a penalty": "d x 4,2; d y 4,1; p a 2,2; p c 1,2; p z 2; h = linear x a null; r = relu h; f = linear r c null; n = squared_norm z; g = mean_squared_error f y; l = add g n",
}
"""Graphs that have a bad step size for some data: the search finds it, and no rule accepts them."""


@pytest.mark.parametrize("name", PLANTED)
def test_the_search_finds_bad_step_sizes(name: str) -> None:
    torch.manual_seed(1)
    rng = random.Random(1)
    architecture = read(graph(PLANTED[name]))
    assert all(left_out is not None for left_out in exceptions(architecture).values())
    assert any(persisting(realised(architecture, rng), 4, rng) for _ in range(40))


# -- what is inferred of values -------------------------------------------------------------------------------------


def inferred(seed: int, count: int) -> Iterator[tuple[Architecture, Realised]]:
    """Graphs all of whose selections are analytic, with data."""
    rng = random.Random(seed)
    for architecture in graphs(seed, count):
        if extends(architecture):
            yield architecture, realised(architecture, rng)


@pytest.mark.parametrize("seed", range(2))
def test_values_at_zero(seed: int) -> None:
    """Zeros, uniform values, and the order of the loss."""
    torch.manual_seed(seed)
    orders = 0
    for architecture, made in inferred(seed, 500):
        problem = made.problem()
        values = made.values(problem.split(problem.zero()))
        for k in zeros(architecture, [int(name) for name in made.shapes]):
            assert float(values[k].abs().max()) < 1e-12
        for k in uniform(architecture):
            assert float(values[k].max() - values[k].min()) < 1e-9
        order = min(order_at_zero(architecture), 4)
        if order >= 2:
            orders += 1
            assert any(_decreases(problem, float(values[-1]), order) for _ in range(3))
    assert orders > 20


def _decreases(problem: Problem, start: float, order: int) -> bool:
    """Whether the loss tends to its value at 0 as fast as its order says; now and then it is small by chance."""
    theta = problem.point()
    far, near = (abs(float(problem.value(problem.split(t * theta)) - start)) for t in (1e-2, 1e-3))
    return near <= far * 10 ** (0.5 - order) + 1e-10


@pytest.mark.parametrize("seed", range(2))
def test_forms(seed: int) -> None:
    """Along w / t and t psi, l / t and c are fitted far out; what is left decreases as its order says, as a rule."""
    torch.manual_seed(seed)
    rng, compared = random.Random(seed), 0
    for architecture, made in inferred(seed + 10, 250):
        head = Head(architecture).node
        if head is None or not isinstance(head.operands[0], int):
            continue
        for growing in (
            first_order(architecture, head.operands[0]) - {head.operands[1]},
            {int(name) for name in made.shapes if rng.random() < 0.4},
        ):
            wrong = Counter(k for _ in range(3) for k in mistakes(made, growing))
            assert max(wrong.values(), default=0) < 3, (architecture.nodes, growing, wrong)
            compared += 1
    assert compared > 100


def mistakes(made: Realised, growing: set[int]) -> list[int]:
    """Values that are not of their form on one random curve."""
    problem = made.problem()
    start = problem.split(0.7 * problem.point())

    def at(t: float) -> list[Any]:
        return made.values({name: v / t if int(name) in growing else v * t for name, v in start.items()})

    far, farther, near, nearer = at(2e-6), at(1e-6), at(1e-1), at(1e-3)
    known = forms(made.architecture, growing)
    return [
        k
        for k in range(len(made.architecture.inputs), len(known) - 1)
        if (form := known[k]) is not None
        and form.order >= 1
        and not _of_form(form, far[k], farther[k], near[k], nearer[k])
    ]


def _of_form(form: Form, far: Any, farther: Any, near: Any, nearer: Any) -> bool:
    if not all(bool(torch.isfinite(v).all()) for v in (far, farther, near, nearer)):
        return True
    linear, constant = (farther - far) * 2e-6, 2 * far - farther
    if not form.linear and float(linear.abs().max()) > 1e-4 * max(1.0, float(constant.abs().max())):
        return False
    rest = [
        float((v - form.linear * linear / t - form.constant * constant).abs().max())
        for v, t in ((near, 1e-1), (nearer, 1e-3))
    ]
    noise = 1e-4 * max(1.0, float(linear.abs().max()))
    return bool(rest[1] <= rest[0] * 10 ** (1 - 2 * min(form.order, 4)) + noise * 1e-3)
