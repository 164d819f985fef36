"""The statement that a certificate shows, printed from the claim's own table and fixed templates."""

from __future__ import annotations

from invexcheck.architectures.methods import COLLAPSES, METHODS, SADDLES
from invexcheck.architectures.text import describe as describe_training
from invexcheck.goals import AnyClaim, Box, MapClaim, ParameterRange, TrainingClaim
from invexcheck.networks.text import describe
from invexcheck.printing import MAX_LENGTH, formula
from invexcheck.reading import digest
from invexcheck.session import Session

KINDS: dict[str, tuple[str, str]] = {
    "activation.invex": (
        "{f} is invex on R: every Clarke-stationary point x in R is a global minimiser.",
        "{f} is not invex on R: some Clarke-stationary point x in R is not a global minimiser.",
    ),
    "activation.strictly-monotone": (
        "{f} is strictly monotone on R.",
        "{f} is not strictly monotone on R.",
    ),
    "activation.lipschitz": (
        "{f} is Lipschitz on R {constant}.",
        "{f} is not Lipschitz on R {constant}.",
    ),
    "activation.convex": ("{f} is convex on R.", "{f} is not convex on R."),
    "activation.piecewise-analytic": (
        "{f} is continuous on R, and real-analytic off a finite set.",
        "{f} is not continuous on R.",
    ),
    "activation.nonvanishing-derivative": (
        "{f} has no Clarke-stationary point on R.",
        "{f} has a Clarke-stationary point on R.",
    ),
    "map.jacobian-nonsingular": (
        "At every x in {where}, every matrix in Clarke's generalised Jacobian of {f} at x (the Jacobian, where "
        "{f} is continuously differentiable) has full row rank {k}.",
        "At some x in {where}, some matrix in Clarke's generalised Jacobian of {f} at x (the Jacobian, where {f} "
        "is continuously differentiable) has a rank below {k}.",
    ),
    "map.jacobian-nonsingular-almost-everywhere": (
        "At almost every {x} in {where}, {f} is differentiable in x with a Jacobian of full row rank {k}.",
        "The points {x} of {where} at which {f} is differentiable in x with a Jacobian of full row rank {k} "
        "leave out a set of positive measure.",
    ),
    "composition.invex": (
        "x -> {f} is invex {on}: every Clarke-stationary point of it {there} is a global minimiser of it over R^{n}.",
        "x -> {f} is not invex {on}: {some} not global minimisers of it over R^{n}.",
    ),
    "training.paa": (
        "theta -> L(theta) is continuous on R^p, and real-analytic on an open set whose complement is null,",
        "theta -> L(theta) is not continuous on R^p,",
    ),
    "training.gd-nonsingular": ("", ""),  # as the tables of methods say
    "training.avoids-strict-saddles": ("", ""),
}
"""For each kind of claim, what it says and what its negation says."""


def statement(session: Session, claim: AnyClaim) -> str:
    """The verified statement, over what it quantifies included."""
    if isinstance(claim, TrainingClaim):
        return _training_statement(claim)
    if isinstance(claim, MapClaim):
        return _map_statement(session, claim)
    some = "any" if claim.negated else "some"
    constant = f"with {some} constant" if claim.constant is None else f"with constant {claim.constant}"
    sentence = KINDS[claim.kind][claim.negated].format(
        f=f"f(x) = {formula(session, claim.subject)}", constant=constant
    )
    if not claim.parameters:
        return sentence
    ranges = ", ".join(_range(name, r) for name, r in sorted(claim.parameters.items()))
    return f"For {'some' if claim.negated else 'every'} {ranges}: {sentence}"


def _training_statement(claim: TrainingClaim) -> str:
    """The sentence of the method, with the step sizes, and what L and v are."""
    key = (claim.method, claim.start, claim.step)
    sums = False
    if claim.kind == "training.avoids-strict-saddles":
        sentence = SADDLES[claim.step]
    elif not claim.method:
        sentence = KINDS[claim.kind][claim.negated]
        sums = not claim.negated
    elif claim.negated:
        sentence = COLLAPSES[claim.method, claim.step].sentence
    else:
        sentence, sums = METHODS[key].sentence, METHODS[key].sums
    for braces, text in claim.sizes.text.items():
        sentence = sentence.replace(braces, text)
    return f"{sentence}\n{describe_training(claim.architecture, sums)}"


def _map_statement(session: Session, claim: MapClaim) -> str:
    network = claim.network
    n, k = network.inputs, network.outputs
    space = f"R^{n}"
    where = space if claim.region is None else _box(claim.region)
    free = bool(network.free)
    f = "Phi(x)" if network.loss is None else "loss(Phi(x))"
    on, there = f"on {where}", f"in {where}"
    some = f"one or more Clarke-stationary points of it {there} are"
    if claim.almost:
        on, there = f"almost everywhere on {space}", "outside some null set"
        some = "all points of some set of positive measure are Clarke-stationary points of it that are"
    sentence = KINDS[claim.kind][claim.negated].format(
        f=f,
        k=k,
        n=n,
        x="(x, weights)" if free else "x",
        where=f"{space} x (all values of the free tensors)" if free else where,
        on=on,
        there=there,
        some=some,
    )
    return f"{sentence}\n{describe(session, network)}"


def _box(region: Box) -> str:
    """A box, in full or, if that is too long, by its digest."""
    if len(set(region)) == 1:
        ((low, high),) = set(region)
        return f"[{low}, {high}]^{len(region)}"
    text = " x ".join(f"[{low}, {high}]" for low, high in region)
    if len(text) <= MAX_LENGTH:
        return text
    ends = [[str(low), str(high)] for low, high in region]
    return f"the box in R^{len(region)} whose list of ends has the SHA-256 {digest(ends)}"


def _range(name: str, r: ParameterRange) -> str:
    low = "" if r.lower is None else f"{r.lower} {'<' if r.lower_open else '<='} "
    high = "" if r.upper is None else f" {'<' if r.upper_open else '<='} {r.upper}"
    return f"{low}{name}{high}" if low or high else f"real {name}"
