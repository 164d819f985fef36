"""Which claims about functions of one variable decide what the library says of a separable function.

g(x) = sum over i of f(x_i), f(x) = t(|x|^p).  A plan is a list of claims; if all of them are proved, the property
holds, by the lemmas that the plan names, and if one that is decisive is refuted, it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from invexproof.activations.parameters import tidied
from invexproof.claims import INVEX, PREFIX
from invexproof.expressions import terms
from invexproof.expressions.terms import Expression, postorder
from invexproof.integrations.invexapi.profiles import Profile, Slice, X
from invexproof.subjects import Target, target

CONVEX: Final = f"{PREFIX}convex"
MONOTONE: Final = f"{PREFIX}strictly-monotone"
ANALYTIC: Final = f"{PREFIX}piecewise-analytic"
NONVANISHING: Final = f"{PREFIX}nonvanishing-derivative"

LEMMAS: Final[Mapping[str, str]] = {
    "separable": (
        "Let g(x) = Σ f_i(x_i). If every f_i is invex, so is g: 0 ∈ ∂g(x) means 0 ∈ ∂f_i(x_i) for every i, each x_i "
        "minimises f_i, and x minimises g. (The slopes of some penalties are infinite at 0, which minimises them; "
        "wherever another coordinate has a derivative other than 0, x is not stationary all the same.) If all f_i "
        "are one function f that is not invex, with the stationary point a that is no minimiser, then (a, …, a) is "
        "one of g. Likewise g is convex if and only if all f_i are, and continuously differentiable if and only if "
        "all f_i are."
    ),
    "increasing": (
        "Let f(x) = t(|x|^p), p > 0, with t continuous on [0, ∞), t(0) = 0 and t′ > 0 on (0, ∞). Then f is 0 at 0, "
        "positive elsewhere, and has a derivative ≠ 0 there: its only stationary point can be 0, the global minimiser."
    ),
    "definition-4": (
        "Let moreover t(v)/v not increase on (0, ∞), and 0 < p ≤ 2. Then s(w) = t(w^p) is 0 at 0, s′(w) = "
        "p·w^(p−1)·t′(w^p) > 0, and s(w)/w² = (t(v)/v)·w^(p−2) with v = w^p does not increase: Definition 4. If t is "
        "concave with t(0) = 0, then t(v)/v does not increase. If p = 1, it is enough that t(v)/v² does not "
        "increase. A sum of functions with nonnegative factors has each of these properties if the parts have them."
    ),
    "layer": (
        "Of a layer Φ with one output, *invex* means what it means of any function; of several outputs, that every "
        "matrix of the (generalised) Jacobian has full row rank at every x. With one output that implies invex: "
        "there is no stationary point."
    ),
    "implied": (
        "A convex function is quasi-convex, and an invex one is quasi-invex with the same η. These two are no claims "
        "of ours; they are proved only where they are implied."
    ),
    "analytic": (
        "A term that is built from x and constants with + − · /, whole powers, exp, log, sin, cos, tan, atan, asinh, "
        "sinh, cosh, tanh, sigmoid, softplus and erf alone, and is defined at every real x, is real-analytic on ℝ."
    ),
}
"""Why the claims of a plan imply the property: what the checker does not check."""

ANALYTIC_OPERATIONS: Final = frozenset(
    ("var", "rat", "pi", "e", "add", "sub", "mul", "div", "neg", "exp", "log", "sin", "cos", "tan", "atan")
) | {"asinh", "sinh", "cosh", "tanh", "sigmoid", "softplus", "erf"}


@dataclass(frozen=True)
class Obligation:
    """A claim of one variable; if it is ``decisive`` and refuted, the property fails."""

    name: str
    target: Target
    kind: str
    decisive: bool = False


@dataclass(frozen=True)
class Plan:
    """What is to be shown, why it is enough, and of what: the property, or (``refutes``) its negation."""

    obligations: tuple[Obligation, ...]
    lemmas: tuple[str, ...] = field(default=())
    refutes: bool = False

    @property
    def implies_only(self) -> bool:
        """Whether it decides a stronger property, and says nothing where that fails."""
        return "implied" in self.lemmas


def plans(profile: Profile, property_name: str) -> tuple[Plan, ...]:
    """The plans for a property, in the order in which they are to be tried; none if there is no claim for it."""
    if property_name in _IMPLIED:
        return _implied(plans(profile, _IMPLIED[property_name]))
    return _PLANS[property_name](profile)


def plans_of_functions(functions: Sequence[Expression], property_name: str) -> tuple[Plan, ...]:
    """The plans for g(x) = sum of f_i(x_i), with these functions, each of which may occur any number of times."""
    if property_name in _IMPLIED:
        return _implied(plans_of_functions(functions, _IMPLIED[property_name]))
    kind = {"invex": INVEX, "convex": CONVEX}.get(property_name)
    if property_name == "differentiable" and all(analytic(f) for f in functions):
        kind = ANALYTIC
    if kind is None:
        return ()
    several = len(functions) > 1
    named = (f"function-{k}" if several else "function" for k in range(1, len(functions) + 1))
    obligations = tuple(
        Obligation(name, target(f), kind, decisive=not several or kind == CONVEX)
        for name, f in zip(named, functions, strict=True)
    )
    return (Plan(obligations, ("separable", "analytic") if kind == ANALYTIC else ("separable",)),)


def _implied(stronger: Sequence[Plan]) -> tuple[Plan, ...]:
    """The plans for a property that a stronger one implies; they refute nothing."""
    return tuple(
        Plan(
            tuple(replace(obligation, decisive=False) for obligation in plan.obligations),
            (*plan.lemmas, "implied"),
        )
        for plan in stronger
        if not plan.refutes
    )


def analytic(f: Expression) -> bool:
    """Whether a function of x is built from analytic operations alone."""
    return all(
        node.op in ANALYTIC_OPERATIONS or (node.op == "pow" and Fraction(node.value).denominator == 1)
        for node in postorder(f)
    )


def _obligation(
    profile: Profile, name: str, expression: Expression, kind: str, decisive: bool = False
) -> Obligation:
    expression = tidied(expression)
    return Obligation(name, target(expression, profile.only(expression)), kind, decisive)


def _rises(profile: Profile, decisive: bool) -> tuple[Obligation, ...]:
    """That t is continuous on [0, oo) with t(0) = 0, and t' > 0 on (0, oo).

    The function that is x for x < 0 and t(x) for x >= 0 is continuous, so t(0) = 0, and monotone, so increasing;
    t(exp(x)) has no stationary point.
    """
    extended = terms.piecewise([(terms.less(X, 0), X), (terms.TRUE, profile.at(X))])
    return (
        _obligation(profile, "start", extended, ANALYTIC, decisive),
        _obligation(profile, "increasing", extended, MONOTONE, decisive),
        _obligation(profile, "slope", profile.at(terms.exp(X)), NONVANISHING, decisive),
    )


def _growth(profile: Profile, part: Slice, name: str) -> tuple[Obligation, ...]:
    """That part(v)/v, or part(v)/v^2, does not increase on (0, oo)."""
    if part.slope is not None:
        convex = terms.piecewise(
            [(terms.less(X, 0), -(part.slope * X)), (terms.TRUE, -part.part.substitute({"v": X}))]
        )
        return (_obligation(profile, name, convex, CONVEX),)
    return _monotone_ratio(profile, part.part, Fraction(2), name, falling=True)


def _monotone_ratio(
    profile: Profile, part: Expression, exponent: Fraction, name: str, falling: bool
) -> tuple[Obligation, ...]:
    """That part(v)/v^exponent, with v = exp(x), is strictly monotone, and the direction.

    The direction is that of a line on x < 0, continued by the ratio on x >= 0.
    """
    ratio = part.substitute({"v": terms.exp(X)}) * terms.exp(terms.rational(-exponent) * X)
    at_one = part.substitute({"v": terms.rational(1)})
    line = at_one - X if falling else at_one + X
    glued = terms.piecewise([(terms.less(X, 0), line), (terms.TRUE, ratio)])
    return (
        _obligation(profile, name, ratio, MONOTONE),
        _obligation(profile, f"{name}-direction", glued, MONOTONE),
    )


def _invex(profile: Profile) -> tuple[Plan, ...]:
    by_increase = Plan(_rises(profile, decisive=False), ("increasing", "separable"))
    f = profile.function()
    if f is None:
        return (by_increase,)
    return (Plan((_obligation(profile, "function", f, INVEX, True),), ("separable",)), by_increase)


def _convex(profile: Profile) -> tuple[Plan, ...]:
    f = profile.function()
    if f is not None:
        return (Plan((_obligation(profile, "function", f, CONVEX, True),), ("separable",)),)
    if profile.power is not None:
        return ()
    sample = profile.function(Fraction(1, 2))
    if sample is None:
        return ()
    # For every p at once there is no claim; at one p a refutation is still one.
    return (
        ()
        if sample is None
        else (Plan((_obligation(profile, "at-one-half", sample, CONVEX, True),), ("separable",)),)
    )


def _admissible(profile: Profile) -> tuple[Plan, ...]:
    rises = _rises(profile, decisive=True)
    if profile.slices:
        several = len(profile.slices) > 1
        names = [f"growth-{k}" if several else "growth" for k in range(1, len(profile.slices) + 1)]
        growth = [
            o for part, name in zip(profile.slices, names, strict=True) for o in _growth(profile, part, name)
        ]
        return (Plan((*rises, *growth), ("increasing", "definition-4")),)
    if profile.power is None:
        return ()
    ratio = _monotone_ratio(profile, profile.t, 2 / profile.power, "growth", falling=False)
    return (Plan(ratio, ("definition-4",), refutes=True),)


def _differentiable(profile: Profile) -> tuple[Plan, ...]:
    f = profile.function()
    if f is None or not analytic(f):
        return ()
    return (Plan((_obligation(profile, "function", f, ANALYTIC),), ("analytic", "separable")),)


_PLANS: Final[Mapping[str, Callable[[Profile], tuple[Plan, ...]]]] = {
    "invex": _invex,
    "convex": _convex,
    "admissible": _admissible,
    "differentiable": _differentiable,
}

_IMPLIED: Final = {"quasi_convex": "convex", "quasi_invex": "invex"}
"""The weaker property, and the one that implies it."""
