"""Code of the user's, imported and called on request only: what may go wrong there is told as what it is."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from invexproof.errors import InvexproofError
from invexproof.networks.loading import current_folder_importable, without_logs

Error = type[InvexproofError]
_INSTALLED: Final = (*sysconfig.get_paths().values(), str(Path(__file__).parent))
"""Where code is that is not the user's."""

Building = Callable[[], contextlib.AbstractContextManager[None]]


def importable(location: str) -> bool:
    """Whether there is a module for ``package.module:name``; of a package only the first part is looked for."""
    with current_folder_importable():
        try:
            return importlib.util.find_spec(location.partition(":")[0].partition(".")[0]) is not None
        except (ImportError, ValueError):
            return False


def load_object(location: str, error: Error) -> Any:
    """What ``package.module:name`` is, after importing the module from where packages are, or from here.

    What the code prints goes to standard error.  Raises ``error``.
    """
    path, _, name = location.partition(":")
    with _running(f"the code of {location} failed", error):
        try:
            found: Any = importlib.import_module(path)
        except ModuleNotFoundError as reason:
            if reason.name is None or not f"{path}.".startswith(f"{reason.name}."):
                raise error(
                    f"{path} imports {reason.name}, which is not installed: {reason}; install it where invexproof is"
                ) from reason
            raise error(
                f"there is no module {reason.name}: {path} is looked for where packages are installed, and in this "
                "folder"
            ) from reason
        for part in name.split("."):
            if not hasattr(found, part):
                public = (
                    [key for key in vars(found) if not key.startswith("_")]
                    if hasattr(found, "__dict__")
                    else []
                )
                raise error(f"{path} has no {name}; it has {', '.join(public[:20]) or 'no public names'}")
            found = getattr(found, part)
        return found


def call(found: Any, location: str, error: Error, building: Building = contextlib.nullcontext) -> Any:
    """What a function, or a class, makes when called without arguments, within ``building()``.  Raises ``error``."""
    with _running(f"{location} failed when called without arguments", error), building():
        return found()


@contextlib.contextmanager
def _running(failed: str, error: Error) -> Iterator[None]:
    with current_folder_importable(), without_logs(), contextlib.redirect_stdout(sys.stderr):
        try:
            yield
        except InvexproofError:
            raise
        except (Exception, SystemExit) as reason:  # the code may do anything
            raise error(
                f"{failed}: {type(reason).__name__}: {str(reason).strip():.300}\n"
                f"{_place(reason)}name a function without arguments that makes the model, and try it in Python first"
            ) from reason


def _place(reason: BaseException) -> str:
    """The last line of code that was running and is not installed."""
    trace, place = reason.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith(("<frozen", *_INSTALLED)):
            place = f"in {file}, line {trace.tb_lineno}; "
        trace = trace.tb_next
    return place
