"""What claims of each kind say, and the definitions that a reader needs for them."""

from __future__ import annotations

from invexproof.reports.prose import Math, Phrase

REAL = Math("ℝ", r"\mathbb{R}")

NONSINGULAR = "map.jacobian-nonsingular"
ALMOST = "map.jacobian-nonsingular-almost-everywhere"
COMPOSITION = "composition.invex"
LOSS, STEP = "training.paa", "training.gd-nonsingular"
SADDLES = "training.avoids-strict-saddles"

STATEMENTS: dict[str, tuple[str, str]] = {
    "activation.invex": (
        "The function f is invex on {reals}: every Clarke-stationary point is a global minimiser.",
        "The function f is not invex on {reals}: some Clarke-stationary point is not a global minimiser.",
    ),
    "activation.strictly-monotone": (
        "The function f is strictly monotone on {reals}.",
        "The function f is not strictly monotone on {reals}.",
    ),
    "activation.lipschitz": (
        "The function f is Lipschitz continuous on {reals} with {constant}.",
        "The function f is not Lipschitz continuous on {reals} with {constant}.",
    ),
    "activation.convex": ("The function f is convex on {reals}.", "The function f is not convex on {reals}."),
    "activation.piecewise-analytic": (
        "The function f is continuous on {reals}, and real-analytic off a finite set.",
        "The function f is not continuous on {reals}.",
    ),
    "activation.nonvanishing-derivative": (
        "The function f has no Clarke-stationary point on {reals}.",
        "The function f has a Clarke-stationary point on {reals}.",
    ),
    NONSINGULAR: (
        "At every x in {region} each matrix of Clarke's generalised Jacobian of {map} has full row rank {k}.",
        "At some x in {region} some matrix of Clarke's generalised Jacobian of {map} has a rank below {k}.",
    ),
    ALMOST: (
        "For almost every x in {region}{weights} the map {map} is differentiable at x, with a Jacobian of full"
        " row rank {k}.",
        "It is not true that for almost every x in {region}{weights} the map {map} is differentiable at x with"
        " a Jacobian of full row rank {k}: this fails on a set of positive measure.",
    ),
    COMPOSITION: (
        "The function {composition} is invex{on}: every Clarke-stationary point{there} is a global minimiser"
        " over {space}.",
        "The function {composition} is not invex{on}: {some}{there} {are} not a global minimiser over {space}.",
    ),
    LOSS: (
        "The loss, θ ↦ L(θ), is continuous on ℝᵖ, and real-analytic on an open set whose complement is null.",
        "The loss, θ ↦ L(θ), is not continuous on ℝᵖ.",
    ),
    STEP: ("{sentence}", "{sentence}"),
    SADDLES: ("{sentence}", "{sentence}"),
}
"""For each kind of claim, what it says and what its negation says."""

STATIONARY: tuple[str, ...] = (
    "The directional derivative in Clarke's sense, {clarke}, is the largest slope of f near x₀ in the"
    " direction d. A point x₀ is *Clarke-stationary* if it is at least 0 in both directions. Where f is"
    " smooth this says that the derivative is 0; at a kink, that 0 lies between the two one-sided slopes.",
)
INVEX = "A function is *invex* if every Clarke-stationary point is a global minimiser."
CONTINUOUS = (
    "A function is *analytic* on an interval if it is the sum of its Taylor series near each of its points."
)
JACOBIAN = (
    "*Clarke's generalised Jacobian* of a locally Lipschitz map at x is the convex hull of all limits of"
    " Jacobian matrices at points that tend to x. Where the map is continuously differentiable it is the"
    " Jacobian alone; at a kink of a layer it holds all matrices between those of both sides."
)
NULL = (
    "A set is *null* if its Lebesgue measure (its volume, in ℝᵖ) is 0: a point that is drawn from a"
    " density is not in it, with probability 1. *Almost every* means: all but those of a null set."
)
REAL_ANALYTIC = "A function is *real-analytic* near a point if it is the sum of its Taylor series there."
NONSINGULAR_STEP = (
    "A map G of ℝᵖ is *non-singular* if preimages of null sets are null. Equivalently, if θ has a"
    " density, so has G(θ): what is drawn at random stays random. For a map that is smooth almost"
    " everywhere it says that the determinant of its derivative is not 0 almost everywhere. It"
    " does not say that the map is one-to-one or onto."
)
FIELD = "v(θ) is what exact differentiation of L gives. η is the step size."
ROW_RANK = (
    "A matrix has *full row rank* if its rows are linearly independent; for as many outputs as inputs this"
    " means that it is invertible. It does not mean that the map is one-to-one or onto."
)

DEFINITIONS: dict[str, tuple[str, ...]] = {
    "activation.invex": (*STATIONARY, INVEX),
    "activation.nonvanishing-derivative": STATIONARY,
    "activation.strictly-monotone": (
        "*Strictly monotone* means strictly increasing on all of {reals}, or strictly decreasing.",
    ),
    "activation.lipschitz": ("*Lipschitz* with constant K means {lipschitz} for all x and y.",),
    "activation.convex": ("*Convex* means that no chord of the graph lies below the graph.",),
    "activation.piecewise-analytic": (CONTINUOUS,),
    NONSINGULAR: (JACOBIAN, ROW_RANK),
    ALMOST: (
        ROW_RANK,
        "*Almost every* means: outside of a set of Lebesgue measure zero, such as a sequence of points, or a"
        " smooth surface of smaller dimension. So there may be many exceptions, but a point that is drawn at"
        " random is none of them, with probability 1.",
    ),
    COMPOSITION: (
        "A point is *Clarke-stationary* for a locally Lipschitz function if 0 is in the convex hull"
        " of all limits of gradients at points that tend to it; where the function is continuously"
        " differentiable: if the gradient is 0. "
        + INVEX
        + " Without any stationary point it is invex, too, *vacuously*.",
        ROW_RANK,
    ),
    LOSS: (NULL, REAL_ANALYTIC),
    STEP: (NULL, NONSINGULAR_STEP, REAL_ANALYTIC, FIELD),
    SADDLES: (
        NULL,
        "A point s of ℝᵖ is a *strict saddle point* or a *strict local maximum* if L is twice continuously"
        " differentiable near it, ∇L(s) = 0, and ∇²L(s) has a negative eigenvalue: there is a direction in which"
        " L bends downwards. (A point where L bends downwards in all directions is a maximum.)",
        NONSINGULAR_STEP,
        FIELD,
    ),
}
"""The definitions that a claim of each kind needs."""

NOTATION: dict[str, Phrase | Math | str] = {
    "reals": REAL,
    "clarke": Math(
        "f°(x₀; d) = limsup (f(y + t·d) − f(y))/t for y → x₀, t ↓ 0",
        r"f^\circ(x_0; d) = \limsup_{y \to x_0,\; t \downarrow 0} \frac{f(y + t d) - f(y)}{t}",
    ),
    "lipschitz": Math("|f(x) − f(y)| ≤ K·|x − y|", r"|f(x) - f(y)| \le K \, |x - y|"),
}
"""What stands for the names in braces in definitions and statements, as far as it is always the same."""
