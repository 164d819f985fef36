"""The Python interface: prove a claim about a function, a network or its training, check a certificate, explain it.

>>> from invexproof import prove
>>> result = prove("gelu")
>>> result.verdict
'proved'
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Literal

from invexcheck import check as check_certificate
from invexcheck.limits import Limits
from invexcheck.verdict import Verdict as Checked
from invexproof.certificates import CertificateError, canonical_bytes, read_document, read_file
from invexproof.certificates.builder import Document
from invexproof.claims import COMPOSITION, INVEX, NONSINGULAR, constant_of, kind_of, map_kind_of
from invexproof.given_data.data import DataNamed
from invexproof.invexifying import Change, changes_of
from invexproof.map_questions import MapQuestion
from invexproof.map_subjects import MapNamed, MapTarget, composition_target, map_target
from invexproof.networks.regions import Ends, read_region
from invexproof.proving import DEFAULT_TIMEOUT, Prover, Question
from invexproof.results import Result
from invexproof.subjects import Named, Ranges, Target, target
from invexproof.training_comparison import Against
from invexproof.training_methods import schedule_of, training_kind_of, training_of
from invexproof.training_questions import TrainingQuestion, TrainingTarget
from invexproof.training_settings import Inputs, settings
from invexproof.training_subjects import TrainingNamed, training_target

__all__ = [
    "Change",
    "Result",
    "check",
    "explain",
    "invexify",
    "prove",
    "prove_all",
    "prove_composition",
    "prove_map",
    "prove_training",
]

Certificate = str | bytes | os.PathLike[str] | Document


def prove(
    subject: Named | Target,
    claim: str = INVEX,
    *,
    constant: str | Fraction | int | None = None,
    parameters: Iterable[str] | Ranges = (),
    timeout: float | None = DEFAULT_TIMEOUT,
    out: str | Path | None = None,
) -> Result:
    """Decide a claim about an activation.

    Args:
        subject: a name of the catalogue or of a library (``"gelu"``, ``"torch.nn.LeakyReLU(0.2)"``), a formula in x
            (``"x*tanh(softplus(x))"``), or an expression.
        claim: its kind, with or without ``activation.``: ``"invex"``, ``"lipschitz"``, ...
        constant: of a Lipschitz claim; None asks for any constant.
        parameters: ranges that quantify parameters: ``["beta > 0"]``.
        timeout: seconds for the search; None for no limit.
        out: a file for the certificate, gzipped if the name ends in ``.gz``.

    Returns:
        A :class:`Result`; its verdict is proved or refuted only if the checker has accepted the certificate.

    Raises:
        InvexproofError: the subject, the claim, its constant or a range cannot be read.
    """
    kind = kind_of(claim)
    wanted = target(subject, [parameters] if isinstance(parameters, str) else parameters)
    path = None if out is None else Path(out)
    question = Question(wanted, kind, constant_of(constant, kind), timeout, path)
    with Prover() as prover:
        return prover.prove(question)


def prove_all(
    subjects: Iterable[Named | Target],
    claim: str = INVEX,
    *,
    timeout: float | None = DEFAULT_TIMEOUT,
    jobs: int = 2,
) -> Iterator[Result]:
    """Decide a claim about many activations, ``jobs`` at a time; the answers come as they are found."""
    kind = kind_of(claim)
    questions = [Question(target(subject), kind, None, timeout) for subject in subjects]
    with Prover(jobs) as prover, closing(prover.prove_all(questions)) as answers:
        for _, result in answers:
            yield result


def prove_map(
    subject: MapNamed | MapTarget,
    claim: str = NONSINGULAR,
    *,
    region: Ends | None = None,
    input_shape: str | Sequence[int] | None = None,
    timeout: float | None = DEFAULT_TIMEOUT,
    out: str | Path | None = None,
) -> Result:
    """Decide whether the Jacobian of a network has full row rank.

    Args:
        subject: a :class:`invexproof.networks.network.Network`, a ``torch.nn.Module`` or exported program, the path of
            a model (``"model.yaml"``, ``"model.onnx"``, ``"program.pt2"``) or of a certificate, ``"package.module:x"``
            (whose code is then imported), or formulas (``"x1 + tanh(x2)/2, x2"``).
        claim: ``"nonsingular"``: at every input; ``"nonsingular-almost-everywhere"``: off a null set.
        region: a box in which the input lies, ``"[-1,1]^4"`` or pairs of exact numbers; None is all of R^n.
        input_shape: of one example, without the batch; PyTorch modules need it.
        timeout: seconds for the search; None for no limit.
        out: a file for the certificate; a file with large weights is written beside it.

    Returns:
        A :class:`Result`; its verdict is proved or refuted only if the checker has accepted the certificate.

    Raises:
        InvexproofError: the subject, the claim or the region cannot be read, or do not fit together.
    """
    wanted = map_target(subject, input_shape)
    box = read_region(region, wanted.network.inputs)
    path = None if out is None else Path(out)
    with Prover() as prover:
        return prover.prove(MapQuestion(wanted, map_kind_of(claim), box, timeout=timeout, out=path))


def prove_composition(
    subject: MapNamed | MapTarget,
    loss: str | None = None,
    *,
    region: Ends | None = None,
    almost_everywhere: bool = False,
    input_shape: str | Sequence[int] | None = None,
    timeout: float | None = DEFAULT_TIMEOUT,
    out: str | Path | None = None,
) -> Result:
    """Decide whether a loss of a network is invex, as a function of the network's input.

    Args:
        subject: as for :func:`prove_map`.
        loss: ``"mse:1/2,0"``, ``"huber:1"``, ``"logistic:+1"``, ``"cross-entropy:2"``, ``"separable:abs(x)"``; see
            :data:`invexproof.networks.losses.LOSSES`.  None takes the one that the subject has.
        region: the box in which stationary points are looked for; they must be minimisers over all of R^n.
        almost_everywhere: stationary points in a null set do not count.

    The other arguments, the result and the errors are as for :func:`prove_map`.
    """
    wanted = composition_target(subject, loss, input_shape)
    box = read_region(region, wanted.network.inputs)
    path = None if out is None else Path(out)
    with Prover() as prover:
        return prover.prove(MapQuestion(wanted, COMPOSITION, box, almost_everywhere, timeout, path))


def prove_training(
    subject: TrainingNamed | TrainingTarget,
    loss: str | None = None,
    *,
    inputs: Inputs = None,
    output: str | int | None = None,
    claim: str = "gd-nonsingular",
    optimizer: str = "gd",
    start: str | None = None,
    step: str | Fraction | float | None = None,
    steps: str | Path | Sequence[Fraction | int | float | str] | None = None,
    l2: Fraction | int | str | None = None,
    mode: str | None = None,
    semantics: str | None = None,
    parameters: str | Sequence[str] = (),
    data: DataNamed | None = None,
    columns: str | Sequence[str] = (),
    rows: str | Sequence[int] | None = None,
    timeout: float | None = DEFAULT_TIMEOUT,
    out: str | Path | None = None,
) -> Result:
    """Decide whether a step of an optimiser, on the training problem of an architecture, is non-singular.

    >>> prove_training("mlp:2x16x1", "mse", optimizer="adam", start="zero").verdict
    'proved'
    >>> prove_training("mlp:1x1", "mse", data={"x": [[1], [2]], "target": [[3], [4]]}, step="1/10").verdict
    'proved'

    Args:
        subject: a ``torch.nn.Module`` or exported program, a :class:`invexproof.architectures.graph.Graph`, the path
            of a model (``"model.yaml"``, ``"model.onnx"``, ``"program.pt2"``) or of a certificate,
            ``"package.module:x"`` (whose code is then imported), or an architecture by name (``"vit:depth=2"``).
        loss: ``"cross-entropy"``, ``"mse"``, ``"huber:delta=1/2"``, ``"own"``: see
            :data:`invexproof.architectures.losses.LOSSES`.  None takes the one that the subject has.
        inputs: shapes of the data, the batch first: ``(8, 3, 32, 32)``, ``"8x16:int64"``, or by the names of the
            arguments, ``{"input_ids": "8x16:int64"}``.  PyTorch modules need it.
        output: the output that the loss is of, by its name or its place.
        claim: ``"gd-nonsingular"``; ``"avoids-strict-saddles"``: gradient descent converges to a strict saddle point
            from a null set only; or ``"paa"``: the loss is continuous and piecewise analytic in the parameters.
        optimizer: ``"gd"``, ``"adam"``, ``"clip-norm"``, ...: see :func:`invexproof.training_methods.methods`.
        start: ``"density"``: parameters and state have one; ``"zero"``: the state starts with zeros.
        step: ``"every"``, ``"all-but"`` (every one but those that the statement names), ``"almost-every"`` or
            ``"almost-every-sequence"``; of gd also one step size: ``"1/10"``, ``0.1`` (which is taken for 1/10) or a
            Fraction, an interval, ``"between:0.01,0.1"``, ``"below:0.3"``, or ``"below"``: all from 0 as far as is
            known; of weight-decay ``"inverse-decay"``; None takes the strongest that is proved.
        steps: a schedule of gradient descent, instead of optimizer and step: its step sizes, as for ``step``, or a file
            of them.
        l2: this times the sum of the squares of all trained parameters is added to the loss.
        mode: ``"train"``, or ``"eval"`` for modules in evaluation mode.
        semantics: functions as they are ``"executed"``, or as in a ``"textbook"``.
        parameters: patterns of the names of those that are trained, ``"head.*"``; ``!`` before one takes names away.
        data: those that the claim is made for, instead of all: arrays by the names of the inputs, ``{"x": X, "target":
            y}``, or in their order, ``(X, y)``: nested lists, NumPy arrays, PyTorch tensors; or a file, ``"iris.csv"``,
            ``.npz`` or ``.json``. A float is the dyadic rational that it is; decimal numbers in files are exact.
        columns: which columns of a file, or which arrays, are which input: ``["target=species", "x=1-4"]``.
        rows: the first and the last example, from 1, if not all are meant: ``"1-50"``, or ``(1, 50)``.
        timeout: seconds for the search; None for no limit.
        out: a file for the certificate, gzipped if the name ends in ``.gz``.

    Returns:
        A :class:`invexproof.training_questions.TrainingResult`, a :class:`Result` that says which optimizer, start and
        step are meant, and which step sizes the statement leaves out (``exceptions``); its verdict is proved or refuted
        only if the checker has accepted the certificate.

    Raises:
        InvexproofError: the subject or an argument cannot be read, or they do not fit together.
    """
    kind = training_kind_of(claim)
    method, sizes = schedule_of(optimizer, None if step is None else str(step), steps)
    chosen = settings(loss, inputs, output, l2, mode, semantics, parameters, data, columns, rows)
    wanted = training_target(subject, chosen)
    asked = training_of(method, start, sizes, wanted.subject, kind)
    path = None if out is None else Path(out)
    question = TrainingQuestion(wanted, kind, asked.method, asked.start, asked.step, timeout, path)
    with Prover() as prover:
        return prover.prove(question)


def invexify(
    subject: MapNamed | MapTarget,
    *,
    region: Ends | None = None,
    input_shape: str | Sequence[int] | None = None,
    timeout: float | None = DEFAULT_TIMEOUT,
) -> list[Change]:
    """Changes of a network under which its Jacobian has full row rank, those that change least first.

    The checker has accepted the certificate of each one: ``change.result.save(path)`` writes it, ``change.changes``
    says what was changed, ``change.network`` is the changed network.  The arguments are as for :func:`prove_map`.

    Raises:
        InvexproofError: the subject or the region cannot be read, or the search did not end in time.
    """
    wanted = map_target(subject, input_shape)
    with Prover() as prover:
        return changes_of(prover, wanted, read_region(region, wanted.network.inputs), timeout)


def check(
    certificate: Certificate,
    against: Named | MapNamed | TrainingNamed | None = None,
    limits: Limits | None = None,
    *,
    input_shape: str | Sequence[int] | None = None,
    loss: str | None = None,
    inputs: Inputs = None,
    output: str | int | None = None,
    l2: Fraction | int | str | None = None,
    mode: str | None = None,
    semantics: str | None = None,
    parameters: str | Sequence[str] = (),
    data: DataNamed | None = None,
    columns: str | Sequence[str] = (),
    rows: str | Sequence[int] | None = None,
) -> Checked:
    """The checker's verdict on a certificate: a path, its bytes, or a document.

    With ``against``, the verdict is INVALID unless the certificate is about that subject: a function, a network or a
    training problem, as for :func:`prove`, :func:`prove_map` (with ``input_shape``) and :func:`prove_training` (with
    the other arguments), or the path of a certificate.  Loss, inputs and output may be left out where the certificate
    says them; given data are compared.  Never raises on account of the certificate.
    """
    source = canonical_bytes(certificate) if isinstance(certificate, dict) else certificate
    verdict = check_certificate(source, limits)
    if against is None:
        return verdict
    chosen = settings(loss, inputs, output, l2, mode, semantics, parameters, data, columns, rows)
    return Against(against, input_shape, chosen).compare(verdict, source)


def explain(
    certificate: Certificate,
    form: Literal["terminal", "markdown"] = "markdown",
    plot: str | Path | None = None,
) -> str:
    """The proof in words, with a picture of it in the file ``plot``; the checker reads the certificate first.

    Raises:
        CertificateError: it is not valid, or cannot be read.
    """
    from invexproof.reports import explain as explain_document

    source = canonical_bytes(certificate) if isinstance(certificate, dict) else certificate
    data = read_file(source)
    verdict = check_certificate(source)
    if verdict.verified is None:
        raise CertificateError(f"only a valid certificate can be explained; this one is {verdict.text(None)}")
    picture = None if plot is None else Path(plot)
    folder = None if isinstance(source, bytes) else Path(source).parent
    return explain_document(read_document(data), form=form, plot=picture, folder=folder)
