"""Training methods: what is shown of each, from which start and for which step sizes, and what that needs.

A row stands for a theorem; its sentence is what the checker prints. There, v is the field that exact
differentiation gives: the gradient of L, where L is analytic, unless something is detached.
"""

from __future__ import annotations

from dataclasses import dataclass

DENSITY, ZERO = "density", "zero"
STARTS = (DENSITY, ZERO)
ALMOST_EVERY, EVERY, SEQUENCE = "almost-every", "every", "almost-every-sequence"
NUMBER = "number"
"""One step size; in a certificate its value stands here."""
ALL_BUT = "all-but"
"""Every step size but those that the claim lists."""
SIZES = "sizes"
"""The step sizes that the claim lists: a schedule."""
BETWEEN = "between"
"""Every step size of an open interval."""
INVERSE_DECAY = "inverse-decay"
"""One over the factor of weight decay."""
STEPS = (ALMOST_EVERY, EVERY, SEQUENCE, ALL_BUT, SIZES, BETWEEN, INVERSE_DECAY)
LISTED = (NUMBER, SIZES)

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Method:
    """A theorem about a method: the rule that proves it, and what it says."""

    rule: str
    sentence: str
    analytic: bool = False
    """Whether the loss must be analytic on all of R^p, not only piecewise."""
    others: tuple[str, ...] = ()
    """Other rules that prove it, of other graphs."""

    @property
    def sums(self) -> bool:
        """Whether the same holds of sums of losses, with any real weights: particular step sizes depend on these."""
        return not self.others

    @property
    def rules(self) -> tuple[str, ...]:
        return (self.rule, *self.others)


