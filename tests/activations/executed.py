"""Run the functions that torch, jax and keras offer under the names that the library tables list.

Run as a script it records their values and namespaces in ``library_values.json``, so that the tests need none
of the libraries; it records what can be imported, and keeps the rest of the file.  The second of these is for
the variants that Keras computes with the torch backend:

    KERAS_BACKEND=jax python -m tests.activations.executed
    KERAS_BACKEND=torch python -m tests.activations.executed
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import warnings
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from invexproof.activations.calls import Arguments, split_call
from invexproof.activations.libraries import library_tables

RECORD = Path(__file__).with_name("library_values.json")

POINTS = [
    *(-800.0, -90.0, -30.5, -21.0, -6.5, -4.0, -3.0, -2.75, -2.5, -2.0),
    *(-1.5, -1.0, -0.75, -0.5, -0.3, -0.125),
    *(0.0, 0.0625, 0.1, 0.3, 0.5, 0.7, 1.0, 1.25, 2.0, 2.5, 3.0, 4.5, 5.9, 6.0, 7.0),
    *(9.9, 10.1, 11.0, 19.9, 20.0, 20.0625, 24.0, 29.0, 90.0, 800.0),
]

OPTIONAL_ARGUMENTS = {"inplace", "min_value", "max_value"}
"""Arguments that a library may have besides those listed, or not have."""

CALLS_WITH_ARGUMENTS = [
    "torch.nn.LeakyReLU(0.2)",
    "torch.nn.functional.leaky_relu(x, 0.2)",
    "torch.nn.PReLU(1, 0.125)",
    "torch.nn.RReLU[eval](0.25, 0.5)",
    "torch.nn.functional.rrelu(x, 0.25, 0.5)",
    "torch.nn.ELU(alpha=0.5)",
    "torch.nn.CELU(2.0)",
    "torch.nn.GELU(approximate='tanh')",
    "torch.nn.functional.gelu(x, approximate='tanh')",
    "torch.nn.Softplus(beta=2.0)",
    "torch.nn.Softplus[as-executed](beta=2.0)",
    "torch.nn.Softplus[as-executed](0.5, threshold=5.0)",
    "torch.nn.functional.softplus[as-executed](x, 2.0)",
    "torch.nn.Softshrink(1.5)",
    "torch.nn.Hardshrink(lambd=1.5)",
    "torch.nn.Hardtanh(-2.0, 0.5)",
    "torch.nn.Threshold(0.5, 20.0)",
    "torch.nn.functional.threshold(x, 0.5, -1.0)",
    "jax.nn.leaky_relu(x, 0.2)",
    "jax.nn.elu(x, alpha=0.5)",
    "jax.nn.celu(x, 2.0)",
    "jax.nn.gelu(x, False)",
    "jax.nn.squareplus(x, b=1.0)",
    "keras.activations.relu(x, 0.25)",
    "keras.activations.relu(x, max_value=1.0)",
    "keras.activations.relu(x, threshold=1.25)",
    "keras.activations.relu(x, threshold=-1.0)",
    "keras.activations.relu(x, 0.25, 2.5, 1.25)",
    "keras.activations.relu(x, max_value=2.5, threshold=-1.0)",
    "keras.layers.ReLU(6.0, 0.25)",
    "keras.activations.elu(x, 0.5)",
    "keras.activations.celu(x, alpha=2.0)",
    "keras.activations.gelu(x, approximate=True)",
    "keras.activations.squareplus(x, 1.0)",
    "keras.activations.soft_shrink(x, 1.5)",
    "keras.activations.hard_shrink(x, threshold=1.5)",
    "keras.activations.threshold(x, 0.5, -1.0)",
]


def calls() -> list[str]:
    """What is compared: every library name that has a meaning without arguments, and the calls above."""
    functions = library_tables().functions.items()
    return [*(name for name, f in functions if not f.required), *CALLS_WITH_ARGUMENTS]


def find(name: str) -> Any:
    """The object of that name; ImportError or AttributeError if there is none."""
    plain = name.partition("[")[0]
    parts = plain.split(".")
    if parts[0] == "keras":
        import keras

        keras.config.set_floatx("float64")
    if parts[0] == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    found: Any = importlib.import_module(parts[0])
    if parts[:2] == ["jax", "nn"]:
        importlib.import_module("jax.nn")
    for part in parts[1:]:
        found = getattr(found, part)
    return found


def is_executable(name: str) -> bool:
    """Whether the library that is imported here computes this variant."""
    if name.endswith("[torch-backend]"):
        return os.environ.get("KERAS_BACKEND") == "torch"
    if name.startswith("keras."):
        return not name.endswith("[keras-2]") and os.environ.get("KERAS_BACKEND") != "torch"
    return True


def execute(text: str, points: Iterable[float] = POINTS) -> list[float]:
    """The library's values at the points, in double precision."""
    name, arguments = split_call(text) or (text, Arguments())
    target = find(name)
    positional = [_literal(value) for value in arguments.positional if value != "x"]
    keywords = {key: _literal(value) for key, value in arguments.keywords}
    function: Callable[[Any], Any]
    if inspect.isclass(target):
        function = target(*positional, **keywords)
        if hasattr(function, "eval"):
            function = function.double().eval()
    else:

        def function(u: Any) -> Any:
            return target(u, *positional, **keywords)

    result = function(_tensor(name, list(points)))
    return [float(value) for value in (result.detach() if hasattr(result, "detach") else result)]


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _tensor(name: str, points: list[float]) -> Any:
    library = name.partition(".")[0]
    if library == "torch":
        import torch

        return torch.tensor(points, dtype=torch.float64)
    import numpy

    if library == "jax":
        import jax.numpy

        return jax.numpy.asarray(points, dtype=numpy.float64)
    return numpy.asarray(points, dtype=numpy.float64)


