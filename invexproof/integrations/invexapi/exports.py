"""What the library invexapi 0.2.0 exports, and how each function reads as a formula.

Nothing here imports the library.  The formulas are a reading of its source in the notation of this project; a test
compares them with what the library computes, in double precision, at many points and parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

VERSION: Final = "0.2.0"
"""The version that the table describes."""

PROPERTIES: Final = ("invex", "convex", "admissible", "differentiable", "quasi_convex", "quasi_invex")
"""What the library certifies of a function, as it spells it."""

Role: TypeAlias = Literal["separable", "other loss", "combinator", "layer", "operator", "solver", "machinery"]


@dataclass(frozen=True)
class Concave:
    """t is concave on [0, oo) with t'(0) = ``slope`` and t(0) = 0; so t(v)/v does not increase."""

    slope: str


@dataclass(frozen=True)
class Falling:
    """t(v)/v^2 strictly decreases on (0, oo), shown after v = exp(x)."""


@dataclass(frozen=True)
class Share:
    """A part ``weight * inner`` of t, up to a positive factor; the weight is nonnegative on the ranges."""

    weight: str
    inner: str
    growth: Concave | Falling


@dataclass(frozen=True)
class Variant:
    """g(x) = sum over i of t(|x_i|^power), for the parameters in some ranges.

    inner: t in the variable v and the parameters.  power: a positive number, or the name of a parameter in (0, 1].
    ranges: of the parameters, in the notation of ``--for``.  exact: parameters that have one value.  derived:
    parameters of the formula that stand for attributes of the object: ``{"k": "1/c^2"}``.  shares: t in parts, with
    what is shown of each for Definition 4; empty where it does not hold.
    """

    inner: str
    ranges: tuple[str, ...] = ()
    power: str = "1"
    exact: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Function:
    """A separable function of the library: its module, its attributes, the library's own example, and its formulas.

    ``default`` are the arguments of the example; ``samples`` are values of the attributes inside each variant, with
    which the tests compare and the audit looks up what the library marks.
    """

    module: str
    attributes: tuple[str, ...]
    default: Mapping[str, float]
    variants: tuple[Variant, ...]
    samples: tuple[Mapping[str, float], ...]


@dataclass(frozen=True)
class Export:
    """A name that the library exports, the module that defines it, what it is, and what to know about it."""

    name: str
    module: str
    role: Role
    note: str = ""
    function: Function | None = None


def _concave(inner: str, slope: str) -> tuple[Share, ...]:
    return (Share("1", inner, Concave(slope)),)


def _simple(inner: str, slope: str, *ranges: str, power: str = "1") -> Variant:
    return Variant(inner, ranges, power, shares=_concave(inner, slope))


_ADAPTIVE: Final = "(2 - alpha)/alpha*(exp(alpha/2*log(k*v/(2 - alpha) + 1)) - 1)"
_ADAPTIVE_STEEP: Final = "(alpha - 2)/alpha*(exp(alpha/2*log(k*v/(alpha - 2) + 1)) - 1)"
_SQUARED: Final = {"k": "1/c^2"}


def _adaptive(inner: str, *ranges: str, **exact: str) -> Variant:
    return Variant(inner, ("k > 0", *ranges), "2", exact, _SQUARED, _concave(inner, "k/2"))


SEPARABLE: Final[Mapping[str, Function]] = {
    "L1Penalty": Function(
        "separable.l1", ("lamb",), {"lamb": 0.1}, (_simple("lamb*v", "lamb", "lamb > 0"),), ({"lamb": 3.0},)
    ),
    "TikhonovPenalty": Function(
        "separable.tikhonov",
        ("lamb",),
        {"lamb": 0.1},
        (_simple("lamb/2*v", "lamb/2", "lamb > 0", power="2"),),
        ({"lamb": 3.0},),
    ),
    "LogPenalty": Function(
        "separable.log",
        ("lamb", "beta"),
        {"lamb": 0.1},
        (_simple("lamb*log(1 + beta*v)", "lamb*beta", "lamb > 0", "beta > 0"),),
        ({"lamb": 0.5, "beta": 3.0},),
    ),
    "LLqPenalty": Function(
        "separable.llq",
        ("lamb", "q", "beta"),
        {"lamb": 0.1, "q": 0.5},
        (_simple("lamb/beta*log(1 + beta*v)", "lamb", "lamb > 0", "beta > 0", "0 < q <= 1", power="q"),),
        ({"lamb": 0.5, "q": 0.75, "beta": 3.0},),
    ),
    "LogMinusRationalPenalty": Function(
        "separable.log_minus_rational",
        ("lamb", "beta"),
        {"lamb": 0.1},
        (
            Variant(
                "lamb*(log(1 + v) - g*v/(1 + v))",
                ("lamb > 0", "0 < g <= 1"),
                derived={"g": "1/beta"},
                shares=(
                    Share("1 - g", "log(1 + v)", Concave("1")),
                    Share("g", "log(1 + v) - v/(1 + v)", Falling()),
                ),
            ),
        ),
        ({"lamb": 0.5, "beta": 1.25},),
    ),
    "QuasinormInvexPenalty": Function(
        "separable.quasinorm",
        ("lamb", "q"),
        {"lamb": 0.1, "q": 0.5},
        (_simple("lamb*v", "lamb", "lamb > 0", "0 < q < 1", power="q"),),
        ({"lamb": 0.5, "q": 0.25},),
    ),
    "CauchyLoss": Function(
        "fidelity.robust",
        ("delta",),
        {"delta": 1.0},
        (_simple("log(1 + v/delta^2)", "1/delta^2", "delta > 0", power="2"),),
        ({"delta": 3.0},),
    ),
    "GemanMcClureLoss": Function(
        "fidelity.robust",
        ("delta",),
        {"delta": 1.0},
        (_simple("2*v/(v + 4*delta^2)", "1/(2*delta^2)", "delta > 0", power="2"),),
        ({"delta": 3.0},),
    ),
    "WelschLoss": Function(
        "fidelity.robust",
        ("delta",),
        {"delta": 1.0},
        (_simple("1 - exp(-v/(2*delta^2))", "1/(2*delta^2)", "delta > 0", power="2"),),
        ({"delta": 3.0},),
    ),
    "AdaptiveRobustLoss": Function(
        "fidelity.robust",
        ("alpha", "c"),
        {"alpha": 1.0, "c": 1.0},
        (
            _adaptive(_ADAPTIVE, "0 < alpha < 2"),
            _adaptive(_ADAPTIVE, "alpha < 0"),
            _adaptive("log(1 + k*v/2)", alpha="0"),
            _adaptive("k*v/2", alpha="2"),
            _adaptive("1 - exp(-k*v/2)", alpha="-inf"),
            Variant(_ADAPTIVE_STEEP, ("k > 0", "alpha > 2"), "2", derived=_SQUARED),
        ),
        (
            {"alpha": 1.5, "c": 2.0},
            {"alpha": -3.0, "c": 2.0},
            {"alpha": 0.0, "c": 2.0},
            {"alpha": 2.0, "c": 2.0},
            {"alpha": float("-inf"), "c": 2.0},
            {"alpha": 4.0, "c": 2.0},
        ),
    ),
    "SquaredLogMinusRationalLoss": Function(
        "fidelity.robust", (), {}, (_simple("log(1 + v) - v/(2*v + 2)", "1/2", power="2"),), ({},)
    ),
}
"""The separable functions by name."""

