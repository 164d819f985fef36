"""The audit: every mark of the library beside a verdict, with certificates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

from invexproof import __version__
from invexproof.certificates import certificate_bytes, with_provenance
from invexproof.claims import PREFIX
from invexproof.integrations.invexapi.counterexamples import CASES, RIGHTLY_UNMARKED, Case
from invexproof.integrations.invexapi.deciding import Decision, decide
from invexproof.integrations.invexapi.errors import MissingLibraryError, ReadingError
from invexproof.integrations.invexapi.evidence import Evidence
from invexproof.integrations.invexapi.exports import PROPERTIES, SEPARABLE, VERSION, Function, Variant
from invexproof.integrations.invexapi.families import FAMILIES, LayerFamily
from invexproof.integrations.invexapi.layers import COMPOSITION, decide_layer
from invexproof.integrations.invexapi.networks import accepted, prove_network, with_loss
from invexproof.integrations.invexapi.plans import Obligation, Plan, plans
from invexproof.integrations.invexapi.profiles import Profile, defining_values, family
from invexproof.integrations.invexapi.readings import read
from invexproof.integrations.invexapi.sample_layers import SAMPLES, SampleLayer
from invexproof.networks.from_torch import network_of_module
from invexproof.networks.network import Network
from invexproof.proving import Prover, Question
from invexproof.subjects import slug, target

CERTIFICATES: Final = Path("certificates", "audit")
TIMEOUT: Final = 60.0

Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True)
class Row:
    """A function for some parameters: the library's marks and the verdicts, by property.

    variant: the number of its formula in the table of exports.  A mark is ``assumed`` or, if a rule derives it,
    ``derived``; "" if there is none.  at: the parameters at which a verdict about a range is refuted, by property.
    """

    function: str
    variant: int
    parameters: str
    marks: Mapping[str, str]
    decisions: Mapping[str, Decision]
    at: Mapping[str, str]


@dataclass(frozen=True)
class Audit:
    """All verdicts, and the certificates that they rest on, by file name."""

    rows: tuple[Row, ...]
    cases: tuple[tuple[Case, Mapping[str, Evidence]], ...]
    unmarked: tuple[tuple[Case, Mapping[str, Evidence]], ...]
    families: tuple[tuple[LayerFamily, Evidence], ...]
    layers: tuple[tuple[SampleLayer, Decision], ...]

    @cached_property
    def evidence(self) -> dict[Path, Evidence]:
        """Every certificate by its path below the root, in the order of the paths."""
        found = [e for row in self.rows for d in row.decisions.values() for e in d.evidence.values()]
        found += [e for _, kinds in (*self.cases, *self.unmarked) for e in kinds.values()]
        found += [e for _, e in self.families]
        found += [e for _, d in self.layers for e in d.evidence.values()]
        named = {
            CERTIFICATES / e.file.name: e for e in found if e.document is not None and e.file is not None
        }
        return dict(sorted(named.items()))

    @property
    def files(self) -> dict[Path, bytes]:
        """The certificates as files; they say nothing of the run that found them, and so do not change."""
        source = {"tool": "invexproof", "version": __version__}
        return {
            path: certificate_bytes(with_provenance(e.document, source))
            for path, e in self.evidence.items()
            if e.document is not None
        }


class Docket:
    """The claims to be decided, each once however many need it, and the answers."""

    def __init__(self) -> None:
        self._claims: dict[Key, tuple[str, Obligation]] = {}
        self._answers: dict[Key, Evidence] = {}

    def enter(self, stem: str, chosen: Iterable[Plan]) -> None:
        """Note all claims of plans; the certificates' names begin with ``stem``."""
        for plan in chosen:
            for obligation in plan.obligations:
                kind = obligation.kind.removeprefix(PREFIX)
                name = f"{stem}.{obligation.name}.{kind}.cert.json"
                self._claims.setdefault(_key(obligation), (name, obligation))

    def decide(self, jobs: int, timeout: float, progress: Callable[[int, int], None]) -> None:
        """Decide all claims, several at a time; ``progress`` is told how many are done, of how many; 0 first."""
        claims = list(self._claims.items())
        progress(0, len(claims))
        questions = [Question(o.target, o.kind, timeout=timeout) for _, (_, o) in claims]
        with Prover(jobs) as prover, closing(prover.prove_all(questions)) as answers:
            for done, (index, result) in enumerate(answers, 1):
                key, (name, _) = claims[index]
                self._answers[key] = replace(Evidence.of(result), file=Path(name))
                progress(done, len(claims))

    def answer(self, obligation: Obligation) -> Evidence:
        """What has been found."""
        return self._answers[_key(obligation)]


