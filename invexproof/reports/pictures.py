"""Pictures of proofs in files: the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import matplotlib

from invexcheck.goals import MapClaim, TrainingClaim
from invexproof.reports import map_plots, plots, training_plots
from invexproof.reports.replay import Replay, ReportError
from invexproof.reports.style import METADATA, STYLE


def save_plot(
    replay: Replay, path: Path, *, thumbnail: bool = False, coordinates: tuple[int, int] | None = None
) -> None:
    """Write the picture of a proof; the suffix of `path` says in which format (svg, png, pdf).

    A `thumbnail` shows the subject only, small enough for a table. `coordinates` are those, counted from 1, that
    a picture of a network with several inputs varies.

    Raises:
        ReportError: another suffix, or coordinates that there are not.
    """
    metadata = METADATA.get(path.suffix)
    if metadata is None:
        raise ReportError(f"cannot draw a file {path.name}; its name must end in {', '.join(METADATA)}")
    with matplotlib.rc_context(STYLE):
        if isinstance(replay.claim, MapClaim):
            drawn = map_plots.draw(replay, thumbnail=thumbnail, coordinates=coordinates)
        elif coordinates is not None:
            raise ReportError("only networks with given weights have coordinates to choose from")
        elif isinstance(replay.claim, TrainingClaim):
            drawn = training_plots.draw(replay, thumbnail=thumbnail)
        else:
            drawn = plots.draw(replay, thumbnail=thumbnail)
        drawn.savefig(path, metadata=metadata, dpi=150)
