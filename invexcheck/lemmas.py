"""The lemmas that the rules rest on: what the checker calls them, and how each is proved.

A proof is ``"rocq"`` (checked by machine) or ``"paper"``; the project's registry ``lemmas/lemmas.toml`` says
where it is to be found.
"""

from __future__ import annotations

from typing import NamedTuple


class Lemma(NamedTuple):
    """A proved statement: its title, and how it is proved."""

    title: str
    proof: str = "paper"


LEMMAS: dict[str, Lemma] = {
    "cases": Lemma("Cases"),
    "chord": Lemma("Chords"),
    "clarke-stationarity": Lemma("Stationary points through one-sided slopes"),
    "continuity": Lemma("Functions made of pieces"),
    "convex": Lemma("Convex functions"),
    "decay": Lemma("Decay of powers times exponentials"),
    "derivative": Lemma("Terms and slopes"),
    "elementary": Lemma("Elementary inequalities"),
    "half-angle": Lemma("Half-angle substitution"),
    "instantiation": Lemma("Instantiation"),
    "interior-maximum": Lemma("Interior maxima"),
    "interior-minimum": Lemma("Interior minima"),
    "interval-inclusion": Lemma("Enclosures by intervals and balls"),
    "jump": Lemma("Jumps"),
    "kink": Lemma("Kinks"),
    "limit-rule": Lemma("Monotone from infinity"),
    "lipschitz": Lemma("Lipschitz functions"),
    "mean-value-form": Lemma("Mean-value and Taylor forms"),
    "mills": Lemma("Mills' ratio"),
    "monotone-from-end": Lemma("Monotone from an end"),
    "normal-form": Lemma("Equality by normal forms"),
    "orders-of-growth": Lemma("Orders of growth"),
    "period": Lemma("Periods"),
    "piecewise-analytic": Lemma("Piecewise analytic functions"),
    "plateau": Lemma("Plateaus"),
    "product-of-signs": Lemma("Signs of products"),
    "rescaling": Lemma("Rescaling"),
    "stationary-point": Lemma("Exact zeros of the slope"),
    "strictly-monotone": Lemma("Strictly monotone functions"),
    "sturm": Lemma("Sturm's theorem"),
    "sum-of-signs": Lemma("Signs of sums"),
    "turning": Lemma("Turning values"),
    "unbounded-slope": Lemma("Unbounded slopes"),
    "valley": Lemma("The valley"),
}
