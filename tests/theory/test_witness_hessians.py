"""The lemma hessian-witness on losses with given data: formal selections, points anywhere, and what goes wrong if a
hypothesis is dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.theory.second_order import Taylor, affine, hessian, singular, tanh, taylor

Formula = Callable[[Taylor], Taylor]
Loss = Callable[[list[Taylor]], Taylor]
RELU: tuple[Formula, ...] = (lambda u: u * 0, lambda u: u)
ABSOLUTE: tuple[Formula, ...] = (lambda u: -u, lambda u: u)
HARD_TANH: tuple[Formula, ...] = (lambda u: u * 0 - 1, lambda u: u, lambda u: u * 0 + 1)
HARD_SWISH: tuple[Formula, ...] = (lambda u: u * 0, lambda u: u * (u + 3) * (1 / 6), lambda u: u)


def piece(pieces: Sequence[Formula], points: Sequence[float], u: Taylor) -> Taylor:
    """What the operator itself gives, away from its breakpoints."""
    return pieces[sum(u.value > p for p in points)](u)


POINTS = {id(RELU): (0.0,), id(ABSOLUTE): (0.0,), id(HARD_TANH): (-1.0, 1.0), id(HARD_SWISH): (-3.0, 3.0)}


class Network:
    """One hidden layer of kinked units and a squared error: the loss, and its formal selections."""

    def __init__(
        self, seed: int, pieces: Sequence[Formula], rows: int = 2, units: int = 2, bias: bool = False
    ):
        r = np.random.default_rng(seed)
        self.x, self.y = r.integers(-3, 4, (rows, 2)), r.integers(-3, 4, rows)
        self.pieces, self.points = pieces, POINTS[id(pieces)]
        self.units, self.bias = units, bias
        self.count = 2 * units + units + (units + 1 if bias else 0)
        self.choices = list(product(range(len(pieces)), repeat=rows * units))

    def loss(self, t: list[Taylor], choice: Sequence[int] | None = None) -> Taylor:
        """A choice for each unit and each example, or the pieces in which the arguments are."""
        m, hidden = self.units, [t[0 : 2 * self.units : 2], t[1 : 2 * self.units : 2]]
        head, rest = t[2 * m : 3 * m], t[3 * m :]
        total: Any = 0
        for i, (x, y) in enumerate(zip(self.x.tolist(), self.y.tolist(), strict=True)):
            z = affine(list(zip(*hidden, strict=True)), x, rest[:m] if self.bias else None)
            h = [
                piece(self.pieces, self.points, u) if choice is None else self.pieces[choice[i * m + j]](u)
                for j, u in enumerate(z)
            ]
            error = affine([head], h)[0] + (rest[m] if self.bias else 0) - y
            total = error * error + total
        return total * (1 / len(self.x))  # type: ignore[no-any-return]


@pytest.mark.parametrize("pieces", [RELU, ABSOLUTE, HARD_TANH, HARD_SWISH])
def test_near_almost_every_point_the_loss_is_a_formal_selection(pieces: Sequence[Formula]) -> None:
    r = np.random.default_rng(3)
    network = Network(1, pieces, rows=2, units=1)
    for _ in range(40):
        theta = r.normal(size=network.count) * 4
        true = taylor(network.loss, theta.tolist())
        found = [
            t
            for choice in network.choices
            if abs((t := taylor(lambda t, c=choice: network.loss(t, c), theta.tolist())).value - true.value)
            < 1e-9
        ]
        assert any(np.allclose(t.second, true.second) and np.allclose(t.first, true.first) for t in found)


def good_by_witnesses(network: Network, eta: float, points: Sequence[Any]) -> bool:
    """Each choice has a point, the same ones for all, at which I - eta H is clearly regular."""
    return all(
        any(singular(hessian(lambda t, c=c: network.loss(t, c), p.tolist()), eta) > 1e-6 for p in points)
        for c in network.choices
    )


def bad_on_samples(network: Network, eta: float, count: int = 300) -> int:
    """At how many random points the loss itself has a singular step."""
    r = np.random.default_rng(11)
    points = [r.normal(size=network.count) * 2 for _ in range(count)]
    return sum(singular(hessian(network.loss, p.tolist()), eta) < 1e-10 for p in points)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pieces", [RELU, ABSOLUTE])
def test_witnesses_for_all_choices_show_that_no_region_is_singular(
    seed: int, pieces: Sequence[Formula]
) -> None:
    """Without biases, some integer points will do; the sampled loss agrees."""
    network = Network(seed, pieces)
    r = np.random.default_rng(seed)
    points = [r.integers(-2, 3, network.count) for _ in range(4)]
    for eta in (0.5, 1.0, -2.0, 0.1):
        assert good_by_witnesses(network, eta, points)
        assert bad_on_samples(network, eta, 100) == 0


def test_one_choice_without_a_witness_is_a_region_that_collapses() -> None:
    """Biases, a squared error: the choice 0 for all units has the eigenvalue 2 at every point, and 1/2 is bad."""
    network = Network(5, RELU, bias=True)
    r = np.random.default_rng(0)
    points = [r.integers(-3, 4, network.count) for _ in range(6)]
    assert not good_by_witnesses(network, 0.5, points)
    assert bad_on_samples(network, 0.5) > 3
    for eta in (0.25, 1.0, 0.49, -0.5):
        assert good_by_witnesses(network, eta, points)
        assert bad_on_samples(network, eta, 100) == 0


def test_all_choices_but_the_dead_one_have_witnesses() -> None:
    """So it is not enough to look at the region in which a point happens to lie."""
    network = Network(5, RELU, bias=True)
    r = np.random.default_rng(0)
    points = [r.integers(-3, 4, network.count).tolist() for _ in range(6)]
    without = [
        c
        for c in network.choices
        if all(singular(hessian(lambda t, c=c: network.loss(t, c), p), 0.5) < 1e-10 for p in points)
    ]
    assert (0, 0, 0, 0) in without
    assert len(without) < len(network.choices) / 2
    live = next(p for p in points if singular(hessian(network.loss, [float(x) for x in p]), 0.5) > 1e-6)
    assert live


# -- traps -----------------------------------------------------------------------------------------


def nested(inner: Formula, outer: Formula, w: float) -> float:
    """The second derivative of (outer(inner(w)) - 1)^2."""

    def loss(t: list[Taylor]) -> Taylor:
        error = outer(inner(t[0])) - 1
        return error * error

    return float(hessian(loss, [w])[0, 0])


@pytest.mark.parametrize("outer", [RELU, ABSOLUTE])
def test_a_range_that_rests_on_a_kink_leaves_no_choice_out(outer: tuple[Formula, ...]) -> None:
    """relu(relu(w)): by its range the outer relu has no choice, but then 'identity' at w = -1 is judged by a sign."""
    identity = RELU[1]
    assert nested(identity, lambda u: piece(RELU, (0.0,), u), -1.0) == 0  # what a sign at a witness would say
    assert nested(identity, identity, -1.0) == nested(identity, identity, 1.0) == 2  # the selection
    assert {nested(i, o, -1.0) for i in RELU for o in outer} == {0.0, 2.0}
    assert nested(lambda u: piece(RELU, (0.0,), u), lambda u: u, 0.7) == 2  # bad for eta = 1/2: on all w > 0


def test_the_breakpoint_of_a_node_with_one_formula() -> None:
    """relu(w^2), maximum(w^2, 0), |w^2| are w^2; w^2/(1 + |w^2|) is w^2/(1 + w^2): at 0, too."""

    def by_sign(t: list[Taylor]) -> Taylor:
        u = t[0] * t[0]
        return u if u.value > 0 else u * 0

    assert hessian(by_sign, [0.0])[0, 0] == 0
    assert hessian(lambda t: t[0] * t[0], [0.0])[0, 0] == 2
    for w in (1e-3, -1e-3, 0.5):
        assert hessian(by_sign, [w])[0, 0] == 2
    assert singular(hessian(by_sign, [0.3]), 0.5) == 0  # eta = 1/2 is bad


def test_choices_are_made_entry_by_entry() -> None:
    """Two examples on different sides: no choice for the node as a whole is the loss there."""
    x, y = (1.0, -1.0), (1.0, 2.0)

    def loss(t: list[Taylor], signs: Sequence[int]) -> Taylor:
        errors = [RELU[s](t[0] * a) - b for s, a, b in zip(signs, x, y, strict=True)]
        return errors[0] * errors[0] + errors[1] * errors[1]

    true = hessian(lambda t: loss(t, [int(t[0].value * a > 0) for a in x]), [0.7])
    whole = [hessian(lambda t, s=s: loss(t, [s, s]), [0.7])[0, 0] for s in (0, 1)]
    assert true[0, 0] == 2
    assert whole == [0, 4]


def test_a_detached_factor_has_another_field() -> None:
    """w detach(w) has the field w, and eta = 1 leads to 0; as a function it is w^2, for which 1 is good."""
    assert [w - 1.0 * w for w in (-1.0, 0.5, 2.0)] == [0, 0, 0]
    assert singular(hessian(lambda t: t[0] * t[0], [0.3]), 1.0) == 1


def test_two_batches_need_two_witnesses() -> None:
    """(w x)^2 with x = 1 and x = 2: 1/2 is bad for the first only, 1/8 for the second only."""
    curvatures = [float(hessian(lambda t, x=x: (t[0] * x) * (t[0] * x), [0.3])[0, 0]) for x in (1.0, 2.0)]
    assert curvatures == [2.0, 8.0]
    assert [1 - eta * h == 0 for eta in (1 / 2, 1 / 8) for h in curvatures] == [True, False, False, True]


# -- analytic losses -------------------------------------------------------------------------------


def smooth(seed: int) -> tuple[int, Loss]:
    """tanh units without biases, a squared error, integer data."""
    r = np.random.default_rng(seed)
    x, y = r.integers(-2, 3, (3, 2)).tolist(), r.integers(-2, 3, 3).tolist()

    def loss(t: list[Taylor]) -> Taylor:
        total: Any = 0
        for row, target in zip(x, y, strict=True):
            h = [tanh(u) for u in affine([t[0:2], t[2:4]], row)]
            error = affine([t[4:6]], h)[0] - target
            total = error * error + total
        return total * (1 / 3)  # type: ignore[no-any-return]

    return 6, loss


@pytest.mark.parametrize("seed", range(4))
def test_at_zero_a_smooth_network_without_biases_leaves_finitely_many_candidates(seed: int) -> None:
    """One more point removes them; and random points never have them as eigenvalues."""
    count, loss = smooth(seed)
    candidates = [mu for mu in np.linalg.eigvalsh(hessian(loss, [0.0] * count)) if abs(mu) > 1e-9]
    r = np.random.default_rng(seed)
    points = [r.normal(size=count).tolist() for _ in range(20)]
    spectra = [np.linalg.eigvalsh(hessian(loss, p)) for p in points]
    for mu in candidates:
        assert any(np.abs(s - mu).min() > 1e-6 for s in spectra[:3])
        assert all(np.abs(s - mu).min() > 1e-9 for s in spectra)


def test_an_eigenvalue_that_all_points_share_is_found_by_no_witness() -> None:
    """tanh, a head with a bias, data {x, -x} with equal targets: 4 is an eigenvalue everywhere, 1/4 is bad."""

    def loss(t: list[Taylor]) -> Taylor:
        errors = [t[1] * tanh(t[0] * s) + t[2] - 1.0 for s in (1.0, -1.0)]
        return errors[0] * errors[0] + errors[1] * errors[1]

    r = np.random.default_rng(2)
    points = [r.normal(size=3).tolist() for _ in range(20)]
    assert all(singular(hessian(loss, p), 0.25) < 1e-12 for p in points)
    assert all(singular(hessian(loss, p), 0.2) > 1e-6 for p in points[:5])