_PSD: Final = (
    "marked convex, and so invex and quasi-convex; not checked, since it is infinite off the positive semidefinite "
    "matrices, and our claims are about finite functions"
)

_OTHERS: Final[tuple[tuple[Role, str, str, str], ...]] = (
    (
        "other loss",
        "functions.sets.psd",
        "PSDTracePenalty",
        "infinite off the positive semidefinite matrices",
    ),
    ("other loss", "functions.fidelity.slack_amplitude", "SlackAmplitudeLeastSquares", "never marked"),
    ("combinator", "functions.combinators.sum", "Sum", "marked by rules"),
    ("combinator", "functions.combinators.composed", "Composed", "marked by rules"),
    ("combinator", "functions.combinators.max", "Max", "marked by a rule"),
    ("combinator", "functions.combinators.tilt", "LinearTilt", "never marked"),
    ("layer", "nn.linear", "ixLinear", "always marked invex"),
    ("layer", "nn.conv", "ixConv2d", "always marked invex"),
    ("layer", "nn.sequential", "ixSequential", "marked invex by a rule"),
)

_WITHOUT_CLAIM: Final[Mapping[Role, Mapping[str, tuple[str, ...]]]] = {
    "operator": {
        "operators.base": ("Operator", "LinearOperator", "NonlinearOperator", "PROPERTIES"),
        "operators.linear": ("Identity", "MatrixOperator", "Diagonal", "Convolution", "Subsample"),
        "operators.differences": ("FiniteDifference1D", "FiniteDifference2D"),
        "operators.frft": ("FractionalFourier", "frft", "frft_matrix"),
        "operators.frft_ambiguity": ("FrFTAmbiguity", "LiftedFrFTAmbiguity", "frft_orders"),
        "operators.algebra": ("Adjoint", "compose", "add", "scale"),
        "operators.testing": ("check_adjoint",),
    },
    "solver": {
        "optim.base": ("Solver",),
        "optim.gradient_descent": ("GradientDescent",),
        "optim.fista": ("FISTA",),
        "optim.fasta": ("FASTA",),
        "optim.conjugate_gradient": ("NonlinearCG",),
        "optim.admm": ("LinearizedADMM",),
        "optim.levenberg_marquardt": ("LevenbergMarquardt",),
    },
    "machinery": {
        "": ("core", "rules", "functions", "optim", "operators", "metadata", "nn"),
        "core.base": ("Loss", "Penalty", "Verifier", "ManualVerifier", "CERTIFIABLE"),
        "core.verifiers": ("NumericalVerifier",),
        "certificate": ("Certificate",),
        "functions.catalog": ("catalog",),
        "rules.base": ("Rule", "register", "registered", "derive", "explain", "PROPERTIES"),
        "nn.base": ("certify_composition",),
        "metadata": (
            "Reference",
            "Provenance",
            "DesignDecision",
            "Invariant",
            "documented",
            "dump_all",
            "dump_all_json",
        ),
    },
}


EXPORTS: Final[tuple[Export, ...]] = (
    *(
        Export(name, f"invexapi.functions.{function.module}", "separable", "", function)
        for name, function in SEPARABLE.items()
    ),
    *(Export(name, f"invexapi.{module}", role, note) for role, module, name, note in _OTHERS),
    *(
        Export(name, f"invexapi.{module}".rstrip("."), role, "makes no claim about a function")
        for role, modules in _WITHOUT_CLAIM.items()
        for module, names in modules.items()
        for name in names
    ),
)
"""Every name that the library or one of its subpackages exports."""


def separable(kind: type) -> Function | None:
    """The table's entry of a class of the library, but not of a class derived from one."""
    for export in EXPORTS:
        if export.function is not None and (export.module, export.name) == (
            kind.__module__,
            kind.__qualname__,
        ):
            return export.function
    return None
