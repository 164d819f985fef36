"""Bounds on what checking one certificate may cost, and the running account of what it has cost so far."""

from dataclasses import dataclass, field

from invexcheck.errors import Refuse

MEBIBYTE = 1 << 20


def _limit(default: int, meaning: str) -> int:
    """A field of `Limits`; `meaning` is its help text on the command line."""
    value: int = field(default=default, metadata={"help": meaning})
    return value


@dataclass(frozen=True, slots=True)
class Limits:
    """Resource limits of one certificate: what exceeds one of them is REFUSED, never VALID."""

    bytes: int = _limit(4 * MEBIBYTE, "bytes of the file, and of the JSON text that a gzip file holds")
    depth: int = _limit(64, "nesting of JSON arrays and objects")
    nodes: int = _limit(500_000, "JSON values in the document")
    digits: int = _limit(2000, "decimal digits of one integer, numerator or denominator")
    terms: int = _limit(5000, "entries of one term table, derived ones included")
    entries: int = _limit(2_000_000, "entries of one tensor of weights, and of all that is derived from it")
    sidecar: int = _limit(64 * MEBIBYTE, "bytes of one file that a certificate names")
    leaves: int = _limit(200_000, "boxes on which an inequality is evaluated")
    precision: int = _limit(2048, "bits of precision of one evaluation")
    work: int = _limit(4_000_000_000, "bits times operations, over the whole certificate")
    seconds: int = _limit(60, "seconds of wall clock for one file")
    memory: int = _limit(2048 * MEBIBYTE, "bytes of address space of a checking process")

    def bound(self, name: str, amount: int) -> None:
        """Raise `Refuse` if `amount` is above the limit called `name`."""
        limit: int = getattr(self, name)
        if amount > limit:
            raise Refuse(name, f"above the limit {name} = {limit}")


class Budget:
    """What checking has cost so far, against `limits`. One budget a certificate; not thread-safe."""

    __slots__ = ("leaves", "limits", "work")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.leaves = 0
        self.work = 0

    def spend(self, units: int) -> None:
        """Account for `units` (about bits times operations) *before* they are spent."""
        self.work += units
        if self.work > self.limits.work:
            raise Refuse("work", f"above the limit work = {self.limits.work}")

    def leaf(self, count: int = 1) -> None:
        """Account for `count` boxes about to be evaluated."""
        self.leaves += count
        if self.leaves > self.limits.leaves:
            raise Refuse("leaves", f"above the limit leaves = {self.limits.leaves}")

    def precision(self, bits: int) -> int:
        """`bits`, if an evaluation may use that many."""
        if bits > self.limits.precision:
            raise Refuse("precision", f"{bits} bits are above the limit precision = {self.limits.precision}")
        return bits