def signature_defaults(name: str) -> dict[str, Any] | None:
    """Defaults by argument as the library declares them, without the tensor; None if it does not say."""
    target = find(name)
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except ValueError:
        return None
    if not inspect.isclass(target):
        parameters = parameters[1:]
    return {p.name: p.default for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def listed_default(text: str | None) -> Any:
    """A default of the tables as a Python value."""
    if text is None:
        return inspect.Parameter.empty
    try:
        return float(Fraction(text))
    except ValueError:
        return _literal(text)


def namespaces() -> dict[str, list[str]]:
    """The names that each importable library has where it keeps its activations."""
    found: dict[str, list[str]] = {}
    try:
        import torch

        modules = [torch.nn.modules.activation, torch.nn.modules.dropout]
        found["torch.nn"] = sorted({"Identity", *(name for m in modules for name in m.__all__)})
        found["torch.nn.functional"] = _torch_functions_of_one_tensor()
    except ImportError:
        pass
    for module in ("jax.nn", "keras.activations"):
        try:
            there = find(module)
        except ImportError:
            continue
        public = (name for name in dir(there) if not name.startswith("_"))
        found[module] = sorted(name for name in public if callable(getattr(there, name)))
    return found


def _torch_functions_of_one_tensor() -> list[str]:
    """What of torch.nn.functional maps a vector, given nothing else, to a vector of the same length."""
    import torch

    vector = torch.linspace(-2.1, 3.3, 8, dtype=torch.float64)
    found = []
    for name, function in vars(torch.nn.functional).items():
        if name.startswith("_") or not callable(function) or inspect.isclass(function):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = function(vector.clone())
        except Exception:  # whatever needs more than a vector is no activation
            continue
        if isinstance(result, torch.Tensor) and result.shape == vector.shape:
            found.append(name)
    return sorted(found)


def record() -> None:
    """Write what can be executed here into the record."""
    old = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    values = old.get("values", {}) if old.get("points") == POINTS else {}
    versions = old.get("versions", {})
    for text in calls():
        name = text.partition("(")[0]
        if not is_executable(name):
            continue
        try:
            values[text] = execute(text)
        except ImportError:
            continue
        versions[name.partition(".")[0]] = find(name.partition(".")[0]).__version__
    known = {text: values[text] for text in calls() if text in values}
    data = {
        "versions": dict(sorted(versions.items())),
        "namespaces": {**old.get("namespaces", {}), **namespaces()},
        "points": POINTS,
        "values": known,
    }
    lines = json.dumps(data, indent=1)
    compact = json.dumps(known).replace('], "', '],\n  "')
    lines = lines[: lines.index('"values"')] + f'"values": {compact}\n}}\n'
    RECORD.write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    record()