def audit(
    jobs: int = 1,
    timeout: float = TIMEOUT,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Audit:
    """Decide everything that the library marks, for the parameters of its own examples and for all in their ranges.

    Raises:
        MissingLibraryError: invexapi is not installed.
        ReadingError: it is another version than the table of exports describes, or computes something else.
    """
    library = _library()
    docket = Docket()
    entries = [entry for name, f in SEPARABLE.items() for entry in _entries(library, name, f)]
    for entry in entries:
        for property_name in PROPERTIES:
            docket.enter(entry.stem, plans(entry.profile, property_name))
            docket.enter(f"{entry.stem}-sample", entry.sample_plans(property_name))
    marked, unmarked = (
        [(case, _plan_of_case(case)) for case in cases] for cases in (CASES, RIGHTLY_UNMARKED)
    )
    for case, plan in (*marked, *unmarked):
        docket.enter(case.name, [plan])
    named = [(each, _plan_of_family(each)) for each in FAMILIES]
    for each, plan in named:
        docket.enter(each.name, [plan])
    docket.decide(jobs, timeout, progress)
    return Audit(
        tuple(entry.row(docket) for entry in entries),
        tuple((case, _by_kind(plan, docket)) for case, plan in marked),
        tuple((case, _by_kind(plan, docket)) for case, plan in unmarked),
        tuple((each, docket.answer(plan.obligations[0])) for each, plan in named),
        tuple(_layers(timeout)),
    )


def _layers(timeout: float) -> Iterable[tuple[SampleLayer, Decision]]:
    with Prover() as prover:
        for sample in SAMPLES:
            yield sample, _layer(prover, sample, timeout)


def _layer(prover: Prover, sample: SampleLayer, timeout: float) -> Decision:
    """The verdict about the Jacobian, and that about the loss of the layer, if there is one."""

    def name(what: str, kind: str) -> Path:
        return Path(f"{sample.name}.{what}.{kind.removeprefix(PREFIX)}.cert.json")

    def ask(obligation: Obligation) -> Evidence:
        question = Question(obligation.target, obligation.kind, timeout=timeout)
        found = Evidence.of(prover.prove(question))
        return replace(found, file=name(obligation.name, obligation.kind))

    def ask_network(kind: str, network: Network) -> Evidence:
        found = accepted(prove_network(kind, network, timeout), kind, prover.checker)
        return replace(found, file=name("loss" if kind == COMPOSITION else "layer", kind))

    built = sample.build()
    decision = decide_layer(built, sample.input_shape, ask, ask_network)
    if not sample.loss:
        return decision
    network = with_loss(network_of_module(built, sample.input_shape), sample.loss)
    return replace(decision, evidence={**decision.evidence, "loss": ask_network(COMPOSITION, network)})


@dataclass(frozen=True)
class Entry:
    """A row to be: the profile, and an object of the library that belongs to it."""

    function: str
    variant: int
    parameters: str
    stem: str
    profile: Profile
    sample: Any
    sample_text: str = ""

    def sample_plans(self, property_name: str) -> tuple[Plan, ...]:
        """For a range: the plans at the sample, where something may be refuted that cannot be for all at once."""
        reading = read(self.sample) if self.sample_text else None
        if reading is None or reading.profile is None:
            return ()
        return tuple(plan for plan in plans(reading.profile, property_name) if not plan.implies_only)

    def row(self, docket: Docket) -> Row:
        """The verdicts, once the claims are decided."""
        decisions, at = {}, {}
        for name in PROPERTIES:
            decision = decide(plans(self.profile, name), docket.answer)
            if decision.verdict == "undecided" and (chosen := self.sample_plans(name)):
                sample = decide(chosen, docket.answer)
                if sample.verdict == "refuted":
                    decision, at[name] = sample, self.sample_text
            decisions[name] = decision
        marks = {name: _mark(getattr(self.sample, name)) for name in PROPERTIES}
        return Row(self.function, self.variant, self.parameters, marks, decisions, at)


def _library() -> Any:
    try:
        import invexapi
    except ImportError:
        raise MissingLibraryError("invexapi") from None
    if invexapi.__version__ != VERSION:
        raise ReadingError(
            f"invexapi {invexapi.__version__} is installed, and the audit knows {VERSION}; install that version: "
            f"pip install invexapi=={VERSION}"
        )
    return invexapi


def _entries(library: Any, name: str, function: Function) -> Iterable[Entry]:
    make = getattr(library, name)
    example = make(**function.default)
    reading = read(example)
    if reading is None or reading.profile is None:
        raise ReadingError(f"the example of {name} cannot be read")
    shown = ", ".join(f"{a} = {_number(getattr(example, a))}" for a in function.attributes)
    stem = slug("".join(f"-{c}" if c.isupper() else c for c in name).strip("-"))
    values = {attribute: float(getattr(example, attribute)) for attribute in function.attributes}
    number = next(n for n, variant in enumerate(function.variants) if defining_values(variant, values))
    yield Entry(name, number, shown or "none", f"{stem}.example", reading.profile, example)
    if not function.attributes:
        return
    for number, variant in enumerate(function.variants):
        sampled = next(v for v in function.samples if defining_values(variant, v))
        every = f"{stem}.every" if len(function.variants) == 1 else f"{stem}.every-{number + 1}"
        sample = ", ".join(f"{a} = {_number(v)}" for a, v in sampled.items())
        yield Entry(name, number, ranges_text(variant), every, family(variant), make(**sampled), sample)


def ranges_text(variant: Variant) -> str:
    """The parameters of a variant in words: ``alpha = 0, every k > 0 (k = 1/c^2)``."""
    exact = [f"{name} = {value}" for name, value in variant.exact.items()]
    derived = [f"{name} = {formula}" for name, formula in variant.derived.items()]
    every = [f"every {', '.join(variant.ranges)}"] if variant.ranges else []
    return ", ".join([*exact, *every]) + (f" ({', '.join(derived)})" if derived else "")


def _number(value: float) -> str:
    return f"{value:g}" if math.isfinite(value) else str(value)


def _mark(certificate: Any) -> str:
    if certificate is None:
        return ""
    return "derived" if certificate.source.startswith("rule:") else str(certificate.status)


def _plan_of_case(case: Case) -> Plan:
    return Plan(tuple(Obligation("refuted", target(case.formula), kind, True) for kind in case.kinds))


def _plan_of_family(each: LayerFamily) -> Plan:
    return Plan((Obligation("every", target(each.formula, each.ranges), each.kind),))


def _by_kind(plan: Plan, docket: Docket) -> Mapping[str, Evidence]:
    return {obligation.kind: docket.answer(obligation) for obligation in plan.obligations}


def _key(obligation: Obligation) -> Key:
    ranges: Sequence[tuple[str, object]] = sorted(
        (name, tuple(domain.bounds())) for name, domain in obligation.target.ranges.items()
    )
    return (obligation.target.expression, tuple(ranges), obligation.kind)
