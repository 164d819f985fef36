"""What all readers of PyTorch programs share: loading, making functional, and the nodes of exported graphs.

PyTorch is imported only when one of these functions is called.  Each raises the class of errors that it is given,
since networks and architectures have their own.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from invexproof.errors import InvexproofError

Error = type[InvexproofError]


def words(text: str) -> frozenset[str]:
    """The words of a text: a table of names that is easy to read."""
    return frozenset(text.split())


WITHOUT_EFFECT: Final = words(
    """
    _assert_async _assert_scalar _assert_tensor_metadata sym_constrain_range sym_constrain_range_for_size
    """
)
"""Operators that only check."""
IGNORED: Final = words(
    """
    dtype layout device pin_memory memory_format non_blocking copy requires_grad implicit half_to_float
    cudnn_enabled cudnn_enable cudnn_allow_tf32 allow_tf32 momentum benchmark deterministic path generator
    N C HxW stable sorted sparse sparse_grad inplace
    """
)
"""Arguments of operators that do not change the function that is computed."""


# -- PyTorch and modules -------------------------------------------------------------------------------------


def torch_package(error: Error) -> Any:
    """The package torch; raises ``error`` if it is missing."""
    try:
        return importlib.import_module("torch")
    except ImportError as reason:
        raise error(
            "reading PyTorch modules needs PyTorch 2.6 or newer: pip install 'invexproof[torch]'"
        ) from reason


def load_module(
    location: str,
    error: Error,
    building: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
) -> Any:
    """The ``torch.nn.Module`` at ``package.module:name``: a module, or a callable that returns one.

    This imports and runs the code found there: use it only on request, for code that is trusted.  A callable is called
    within ``building()``.
    """
    path, colon, name = location.partition(":")
    if not colon or not path or not name:
        raise error(f"{location!r:.80} is not of the form package.module:factory")
    torch = torch_package(error)
    try:
        found: Any = importlib.import_module(path)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as reason:
        raise error(f"{location!r:.80} cannot be loaded: {reason}") from reason
    if not isinstance(found, torch.nn.Module) and callable(found):
        try:
            with building():
                found = found()
        except Exception as reason:
            raise error(f"{location!r:.80} failed when called without arguments: {reason!r}") from reason
    if not isinstance(found, torch.nn.Module):
        raise error(f"{location!r:.80} is a {type(found).__name__}, not a torch.nn.Module")
    return found


def load_program(path: str | Path, error: Error) -> Any:
    """The program in a file that ``torch.export.save`` wrote (``.pt2``); nothing but tensors is unpickled.

    Loading such a file can run code that is stored in it all the same: use it for files that are trusted.
    """
    torch = torch_package(error)
    try:
        with quiet(), _environment("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1"):
            return torch.export.load(str(path))
    except Exception as reason:  # of the file system, of pickle, of torch
        raise error(
            f"{path!s:.120} cannot be read as an exported program, which torch.export.save has written: "
            f"{first_line(reason)}"
        ) from reason


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def functional(program: Any, error: Error) -> Any:
    """The program without mutation, and otherwise as written: composite operators stay whole."""
    try:
        with quiet():
            return program.run_decompositions({})
    except Exception as reason:
        raise error(f"PyTorch cannot make the program functional: {first_line(reason)}") from reason


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without PyTorch's warnings about its own internals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def without_fast_attention(torch: Any) -> Iterator[None]:
    """Attention by its definition rather than by a fused kernel."""
    before = torch.backends.mha.get_fastpath_enabled()
    try:
        torch.backends.mha.set_fastpath_enabled(False)
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def first_line(error: Exception) -> str:
    """What an error of PyTorch says, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


# -- nodes of exported graphs --------------------------------------------------------------------------------


def where(node: Any) -> str:
    """``aten.sort.default in encoder.layers.0 (torch.nn.modules.transformer.TransformerEncoderLayer)``."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    name = str(node.target) if node.op == "call_function" else "the output"
    if not stack:
        return name
    path, kind = stack[-1]
    kind = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
    return f"{name} in {path or 'the module itself'} ({kind})"


def module_path(node: Any) -> str:
    """The path of the module that a node is from, such as ``encoder.layers.0``; empty if it is not known."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    return str(stack[-1][0]) if stack else ""


@contextlib.contextmanager
def at(node: Any, error: Error) -> Iterator[None]:
    """Errors say which operator, and where in the module it stands."""
    try:
        yield
    except InvexproofError as reason:
        raise error(f"{where(node)}: {reason}") from reason


class Row(NamedTuple):
    """A lowering, and the operator's argument for each of its parameters that is given."""

    lower: Callable[..., Any]
    arguments: Mapping[str, str]
    shaped: bool = False
    """Whether the other arguments say nothing but the shape of the result, which is known."""


def row(lower: Callable[..., Any], arguments: str) -> Row:
    """A row of a table of operators; arguments are written ``x=self dim``, ``x=self`` where the two names differ.

    ``...`` stands for arguments that say nothing but the shape of the result.
    """
    names = [argument.partition("=") for argument in arguments.split() if argument != "..."]
    pairs = {parameter: name or parameter for parameter, _, name in names}
    return Row(lower, pairs, "..." in arguments.split())


def row_of(node: Any, table: Mapping[str, Row]) -> Row | None:
    """The row for a node's operator: by ``name.overload`` (``name.default``), or else by its name."""
    schema = node.target._schema
    name = schema.name.partition("::")[2]
    return table.get(f"{name}.{schema.overload_name or 'default'}") or table.get(name)


def bound(node: Any, value_of: Callable[[Any], Any], error: Error) -> dict[str, Any]:
    """The operator's arguments by name, with defaults; nodes among them by ``value_of``."""
    schema = getattr(node.target, "_schema", None)
    if schema is None:
        raise error("control flow that depends on data, or a higher-order operator, is not read")
    result: dict[str, Any] = {}
    for position, argument in enumerate(schema.arguments):
        if position < len(node.args):
            result[argument.name] = mapped(value_of, node.args[position])
        elif argument.name in node.kwargs:
            result[argument.name] = mapped(value_of, node.kwargs[argument.name])
        elif argument.has_default_value():
            result[argument.name] = argument.default_value
    return result


def given(node: Any, table_row: Row, arguments: Mapping[str, Any], error: Error, how: str) -> dict[str, Any]:
    """The lowering's arguments; those of the operator that it does not take must have their defaults.

    ``how`` says how operators are added.
    """
    defaults = {a.name: a.default_value for a in node.target._schema.arguments if a.has_default_value()}
    used = set(table_row.arguments.values())
    for name, value in arguments.items():
        if table_row.shaped or name in used or name in IGNORED or _plain(value) == _plain(defaults.get(name)):
            continue
        raise error(f"its argument {name} = {value!r:.60} is not read; {how}")
    return {
        parameter: arguments[name] for parameter, name in table_row.arguments.items() if name in arguments
    }


def mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """A value, or each of a list, changed."""
    return [mapped(change, v) for v in value] if isinstance(value, list | tuple) else change(value)


def flat(values: Any) -> Iterator[Any]:
    """The values in lists of lists."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from flat(value)
        else:
            yield value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value
