"""What holds of the certificates of every collection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexproof.gallery.maps import MapEntry
from invexproof.gallery.training import TrainingEntry


def check_certificates(
    entries: Mapping[str, MapEntry] | Mapping[str, TrainingEntry], shipped: Mapping[str, Path]
) -> None:
    """Each is valid, about the subject of its entry, and says what the entry does."""
    with Supervisor(Limits(), 1) as supervisor:
        verdicts = list(supervisor.check_all([str(path) for path in shipped.values()]))
    assert {Path(verdict.file).name for verdict in verdicts} == {path.name for path in shipped.values()}
    for verdict in verdicts:
        name = Path(verdict.file).name.partition(".")[0]
        question = entries[name].question()
        assert verdict.verified is not None, f"{name}: {verdict.reason}"
        assert verdict.verified.kind == question.claim
        assert verdict.verified.negated == (entries[name].verdict == "refuted")
        assert verdict.verified.subject_digest == question.target.digest, f"{name} is about something else"
