"""The lemmas momentum, adaptive, sequential-steps, zero-state: determinants of whole steps against their formulas,
the formulas against torch.optim, and the counterexamples that show what each hypothesis is for."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from fractions import Fraction as F
from typing import Any

import pytest

from tests.theory.duals import Dual, Vector, determinant, jacobian, larger, relu, sign, sqrt, tanh, values

P = 3
ETA, BETA, ALPHA, B1, B2, EPS, LAMBDA, MU = 0.37, 0.8, 0.7, 0.6, 0.9, 0.05, 0.4, 0.3
Field = Callable[[Vector], Vector]
Step = Callable[[Vector], Vector]


def smooth(t: Vector) -> Vector:
    """The gradient of (t0 t1 - 1)^2 / 2 + tanh(t1 t2) t0 and some more, not symmetric: a field, no gradient."""
    a, b, c = t
    return [(a * b - 1) * b + tanh(b * c), (a * b - 1) * a + c * c, a * c + b * tanh(a)]


def kinked(t: Vector) -> Vector:
    """The gradient of (w2 relu(w1 x + b) - y)^2 / 2, summed over three examples."""
    w1, b, w2 = t
    total: Vector = [Dual(0.0, w1.slopes) * 0] * 3
    for x, y in ((1.0, 0.3), (-0.7, 1.1), (0.2, -0.4)):
        h = relu(w1 * x + b)
        r = w2 * h - y
        active = 1.0 if h.value > 0 else 0.0
        total = [u + v for u, v in zip(total, [r * w2 * (x * active), r * w2 * active, r * h], strict=True)]
    return total


def each(f: Callable[..., Dual], *vectors: Vector) -> Vector:
    return [f(*entries) for entries in zip(*vectors, strict=True)]


def heavy_ball(v: Field, dampening: float = 0.2) -> Step:
    def step(x: Vector) -> Vector:
        t, m = x[:P], x[P:]
        m = each(lambda a, g, w: BETA * a + (1 - dampening) * (g + LAMBDA * w), m, v(t), t)
        return each(lambda w, a: w - ETA * a, t, m) + m

    return step


def inside(v: Field) -> Step:
    def step(x: Vector) -> Vector:
        t, m = x[:P], x[P:]
        m = each(lambda a, g: BETA * a - ETA * g, m, v(t))
        return each(lambda w, a: w + a, t, m) + m

    return step


def nesterov(v: Field, eta: float = ETA, decay: float = LAMBDA) -> Step:
    def step(x: Vector) -> Vector:
        t, m = x[:P], x[P:]
        g = each(lambda a, w: a + decay * w, v(t), t)
        m = each(lambda a, b: BETA * a + b, m, g)
        return each(lambda w, b, a: w - eta * (b + BETA * a), t, g, m) + m

    return step


def signum(v: Field) -> Step:
    def step(x: Vector) -> Vector:
        t, m = x[:P], x[P:]
        m = each(lambda a, g: BETA * a + (1 - BETA) * g, m, v(t))
        return each(lambda w, a: w - ETA * (sign(a) + LAMBDA * w), t, m) + m

    return step


def lion(v: Field) -> Step:
    def step(x: Vector) -> Vector:
        t, m = x[:P], x[P:]
        g = v(t)
        moved = each(lambda w, a, b: w - ETA * (sign(B1 * a + (1 - B1) * b) + LAMBDA * w), t, m, g)
        return moved + each(lambda a, b: B2 * a + (1 - B2) * b, m, g)

    return step


def adam(v: Field, t_: int = 4, decoupled: float = LAMBDA, coupled: float = 0.0, eta: float = ETA) -> Step:
    def step(x: Vector) -> Vector:
        t, m, s = x[:P], x[P : 2 * P], x[2 * P :]
        g = each(lambda a, w: a + coupled * w, v(t), t)
        m = each(lambda a, b: B1 * a + (1 - B1) * b, m, g)
        s = each(lambda a, b: B2 * a + (1 - B2) * b * b, s, g)

        def moved(w: Dual, a: Dual, b: Dual) -> Dual:
            return (1 - eta * decoupled) * w - eta * (a / (1 - B1**t_)) / (sqrt(b / (1 - B2**t_)) + EPS)

        return each(moved, t, m, s) + m + s

    return step


def nadam(v: Field, eta: float = ETA) -> Step:
    def step(x: Vector) -> Vector:
        t, m, s = x[:P], x[P : 2 * P], x[2 * P :]
        g = v(t)
        m = each(lambda a, b: B1 * a + (1 - B1) * b, m, g)
        s = each(lambda a, b: B2 * a + (1 - B2) * b * b, s, g)
        moved = each(lambda w, a, b, c: w - eta * (0.7 * b + 0.6 * a) / (sqrt(c) + EPS), t, m, g, s)
        return moved + m + s

    return step


def rmsprop(v: Field, eta: float = ETA) -> Step:
    def step(x: Vector) -> Vector:
        t, s = x[:P], x[P:]
        g = v(t)
        s = each(lambda a, b: ALPHA * a + (1 - ALPHA) * b * b, s, g)
        return each(lambda w, b, a: w - eta * b / (sqrt(a) + EPS), t, g, s) + s

    return step


def rmsprop_momentum(v: Field, centered: bool) -> Step:
    """State: s, b, and a if centered."""

    def step(x: Vector) -> Vector:
        t, s, b = x[:P], x[P : 2 * P], x[2 * P : 3 * P]
        g = v(t)
        s = each(lambda c, d: ALPHA * c + (1 - ALPHA) * d * d, s, g)
        a = each(lambda c, d: ALPHA * c + (1 - ALPHA) * d, x[3 * P :], g) if centered else []
        square = each(lambda c, d: c - d * d, s, a) if centered else s
        b = each(lambda c, d, e: MU * c + d / (sqrt(e) + EPS), b, g, square)
        return each(lambda w, c: w - ETA * c, t, b) + s + b + a

    return step


def adagrad(v: Field, eta: float = ETA) -> Step:
    def step(x: Vector) -> Vector:
        t, s = x[:P], x[P:]
        g = v(t)
        s = each(lambda a, b: a + b * b, s, g)
        return each(lambda w, b, a: w - eta * b / (sqrt(a) + EPS), t, g, s) + s

    return step


def start(parts: str, r: random.Random) -> list[float]:
    """t, m: of any sign; s: positive and above the squares of a."""
    low = {"t": -1.5, "m": -1.0, "b": -1.0, "a": -0.5, "s": 0.3}
    return [r.uniform(low[part], 1.5 if part != "a" else 0.5) for part in parts for _ in range(P)]


FORMULAS: list[tuple[str, Callable[[Field], Step], str, float]] = [
    ("heavy ball", heavy_ball, "tm", BETA**P),
    ("step size inside", inside, "tm", BETA**P),
    ("signum", signum, "tm", BETA**P * (1 - ETA * LAMBDA) ** P),
    ("lion", lion, "tm", (B2 * (1 - ETA * LAMBDA)) ** P),
    ("adamw", adam, "tms", (B1 * B2 * (1 - ETA * LAMBDA)) ** P),
    ("adam", lambda v: adam(v, decoupled=0.0, coupled=0.3), "tms", (B1 * B2) ** P),
    ("rmsprop, momentum", lambda v: rmsprop_momentum(v, False), "tsb", (ALPHA * MU) ** P),
    ("centered, momentum", lambda v: rmsprop_momentum(v, True), "tsba", (ALPHA * MU * ALPHA) ** P),
]


@pytest.mark.parametrize("v", [smooth, kinked])
@pytest.mark.parametrize(("name", "method", "parts", "expected"), FORMULAS)
def test_joint_determinants_that_are_good_for_every_step_size(
    name: str, method: Callable[[Field], Step], parts: str, expected: float, v: Field
) -> None:
    r = random.Random(name)
    for _ in range(20):
        point = start(parts, r)
        if parts == "tsba":
            point[P : 2 * P] = [abs(s) + 1 for s in point[P : 2 * P]]
        assert math.isclose(determinant(jacobian(method(v), point)), expected, rel_tol=1e-8)


ALMOST: list[tuple[str, Callable[[Field, float], Step], str, float]] = [
    ("nesterov", lambda v, eta: nesterov(v, eta, 0.0), "tm", BETA**P),
    ("rmsprop", rmsprop, "ts", ALPHA**P),
    ("adagrad", adagrad, "ts", 1.0),
    ("nadam", nadam, "tms", (B1 * B2) ** P),
]


@pytest.mark.parametrize(("name", "method", "parts", "forgotten"), ALMOST)
def test_joint_determinants_that_are_polynomials_in_the_step_size(
    name: str, method: Callable[[Field, float], Step], parts: str, forgotten: float
) -> None:
    """det / det(dA/ds) is a polynomial of degree p with value 1 at 0: its (p+1)st difference is 0."""
    r = random.Random(name)
    for v in (smooth, kinked):
        point = start(parts, r)
        at = [determinant(jacobian(method(v, float(k)), point)) / forgotten for k in range(P + 2)]
        assert math.isclose(at[0], 1.0, rel_tol=1e-9)
        difference = sum((-1) ** k * math.comb(P + 1, k) * y for k, y in enumerate(at))
        assert abs(difference) < 1e-7 * max(map(abs, at))


def test_the_exceptions_of_nesterov_and_of_decay_are_real() -> None:
    identity: Field = list
    r = random.Random(1)
    assert abs(determinant(jacobian(nesterov(identity, 1.0, 0.0), start("tm", r)))) < 1e-12
    decayed = adam(smooth, decoupled=1 / ETA)
    assert abs(determinant(jacobian(decayed, start("tms", r)))) < 1e-12


def test_amsgrad_and_adamax_are_singular_in_the_joint_space() -> None:
    def amsgrad(x: Vector) -> Vector:
        t, m, s, top = (x[k * P : (k + 1) * P] for k in range(4))
        g = smooth(t)
        m = each(lambda a, b: B1 * a + (1 - B1) * b, m, g)
        s = each(lambda a, b: B2 * a + (1 - B2) * b * b, s, g)
        top = each(larger, top, s)
        return each(lambda w, a, b: w - ETA * a / (sqrt(b) + EPS), t, m, top) + m + s + top

    def adamax(x: Vector) -> Vector:
        t, m, u = (x[k * P : (k + 1) * P] for k in range(3))
        g = smooth(t)
        m = each(lambda a, b: B1 * a + (1 - B1) * b, m, g)
        u = each(lambda a, b: larger(B2 * a, larger(b, -b) + EPS), u, g)
        return each(lambda w, a, b: w - ETA * a / b, t, m, u) + m + u

    r = random.Random(2)
    assert abs(determinant(jacobian(amsgrad, [*start("tms", r), *[1e-3] * P]))) < 1e-12
    assert determinant(jacobian(amsgrad, [*start("tms", r), *[1e3] * P])) != 0
    assert determinant(jacobian(adamax, [*start("tm", r), *[1e-3] * P])) == 0


def test_without_momentum_the_joint_map_forgets() -> None:
    def step(x: Vector) -> Vector:
        g = smooth(x[:P])
        return each(lambda w, a: w - ETA * a, x[:P], g) + g

    assert determinant(jacobian(step, start("tm", random.Random(3)))) == 0


def test_centered_second_moments_stay_above_squared_means() -> None:
    r = random.Random(4)
    for _ in range(200):
        s, a, g = (F(r.randint(-99, 99), r.randint(1, 50)) for _ in range(3))
        alpha = F(r.randint(1, 99), 100)
        s_, a_ = alpha * s + (1 - alpha) * g * g, alpha * a + (1 - alpha) * g
        assert s_ - a_ * a_ == alpha * (s - a * a) + alpha * (1 - alpha) * (a - g) ** 2


# -- from a state that is zero -----------------------------------------------------------------------------------


def ran(method: Callable[[float], Step], parts: str, etas: Sequence[float]) -> Callable[[Vector], Vector]:
    """The parameters after some steps from a state of zeros, as a function of the first ones."""

    def run(t: Vector) -> Vector:
        x = [*t, *(0 * t[0] for _ in parts[1:] for _ in range(P))]
        for eta in etas:
            x = method(eta)(x)
        return x[:P]

    return run


def test_almost_every_sequence_of_step_sizes_is_good_from_zero() -> None:
    """Heavy ball on a relu network: the derivative by the first parameters; the last step size 0 changes nothing."""

    def method(eta: float) -> Step:
        def step(x: Vector) -> Vector:
            m = each(lambda a, g: BETA * a + g, x[P:], kinked(x[:P]))
            return each(lambda w, a: w - eta * a, x[:P], m) + m

        return step

    r = random.Random(5)
    for _ in range(30):
        etas = [r.uniform(0.05, 0.5) for _ in range(4)]
        point = start("t", r)
        assert abs(determinant(jacobian(ran(method, "tm", etas), point))) > 1e-12
        before = determinant(jacobian(ran(method, "tm", etas[:-1]), point))
        assert math.isclose(
            determinant(jacobian(ran(method, "tm", [*etas[:-1], 0.0]), point)), before, rel_tol=1e-9
        )


def test_a_constant_step_size_may_collapse_if_any_memory_is_allowed() -> None:
    """The example of sequential-steps, exactly."""

    def second(first: F, later: F, start_: F) -> F:
        one = start_ - first
        direction = one / (start_ - one) if start_ - one > F(1, 2) else F(0)
        return one - later * direction

    starts = [F(k, 7) for k in range(-20, 21)]
    for eta in (F(3, 5), F(2), F(31, 7)):
        assert {second(eta, eta, s) for s in starts} == {F(0)}
        assert len({second(eta, eta + F(1, 10), s) for s in starts}) == len(starts)


def test_zeros_in_the_step_size_are_isolated_for_analytic_losses() -> None:
    """Three steps of heavy ball, a quartic loss, p = 1: dtheta_3/dtheta_0 is a polynomial in eta, 1 at 0."""

    def after(eta: F, t0: Dual) -> Dual:
        t, m = t0, t0 * 0
        for _ in range(3):
            m = F(4, 5) * m + (t * t * t - t)
            t = t - eta * m
        return t

    slopes = [after(F(k, 8), Dual(F(3, 2), [F(1)])).slopes[0] for k in range(60)]
    assert slopes[0] == 1
    assert all(slopes[k] != 0 for k in range(60))


# -- torch.optim is what is meant --------------------------------------------------------------------------------

MOMENTS = {"exp_avg": "m", "exp_avg_sq": "s"}
OPTIMISERS: list[tuple[str, dict[str, Any], Callable[[Field], Step], str, dict[str, str]]] = [
    (
        "SGD",
        {"momentum": BETA, "dampening": 0.2, "weight_decay": LAMBDA},
        heavy_ball,
        "tm",
        {"momentum_buffer": "m"},
    ),
    (
        "SGD",
        {"momentum": BETA, "nesterov": True, "weight_decay": LAMBDA},
        nesterov,
        "tm",
        {"momentum_buffer": "m"},
    ),
    ("AdamW", {"betas": (B1, B2), "eps": EPS, "weight_decay": LAMBDA}, adam, "tms", MOMENTS),
    (
        "Adam",
        {"betas": (B1, B2), "eps": EPS, "weight_decay": 0.3},
        lambda v: adam(v, decoupled=0.0, coupled=0.3),
        "tms",
        MOMENTS,
    ),
    ("RMSprop", {"alpha": ALPHA, "eps": EPS}, rmsprop, "ts", {"square_avg": "s"}),
    (
        "RMSprop",
        {"alpha": ALPHA, "eps": EPS, "momentum": MU},
        lambda v: rmsprop_momentum(v, False),
        "tsb",
        {"square_avg": "s", "momentum_buffer": "b"},
    ),
    (
        "RMSprop",
        {"alpha": ALPHA, "eps": EPS, "momentum": MU, "centered": True},
        lambda v: rmsprop_momentum(v, True),
        "tsba",
        {"square_avg": "s", "momentum_buffer": "b", "grad_avg": "a"},
    ),
    ("Adagrad", {"eps": EPS}, adagrad, "ts", {"sum": "s"}),
]


@pytest.mark.parametrize("row", OPTIMISERS, ids=lambda row: f"{row[0]} {sorted(row[1])}")
def test_the_formulas_are_those_of_torch_optim(row: Any) -> None:
    torch = pytest.importorskip("torch", reason="torch is needed to compare update rules with torch.optim")
    name, options, method, parts, names = row
    point = start(parts, random.Random(6))
    if parts == "tsba":
        point[P : 2 * P] = [s + 1 for s in point[P : 2 * P]]
    theta = torch.nn.Parameter(torch.tensor(point[:P], dtype=torch.float64))
    optimiser = getattr(torch.optim, name)([theta], lr=ETA, **options)
    theta.grad = torch.zeros_like(theta)
    optimiser.step()  # creates the state; its contents are replaced
    state = optimiser.state[theta]
    for key, part in names.items():
        k = parts.index(part)
        state[key] = torch.tensor(point[k * P : (k + 1) * P], dtype=torch.float64)
    if "step" in state:
        state["step"] = torch.tensor(3.0)
    with torch.no_grad():
        theta.copy_(torch.tensor(point[:P], dtype=torch.float64))
    theta.grad = torch.tensor(values(smooth, point[:P]), dtype=torch.float64)
    optimiser.step()
    expected = values(method(smooth), point)
    assert theta.tolist() == pytest.approx(expected[:P], rel=1e-12)
    for key, part in names.items():
        k = parts.index(part)
        assert state[key].tolist() == pytest.approx(expected[k * P : (k + 1) * P], rel=1e-12)
