"""Claims about networks, and about losses of networks, as functions of the input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from invexproof.claims import ALMOST_EVERYWHERE, COMPOSITION, map_kind_of
from invexproof.gallery.entries import TIMEOUT, Entry
from invexproof.gallery.networks import NETWORKS
from invexproof.map_questions import MapQuestion
from invexproof.map_subjects import VACUOUS, MapTarget, composition_target, map_target
from invexproof.networks.formulas import network_of_formulas
from invexproof.networks.network import Network
from invexproof.networks.regions import read_region, region_text
from invexproof.networks.yaml_files import network_of_yaml
from invexproof.results import Result

HEAD: Final = """# Gallery of networks

<!-- Written by `make gallery`; do not edit. -->

Claims about networks and about losses of networks, as functions of the input: {counts}.
They were chosen to show what holds and what does not, often side by side; the weights, the region or the activation
make the difference. An answer is about this network with these weights, and about nothing else.

What is proved or refuted has a certificate, the file `certificates/maps/NAME.cert.json`, unless the table says *not
shipped*; `invexcheck certificates/maps` checks them all, and `invexproof explain` puts each one into words. Its size is
in bytes. *Undecided* means that no certificate was found, with the reason; it says nothing about the claim. *Vacuous*
means that the loss has no stationary point. *By* names the rule that settles the claim, with the points, boxes or parts
that it uses; [the format](FORMAT.md) describes the rules, and [the lemmas](lemmas/index.md) justify them.

Jacobians are those with respect to the input; where a network has kinks, every matrix of Clarke's generalised Jacobian
is meant. `make gallery` decides all of it anew. How each network is built is said [at the
end](#how-the-networks-are-written); the weights of sampled networks come from a seed.
"""
FOOT: Final = """
## How the networks are written

Layers are in the [YAML of network files](maps.md), formulas are in x1, x2, …, and functions are those of
`invexproof.networks.samples` and `invexproof.gallery.networks`.

```text
{sources}
```
"""
_SUPERSCRIPTS: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class MapEntry(Entry):
    """A claim about a network: ``nonsingular``, ``nonsingular-almost-everywhere`` or ``invex``.

    formulas: another way to give the network. region, loss, almost_everywhere: as for ``invexproof prove``.
    """

    formulas: str = ""
    region: str | None = None
    loss: str | None = None
    almost_everywhere: bool = False

    SOURCES: ClassVar[tuple[str, ...]] = ("yaml", "formulas", "sample")
    SAMPLES: ClassVar[Mapping[str, Callable[..., Network]]] = NETWORKS

    def build(self) -> Network:
        """The network, without a loss."""
        return _BUILDERS[self.built_by](self)

    def target(self) -> MapTarget:
        """The subject of the claim."""
        if self.claim == "invex":
            return replace(composition_target(self.build(), self.loss), name=self.name, slug=self.name)
        return replace(map_target(self.build()), name=self.name, slug=self.name)

    def question(self) -> MapQuestion:
        """The claim, to be decided."""
        target = self.target()
        kind = COMPOSITION if self.claim == "invex" else map_kind_of(self.claim)
        region = read_region(self.region, target.network.inputs)
        return MapQuestion(target, kind, region, self.almost_everywhere, TIMEOUT)

    def words(self) -> str:
        """The claim in words: ``nonsingular Jacobian at every x ∈ ℝ²``."""
        return claim_words(self.question())

    def remark(self, result: Result) -> str:
        """Whether the claim holds for want of stationary points."""
        return "vacuous" if result.verdict == "proved" and VACUOUS in result.notes else ""


_BUILDERS: Final[Mapping[str, Callable[[MapEntry], Network]]] = {
    "yaml": lambda entry: network_of_yaml(entry.yaml, entry.name),
    "formulas": lambda entry: network_of_formulas(entry.formulas),
    "sample": lambda entry: NETWORKS[entry.sample](**entry.arguments),
}
"""What builds the network: layers in YAML, formulas, or a function with its arguments."""


def claim_words(question: MapQuestion) -> str:
    """The claim in words: ``nonsingular Jacobian at every x ∈ ℝ²``."""
    network = question.target.network
    n, k = network.inputs, network.outputs
    almost = question.almost_everywhere or question.claim == ALMOST_EVERYWHERE
    space = f"ℝ{superscript(n)}" if question.region is None else _region(question)
    if question.claim == COMPOSITION:
        where = f"almost everywhere on {space}" if almost else f"on {space}"
        return f"composed with {question.target.loss}, invex {where}"
    rank = "nonsingular Jacobian" if n == k else f"Jacobian of full row rank {k}"
    weights = ", for almost all weights" if network.free else ""
    return f"{rank} at {'almost every' if almost else 'every'} x ∈ {space}{weights}"


def superscript(number: int) -> str:
    """A number as an exponent; none for 1."""
    return "" if number == 1 else str(number).translate(_SUPERSCRIPTS)


def _region(question: MapQuestion) -> str:
    text = region_text(question.region or ())
    factors = [factor.partition("^") for factor in text.split(" x ")]
    return " × ".join(f"{box}{exponent.translate(_SUPERSCRIPTS)}" for box, _, exponent in factors).replace(
        "-", "−"
    )