@dataclass(frozen=True, slots=True)
class Collapse:
    """A theorem that a method is not non-singular."""

    rule: str
    sentence: str
    others: tuple[str, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        return (self.rule, *self.others)


OUTSIDE = (
    "For every step size eta outside a countable set (which depends on the data and on all else that is named here, "
    "and may be empty),"
)
ALL = "For every real step size eta,"
UNDECAYED = "For every real step size eta with eta lambda != 1,"
NULL = "is non-singular: preimages of null sets are null"


def _parameters(quantifier: str, update: str, more: str = "") -> str:
    """Of a map of the parameters alone."""
    return (
        f"{quantifier} the map {update} {NULL}. So if the first parameters have a density, so have the parameters "
        "after any number of steps; almost surely no iterate lies in a null set given in advance, and the loss is "
        f"analytic near every iterate.{more}"
    )


def _joint(quantifier: str, state: str, update: str, start: str = "") -> str:
    """Of a map of parameters and state."""
    return (
        f"{quantifier} and for every sequence of data fixed in advance, each step, as a map of ({state}), of {update} "
        f"{NULL}. So if the first ({state}) have a joint density{start}, so have those after any number of steps; "
        "almost surely no iterate lies in a null set given in advance, and the loss is analytic near every iterate. "
        "A state that starts with zeros has no density, so that usual start is not covered."
    )


def _random_steps(update: str) -> str:
    """From zeros, by sequences of step sizes."""
    return (
        "For every sequence of data fixed in advance and Lebesgue-almost every sequence of step sizes (eta_1, eta_2, "
        "...) (the null set depends on the data and on all else that is named here), the map theta_0 -> theta_t of "
        f"{update}, from a state of zeros, {NULL}, for every t. Step sizes "
        "eta (1 + u_t) with independent u_t that have densities are almost surely of this kind; a constant step "
        "size is not covered."
    )


def _from_zeros(update: str, data: str) -> str:
    """From zeros, with a constant step size."""
    return (
        f"{OUTSIDE} the map theta_0 -> theta_t of {update}, from a state of zeros and with {data}, {NULL}, "
        "for every t."
    )


MOMENTUM = (
    "m' = beta m + (1 - d) (v(theta) + lambda theta), theta' = theta - eta m' (beta != 0; d, lambda real)"
)
NESTEROV = "m' = beta m + w, theta' = theta - eta (w + beta m'), w = v(theta) + lambda theta (beta != 0; lambda real)"
SIGNUM = "m' = beta m + (1 - beta) v(theta), theta' = (1 - eta lambda) theta - eta sign(m') (beta != 0)"
LION = (
    "Lion: c = beta1 m + (1 - beta1) v(theta), theta' = theta - eta (sign(c) + lambda theta), "
    "m' = beta2 m + (1 - beta2) v(theta) (beta2 != 0)"
)
ADAM = (
    "Adam as in torch.optim.Adam without amsgrad (s is exp_avg_sq; 0 < beta1, beta2 < 1, {epsilon}, coupled weight "
    "decay lambda)"
)
ADAMW = (
    "AdamW as in torch.optim.AdamW without amsgrad (s is exp_avg_sq; 0 < beta1, beta2 < 1, {epsilon}, weight decay "
    "lambda)"
)
RMSPROP = (
    "RMSprop as in torch.optim.RMSprop, neither centered nor with momentum (s is square_avg; 0 < alpha < 1, "
    "{epsilon})"
)
HEADS = ("rescaled-head", "smooth-head", "constant-features", "rectified-head")
"""Rules that show every step size good by the last layer."""
WITNESSES = "hessian-witnesses"
"""The rule that shows step sizes good for given data."""
WEAK, STRONG = "epsilon >= 0", "epsilon > 0"
POSITIVE = " with s > 0"
ANY_DATA = "any sequence of data fixed in advance"
SAME_DATA = "the same data in every step"

METHODS: dict[Key, Method] = {
    ("gd", DENSITY, ALMOST_EVERY): Method(
        "gradient-step",
        _parameters(
            OUTSIDE,
            "theta -> theta - eta v(theta)",
            " The countable set does not contain 0, and det(I - eta Dv(theta)) != 0 for almost every theta.",
        ),
    ),
    ("sgd", DENSITY, ALMOST_EVERY): Method(
        "gradient-step",
        _parameters(
            f"{OUTSIDE} and for each mini-batch of a countable family of such data (labels, masks and noise included),",
            "theta -> theta - eta v(theta)",
            " The mini-batches may come in any order, chosen by any rule that looks at the past only; the sum of "
            "finitely many of their losses, with real weights fixed in advance, may take the place of one.",
        ),
    ),
    ("gd", DENSITY, EVERY): Method(
        "flat-point",
        _parameters(ALL, "theta -> theta - eta v(theta)", " So it is for every sequence of step sizes."),
        others=(*HEADS, WITNESSES),
    ),
    ("gd", DENSITY, NUMBER): Method(
        "flat-point",
        _parameters("For the step size eta = {size},", "theta -> theta - eta v(theta)"),
        others=(*HEADS, WITNESSES),
    ),
    ("gd", DENSITY, ALL_BUT): Method(
        "rectified-head",
        _parameters("For every real step size eta but {except},", "theta -> theta - eta v(theta)"),
        others=("flat-point", "rescaled-head", "smooth-head", "constant-features", WITNESSES),
    ),
    ("gd", DENSITY, BETWEEN): Method(
        "flat-point",
        _parameters("For every real step size eta {between},", "theta -> theta - eta v(theta)"),
        others=(*HEADS, WITNESSES),
    ),
    ("schedule", DENSITY, SIZES): Method(
        "flat-point",
        _parameters(
            "For every step size eta of {sizes},",
            "theta -> theta - eta v(theta)",
            " The step sizes may come in any order.",
        ),
        others=(*HEADS, WITNESSES),
    ),
    ("sgd", DENSITY, EVERY): Method(
        "flat-point",
        _parameters(
            f"{ALL} and for every mini-batch (labels, masks and noise included),",
            "theta -> theta - eta v(theta)",
            " So it is for all sequences of mini-batches and of step sizes.",
        ),
        others=HEADS,
    ),
    ("schedule", DENSITY, ALMOST_EVERY): Method(
        "gradient-step",
        _parameters(
            f"{OUTSIDE} and for each factor c_t of a schedule of reals fixed in advance,",
            "theta -> theta - eta c_t v(theta)",
        ),
    ),
    ("line-search", DENSITY, ALMOST_EVERY): Method(
        "gradient-step",
        _parameters(
            f"{OUTSIDE} and for each factor c_j of a countable set of reals fixed in advance (powers of 1/2, say),",
            "theta -> theta - eta c_j v(theta)",
            " In each step the factor may be chosen by any rule: by backtracking (Armijo), on a plateau, at random.",
        ),
    ),
    ("weight-decay", DENSITY, ALMOST_EVERY): Method(
        "transformed-step",
        _parameters(OUTSIDE, "theta -> theta - eta (v(theta) + lambda theta), for any real lambda,"),
    ),
    ("weight-decay", DENSITY, EVERY): Method(
        "flat-point",
        _parameters(
            f"For every real lambda: {UNDECAYED[0].lower()}{UNDECAYED[1:]}",
            "theta -> theta - eta (v(theta) + lambda theta)",
            " So it is for every sequence of such step sizes.",
        ),
        others=(*HEADS, WITNESSES),
    ),
    ("weight-decay", DENSITY, ALL_BUT): Method(
        "rectified-head",
        _parameters(
            f"For every real lambda: {UNDECAYED[0].lower()}{UNDECAYED[1:-1]} for which "
            "eta / (1 - eta lambda) is none of {except},",
            "theta -> theta - eta (v(theta) + lambda theta)",
        ),
        others=("flat-point", "rescaled-head", "smooth-head", "constant-features", WITNESSES),
    ),
    ("clip-norm", DENSITY, ALMOST_EVERY): Method(
        "transformed-step",
        _parameters(
            OUTSIDE,
            "theta -> theta - eta v min(1, c / (|v| + a)), for any reals c > 0 and a >= 0 and any q-norm of v = "
            "v(theta) or of each tensor of it (1 <= q <= infinity; the factor is 1 where v = 0),",
        ),
    ),
    ("clip-value", DENSITY, ALMOST_EVERY): Method(
        "transformed-step",
        _parameters(OUTSIDE, "theta -> theta - eta clamp(v(theta), -c, c), for any real c > 0,"),
    ),
    ("normalized", DENSITY, ALMOST_EVERY): Method(
        "transformed-step",
        _parameters(OUTSIDE, "theta -> theta - eta v(theta) / |v(theta)| (no step where v(theta) = 0)"),
    ),
    ("preconditioned", DENSITY, ALMOST_EVERY): Method(
        "transformed-step",
        _parameters(OUTSIDE, "theta -> theta - eta P v(theta), for any real p by p matrix P,"),
    ),
    ("sign", DENSITY, EVERY): Method(
        "transformed-step",
        _parameters(UNDECAYED, "theta -> theta - eta (sign(v(theta)) + lambda theta)"),
    ),
    ("momentum", DENSITY, EVERY): Method("momentum-step", _joint(ALL, "theta, m", MOMENTUM)),
    ("nesterov", DENSITY, ALMOST_EVERY): Method("momentum-step", _joint(OUTSIDE, "theta, m", NESTEROV)),
    ("signum", DENSITY, EVERY): Method("momentum-step", _joint(UNDECAYED, "theta, m", SIGNUM)),
    ("adam", DENSITY, EVERY): Method(
        "adaptive-step", _joint(ALL, "theta, m, s", ADAM.format(epsilon=WEAK), POSITIVE)
    ),
    ("adamw", DENSITY, EVERY): Method(
        "adaptive-step", _joint(UNDECAYED, "theta, m, s", ADAMW.format(epsilon=WEAK), POSITIVE)
    ),
    ("rmsprop", DENSITY, ALMOST_EVERY): Method(
        "adaptive-step", _joint(OUTSIDE, "theta, s", RMSPROP.format(epsilon=WEAK), POSITIVE)
    ),
    ("lion", DENSITY, EVERY): Method("adaptive-step", _joint(UNDECAYED, "theta, m", LION)),
    **{
        (name, ZERO, SEQUENCE): Method("random-steps", _random_steps(update))
        for name, update in {
            "momentum": MOMENTUM,
            "nesterov": NESTEROV,
            "adam": ADAM.format(epsilon=STRONG),
            "adamw": ADAMW.format(epsilon=STRONG),
            "rmsprop": RMSPROP.format(epsilon=STRONG),
            "lion": LION,
        }.items()
    },
    **{
        (name, ZERO, ALMOST_EVERY): Method("zero-state", _from_zeros(update, data), analytic=True)
        for name, update, data in (
            ("momentum", MOMENTUM, ANY_DATA),
            ("nesterov", NESTEROV, ANY_DATA),
            ("adam", ADAM.format(epsilon=STRONG), SAME_DATA),
            ("adamw", ADAMW.format(epsilon=STRONG), SAME_DATA),
            ("rmsprop", RMSPROP.format(epsilon=STRONG), SAME_DATA),
        )
    },
}
"""By method, start and step sizes. An update of the parameters alone starts with a density."""

COLLAPSES: dict[tuple[str, str], Collapse] = {
    ("gd", NUMBER): Collapse(
        "dead-head",
        "For the step size eta = {size}, the map theta -> theta - eta v(theta) is not non-singular: it maps a nonempty "
        "open set of parameters into a null set.",
        others=("quadratic-loss",),
    ),
    ("gd", BETWEEN): Collapse(
        "quadratic-loss",
        "For some step size eta {between}, the map theta -> theta - eta v(theta) is not non-singular: it maps all of "
        "R^p into a null set.",
    ),
    ("weight-decay", INVERSE_DECAY): Collapse(
        "undone-decay",
        "For every real lambda != 0 and the step size eta = 1 / lambda, the map theta -> theta - eta (v(theta) + "
        "lambda theta) is not non-singular: it maps a set of parameters of positive measure into a null set.",
    ),
    ("rounding", ""): Collapse(
        "countable-image",
        "For every step size eta, the map theta -> round(theta - eta v(theta)), to any countable set of weights, is "
        "not non-singular: its image is countable, so that R^p is mapped into a null set.",
    ),
    ("sphere", ""): Collapse(
        "null-image",
        "For every step size eta, the map theta -> u / |u|, u = theta - eta v(theta) (any unit vector for u = 0), is "
        "not non-singular: R^p is mapped into the unit sphere, a null set.",
    ),
    ("projection", ""): Collapse(
        "bounded-projection",
        "For every bounded closed convex set K with an inside, such as a box (clipping of weights) or a ball, and for "
        "every step size eta != 0 but at most one, the map theta -> P_K(theta - eta v(theta)) is not non-singular: it "
        "maps a set of positive measure into the boundary of K, a null set.",
    ),
    ("soft-threshold", ""): Collapse(
        "soft-threshold",
        "For every step size eta > 0 and every lambda > 0, the proximal step theta -> S(theta - eta v(theta)), where S "
        "moves each entry towards 0 by eta lambda and not beyond, is not non-singular: it maps a nonempty open set to "
        "points with an entry that is 0, a null set.",
    ),
    ("exact-line-search", ""): Collapse(
        "exact-line-search",
        "The step theta -> theta - eta(theta) v(theta), where eta(theta) >= 0 minimises L(theta - eta v(theta)), is "
        "not non-singular: it maps a nonempty open set into a null set.",
    ),
}
"""By method and step sizes ("": whatever they are). These are negated claims: the map is not non-singular."""

SADDLES: dict[str, str] = {
    step: f"{quantifier} the set of all theta_0 from which the iterates of theta -> theta - eta v(theta) converge to a "
    "strict saddle point or a strict local maximum is null: to a point near which L is twice continuously "
    "differentiable, where its gradient is 0, and where its Hessian has a negative eigenvalue."
    for step, quantifier in {
        ALMOST_EVERY: OUTSIDE.replace("every step size eta", "every step size eta > 0"),
        EVERY: "For every step size eta > 0,",
        NUMBER: "For the step size eta = {size},",
        ALL_BUT: "For every step size eta > 0 but {except},",
        BETWEEN: "For every step size eta > 0 {between},",
    }.items()
}
"""What is said of gradient descent and strict saddle points, by step sizes."""
