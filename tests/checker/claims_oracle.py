"""Whether a claim about a function of x looks true, by dense sampling at high precision; knows nothing of proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from mpmath import mp, mpf

from tests.checker.oracle import TooLarge, slope, value

DIGITS = 70
MARGIN = mpf(10) ** -20
Sample = tuple[mpf, mpf]


def plausible(claim: dict[str, Any]) -> bool:
    """False if sampling contradicts the claim; for a negated claim, if sampling finds no sign of it."""
    kind = claim["kind"].removeprefix("activation.")
    with mp.workdps(DIGITS):
        verdicts = [KINDS[kind](Function(claim, values)) for values in _parameters(claim)]
    # a proof about all parameters gives the negation for each, an example for one of them
    return any(v is False for v in verdicts) if claim["negated"] else all(v is not False for v in verdicts)


def _parameters(claim: dict[str, Any]) -> Iterator[dict[str, Fraction]]:
    ranges = claim.get("parameters", {})
    choices = []
    for bounds in ranges.values():
        low, high = (
            next((Fraction(bounds[k]) for k in keys if k in bounds), None)
            for keys in (("gt", "ge"), ("lt", "le"))
        )
        if low is not None and high is not None:
            inner = [low + (high - low) * Fraction(k, 7) for k in (1, 3, 6)]
        elif low is None and high is None:
            inner = [Fraction(k) for k in (-3, -1, 0, 1, 5)]
        else:
            start, sign = (low, 1) if low is not None else (high, -1)
            inner = [start + sign * d for d in (Fraction(1, 9), Fraction(1), Fraction(6))]  # type: ignore[operator]
        choices.append(inner + [Fraction(bounds[k]) for k in ("ge", "le") if k in bounds])
    for values in product(*choices):
        yield dict(zip(ranges, values, strict=True))


class Function:
    """The subject with chosen parameters, and its values at many points."""

    def __init__(self, claim: dict[str, Any], parameters: dict[str, Fraction]) -> None:
        self.table = claim["subject"]
        self.constant = Fraction(claim["constant"]) if "constant" in claim else None
        self._parameters = parameters
        self._known: dict[mpf, Any] = {}
        self.undefined = False
        self._slopes: list[Sample] | None = None
        self.samples: list[Sample] = []
        for x in sorted(self._points()):
            v = self(x)
            if v is None:
                self.undefined = True
            elif mp.isfinite(v):
                self.samples.append((x, v))

    def _points(self) -> set[mpf]:
        points = {mpf(k) / 16 for k in range(-192, 193)} | {
            s * mpf(d) for s in (-1, 1) for d in (15, 20, 35, 80, 300, 2000)
        }
        named = {Fraction(line[1]) for line in self.table if line[0] == "rat"}
        for q in named | {-q for q in named} | {1 / q for q in named if q}:
            if abs(q) < 10_000:
                centre = mpf(q.numerator) / q.denominator
                points |= {centre, centre - mpf(10) ** -9, centre + mpf(10) ** -9}
        return points

    def __call__(self, x: mpf) -> Any:
        """The value; None where undefined; not a number where it is too large to compute."""
        if x not in self._known:
            found = self._value(x)
            if found is None:
                with mp.workdps(4000):  # 1 + tanh(x) far to the left is 0 for rounding only
                    found = self._value(x)
            self._known[x] = found
        return self._known[x]

    def _value(self, x: mpf) -> Any:
        try:
            return value(self.table, {"x": x, **self._parameters})
        except TooLarge:
            return mp.nan

    def slope(self, x: mpf) -> mpf:
        """The slope at a point; not a number where it is unknown."""
        try:
            found = slope(self.table, {"x": x, **self._parameters})
        except TooLarge:
            return mp.nan
        return mp.nan if found is None else found

    def slopes(self) -> list[Sample]:
        """Points and slopes, as far as these are known."""
        if self._slopes is None:
            everywhere = ((x, self.slope(x)) for x, _ in self.samples)
            self._slopes = [(x, s) for x, s in everywhere if mp.isfinite(s)]
        return self._slopes

    def rises(self) -> list[tuple[mpf, mpf, mpf]]:
        """For neighbouring samples: the two points and the difference of the values (0 if it may be rounding)."""
        result = []
        for (a, u), (b, v) in pairwise(self.samples):
            noise = mpf(10) ** (10 - DIGITS) * (abs(u) + abs(v))
            result.append((a, b, v - u if abs(v - u) > noise else mpf(0)))
        return result

    def stationary(self) -> Iterator[Sample]:
        """Points and values where the slope is 0, changes its sign, or touches 0 from one side."""
        slopes = self.slopes()
        for x, s in slopes:
            if s == 0 and self(x) is not None:
                yield x, self(x)
        for (a, s), (b, t) in pairwise(slopes):
            if s * t < 0:
                x = self._turn(a, b, s)
                yield x, self(x)
        for (a, r), (_, s), (c, t) in zip(slopes, slopes[1:], slopes[2:], strict=False):
            if 0 < 2 * abs(s) < max(abs(r), abs(t)) and r * s > 0 < s * t and abs(s) <= min(abs(r), abs(t)):
                x = self._flattest(a, c)
                if abs(self.slope(x)) <= mpf(10) ** -15 * max(abs(r), abs(t)) and self(x) is not None:
                    yield x, self(x)

    def _turn(self, low: mpf, high: mpf, before: mpf) -> mpf:
        """Where the slope changes its sign."""
        for _ in range(100):
            middle = (low + high) / 2
            if self.slope(middle) * before > 0:
                low = middle
            else:
                high = middle
        return low

    def _flattest(self, low: mpf, high: mpf) -> mpf:
        """Where the slope is smallest."""
        for _ in range(100):
            third = (high - low) / 3
            if abs(self.slope(low + third)) < abs(self.slope(high - third)):
                high -= third
            else:
                low += third
        return (low + high) / 2

    def flat(self) -> bool:
        """Whether the function is constant between some samples."""
        pairs = pairwise(self.slopes())
        return any(s == t == self.slope((a + b) / 2) == 0 and self(a) == self(b) for (a, s), (b, t) in pairs)

    def humps(self) -> bool:
        """Whether some sample lies above samples on both sides of it."""
        signs = [d > 0 for _, _, d in self.rises() if d]
        return any(before and not after for before, after in pairwise(signs))

    def jumps(self) -> bool:
        """Whether a difference of neighbouring values persists however close the points are."""
        for (a, u), (b, v) in pairwise(self.samples):
            if abs(v - u) <= mpf(10) ** -15 * (1 + abs(u)) or a < -12 or b > 12:
                continue
            low, high, left, right = a, b, u, v
            for _ in range(150):
                middle = (low + high) / 2
                m = self(middle)
                if m is None:
                    return True
                if abs(m - left) >= abs(right - m):
                    high, right = middle, m
                else:
                    low, left = middle, m
            if abs(right - left) > mpf(10) ** -12 * (1 + abs(u)):
                return True
        return False


def _invex(f: Function) -> bool | None:
    if f.undefined or f.humps():
        return False
    found = [v for _, v in f.stationary() if v is not None and mp.isfinite(v)]
    least = min([v for _, v in f.samples] + found)
    return False if any(v - least > MARGIN * (1 + abs(v)) for v in found) else None


def _nonvanishing(f: Function) -> bool | None:
    return False if f.undefined or f.humps() or any(True for _ in f.stationary()) else None


def _strictly_monotone(f: Function) -> bool | None:
    signs = {d > 0 for _, _, d in f.rises() if d} | {s > 0 for _, s in f.slopes() if s}
    return False if f.undefined or len(signs) > 1 or f.flat() else None


def _lipschitz(f: Function) -> bool | None:
    slopes = [(max(abs(a), abs(b)), abs(d) / (b - a)) for a, b, d in f.rises()]
    slopes += [(abs(x), abs(s)) for x, s in f.slopes()]
    if f.undefined or f.jumps():
        return False
    if f.constant is not None:
        bound = mpf(f.constant.numerator) / f.constant.denominator
        return False if any(s > bound * (1 + MARGIN) + MARGIN for _, s in slopes) else None
    near = max(s for x, s in slopes if x <= 12)
    return False if any(s > 8 * near for x, s in slopes if x > 12) or near > 10**6 else None


def _convex(f: Function) -> bool | None:
    if f.undefined:
        return False
    slopes = [(d / (b - a), abs(d)) for a, b, d in f.rises()]
    return False if any(t < s - MARGIN * (1 + abs(s)) for (s, _), (t, _) in pairwise(slopes)) else None


def _piecewise_analytic(f: Function) -> bool | None:
    return False if f.undefined or f.jumps() else None


KINDS: dict[str, Callable[[Function], bool | None]] = {
    "invex": _invex,
    "nonvanishing-derivative": _nonvanishing,
    "strictly-monotone": _strictly_monotone,
    "lipschitz": _lipschitz,
    "convex": _convex,
    "piecewise-analytic": _piecewise_analytic,
}
"""For each kind: False if the samples contradict the (positive) claim, None if they do not."""
