"""Tensors of exact numbers: rationals, IEEE floats (exact dyadic rationals), or free (quantified over).

Floats stay floats: exact fractions are made only when somebody asks for them, so a tensor of a real model is
read and written in the time that copying its bytes takes.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from invexproof.expressions.operations import ExpressionError, check_rational, read_rational
from invexproof.networks.errors import NetworkError
from invexproof.networks.rationals import ExactArray, objects, over_common_denominator
from invexproof.networks.sidecar import Reference, SidecarFiles

Shape: TypeAlias = tuple[int, ...]
Array: TypeAlias = npt.NDArray[np.float64]

MAX_ENTRIES: Final = 1 << 26
MAX_AXES: Final = 8
_FLOATS: Final[Mapping[str, np.dtype[Any]]] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8")}
_SIGNIFICANT_BITS: Final = {"F32": 24, "F64": 53}


def check_shape(shape: object) -> Shape:
    """The shape as a tuple; NetworkError unless it is a non-empty sequence of positive integers."""
    if not isinstance(shape, list | tuple) or not shape or any(type(n) is not int or n < 1 for n in shape):
        raise NetworkError(f"{shape!r:.60} is not a shape: give a list of positive integers, such as [3, 4]")
    if len(shape) > MAX_AXES or math.prod(shape) > MAX_ENTRIES:
        raise NetworkError(
            f"the shape {shape!r:.60} has more than {MAX_AXES} axes, or more than {MAX_ENTRIES} entries"
        )
    return tuple(shape)


@dataclass(frozen=True, eq=False)
class Tensor:
    """An immutable array of exact numbers, or of unknown ones.

    ``values`` is a little-endian float32 or float64 array, an object array of Fractions, or None for a free
    tensor.  ``reference`` says where the values are stored if not in the certificate.  Use :meth:`of`,
    :meth:`unknown` or :meth:`from_json`; equality is of representation, not of numbers.
    """

    shape: Shape
    values: npt.NDArray[Any] | None
    reference: Reference | None = None

    @staticmethod
    def of(values: Any) -> Tensor:
        """The tensor with these values: an array, or nested lists, of numbers.

        float32 and float64 stay what they are (float16 becomes float32), and each float means the dyadic
        rational that it is.  Integers, Fractions and strings such as "1/3" make a rational tensor.
        """
        if isinstance(values, Tensor):
            return values
        array = values if isinstance(values, np.ndarray) else _as_array(values)
        shape = check_shape(list(array.shape))
        if array.dtype.kind == "f":
            if array.dtype.itemsize > 8:
                raise NetworkError(f"tensors of type {array.dtype} are not read; convert to float64")
            wanted = _FLOATS["F64" if array.dtype.itemsize == 8 else "F32"]
            return Tensor(shape, _finite(array.astype(wanted) + wanted.type(0)))  # + 0 turns -0.0 into 0.0
        if array.dtype.kind not in "iuO":
            raise NetworkError(
                f"a tensor of {array.dtype} has no numbers; give floats, integers or fractions"
            )
        flat = [exact(value) for value in array.ravel().tolist()]
        return Tensor(shape, _frozen(objects(flat).reshape(shape)))

    @staticmethod
    def unknown(shape: Sequence[int]) -> Tensor:
        """A free tensor: a claim about it is about almost all of its values."""
        return Tensor(check_shape(list(shape)), None)

    # -- values ----------------------------------------------------------------------------------------------

    @property
    def free(self) -> bool:
        """Whether the values are unknown."""
        return self.values is None

    @property
    def size(self) -> int:
        """The number of entries."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> str:
        """``F32``, ``F64``, ``rational`` or ``free``."""
        if self.values is None:
            return "free"
        return next((name for name, kind in _FLOATS.items() if kind == self.values.dtype), "rational")

    def known(self) -> npt.NDArray[Any]:
        """The values; NetworkError if the tensor is free."""
        if self.values is None:
            raise NetworkError(
                f"a tensor of shape {list(self.shape)} is free: it has no values; give it values for a claim "
                "about one network, or ask a claim about almost all weights"
            )
        return self.values

    @cached_property
    def array(self) -> Array:
        """The values in double precision, rounded to nearest if they are rationals."""
        return _frozen(self.known().astype(np.float64))

    def fractions(self) -> ExactArray:
        """The exact values, an object array of Fractions (made when first asked for)."""
        return self._fractions

    @cached_property
    def _fractions(self) -> ExactArray:
        values = self.known()
        if values.dtype == np.object_:
            return values
        return _frozen(objects(map(Fraction, values.ravel().tolist())).reshape(self.shape))

    def integers(self) -> tuple[ExactArray, int]:
        """Numerators (ints in an object array) over one positive common denominator, the least one."""
        return self._integers

    @cached_property
    def _integers(self) -> tuple[ExactArray, int]:
        values = self.known()
        if values.dtype == np.object_:
            return over_common_denominator(values)
        return _dyadic(values, _SIGNIFICANT_BITS[self.dtype])

    def reshape(self, shape: Sequence[int]) -> Tensor:
        """The same entries, row-major, in another shape; inline, and one object however often it is asked for."""
        new = check_shape(list(shape))
        if math.prod(new) != self.size:
            raise NetworkError(f"{self.size} entries do not fit the shape {list(new)}")
        values = None if self.values is None else _frozen(self.values.reshape(new))
        return self._derived.setdefault(new, Tensor(new, values))

    def rows(self, start: int, stop: int) -> Tensor:
        """The part from ``start`` to before ``stop`` along the first axis, as :meth:`reshape` gives it."""
        part = range(self.shape[0])[start:stop]
        values = None if self.values is None else _frozen(self.values[part.start : part.stop])
        return self._derived.setdefault(part, Tensor((len(part), *self.shape[1:]), values))

    @cached_property
    def _derived(self) -> dict[object, Tensor]:
        """Tensors made from this one: those of a free tensor must be the same unknowns each time."""
        return {}

    # -- identity --------------------------------------------------------------------------------------------

    def key(self) -> tuple[object, ...]:
        """What equality compares."""
        if self.values is None:
            content: object = None
        elif self.values.dtype == np.object_:
            content = tuple(self.values.ravel().tolist())
        else:
            content = self.values.tobytes()
        return self.shape, self.dtype, self.reference, content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tensor) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    # -- JSON ------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """The exchange format: ``values``, base64 ``data``, a reference to a file, or a shape alone."""
        document: dict[str, Any] = {"shape": list(self.shape)}
        if self.values is None:
            return document
        if self.reference is not None:
            return document | self.reference.to_json()
        if self.values.dtype == np.object_:
            return document | {"values": [str(v) for v in self.values.ravel().tolist()]}
        data = base64.b64encode(self.values.tobytes()).decode("ascii")
        return document | {"dtype": self.dtype, "data": data}

    @staticmethod
    def from_json(document: Any, files: SidecarFiles | None = None) -> Tensor:
        """Read the exchange format; ``files`` finds the file that a tensor refers to."""
        if not isinstance(document, dict):
            raise NetworkError('a tensor is an object such as {"shape": [2], "values": ["1", "1/2"]}')
        keys = frozenset(document)
        if keys not in _FORMS:
            raise NetworkError(
                f"a tensor has the keys {sorted(map(str, keys))!r:.120}; it must have shape, and either values, "
                "dtype and data, or file, sha256 and key, or nothing else if it is free"
            )
        shape = check_shape(document["shape"])
        if "values" in keys:
            return _read_values(shape, document["values"])
        if "data" in keys:
            return Tensor(shape, _read_data(shape, document["dtype"], document["data"]))
        if "file" in keys:
            reference = Reference.from_json(document)
            if files is None:
                raise NetworkError(
                    f"a tensor is in the file {reference.file}: say in which directory that is"
                )
            dtype, stored_shape, data = files.tensor(reference)
            if stored_shape != shape:
                raise NetworkError(
                    f"{reference.key!r} in {reference.file} has shape {list(stored_shape)}, not {list(shape)}"
                )
            return Tensor(shape, _floats(shape, dtype, data), reference)
        return Tensor(shape, None)


_FORMS: Final = frozenset(
    frozenset({"shape", *rest}) for rest in ((), ("values",), ("dtype", "data"), ("file", "sha256", "key"))
)


def exact(value: Any) -> Fraction:
    """The exact rational that an int, a Fraction, a float or a string such as "-1/3" denotes."""
    if isinstance(value, str):
        return read_rational(value)
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return check_rational(Fraction(value))
    if isinstance(value, float) and math.isfinite(value):
        return check_rational(Fraction(value))
    raise NetworkError(f"{value!r:.60} is not an exact number: give an int, a Fraction, a float or a string")


def _as_array(values: Any) -> npt.NDArray[Any]:
    """Nested lists as an array: of floats only if all entries are floats, else of objects."""
    flat, shape = _flatten(values)
    if flat and all(isinstance(v, float | np.floating) for v in flat):
        return np.array(flat).reshape(shape)
    return objects([int(v) if isinstance(v, np.integer) else v for v in flat]).reshape(shape)


def _flatten(values: Any) -> tuple[list[Any], Shape]:
    if isinstance(values, np.ndarray):
        return values.ravel().tolist(), values.shape
    if not isinstance(values, list | tuple):
        return [values], ()
    parts = [_flatten(v) for v in values]
    if len({shape for _, shape in parts}) != 1:
        raise NetworkError(f"{values!r:.60} is not a tensor: its rows differ in length, or there are none")
    return [v for flat, _ in parts for v in flat], (len(parts), *parts[0][1])


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _finite(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if not np.isfinite(array).all():
        raise NetworkError("a tensor contains inf or nan; every weight must be a finite number")
    return _frozen(array)


def _dyadic(values: npt.NDArray[Any], bits: int) -> tuple[ExactArray, int]:
    """Floats as integers over a power of two."""
    mantissa, exponent = np.frexp(values)
    scaled = np.ldexp(mantissa, bits).astype(np.int64)
    lowest = scaled & -scaled  # the lowest bit that is set; 0 for 0
    shift = exponent.astype(np.int64) - bits
    trailing = np.where(scaled == 0, 0, np.log2(np.maximum(lowest, 1)).astype(np.int64))
    scaled, shift = scaled >> trailing, shift + trailing
    lift = int(max(0, -np.where(scaled == 0, 0, shift).min()))
    factors = {int(s): 1 << max(0, int(s) + lift) for s in np.unique(shift)}
    flat: Iterator[tuple[int, int]] = zip(scaled.ravel().tolist(), shift.ravel().tolist(), strict=True)
    return objects([n * factors[s] for n, s in flat]).reshape(values.shape), 1 << lift


def _read_values(shape: Shape, values: Any) -> Tensor:
    if not isinstance(values, list) or len(values) != math.prod(shape):
        raise NetworkError(
            f"values must be a list of {math.prod(shape)} rationals for the shape {list(shape)}"
        )
    try:
        numbers = [read_rational(v) for v in values]
    except ExpressionError as error:
        raise NetworkError(f"in the values of a tensor: {error}") from None
    return Tensor(shape, _frozen(objects(numbers).reshape(shape)))


def _read_data(shape: Shape, dtype: Any, text: Any) -> npt.NDArray[Any]:
    if not isinstance(dtype, str) or dtype not in _FLOATS:
        raise NetworkError(f"the dtype of a tensor is {dtype!r:.30}; inline tensors are F32 or F64")
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise NetworkError("the data of a tensor is not base64") from None
    if base64.b64encode(data).decode("ascii") != text:
        raise NetworkError("the data of a tensor is not canonical base64")
    return _floats(shape, dtype, data)


def _floats(shape: Shape, dtype: str, data: bytes) -> npt.NDArray[Any]:
    """Little-endian floats; F16 and BF16 become float32, which holds them exactly."""
    wide = {"F16": np.dtype("<f2"), "BF16": np.dtype("<u2"), **_FLOATS}
    if dtype not in wide:
        raise NetworkError(f"tensors of type {dtype} are not read; convert to F16, BF16, F32 or F64")
    if len(data) != math.prod(shape) * wide[dtype].itemsize:
        raise NetworkError(f"a tensor of shape {list(shape)} and type {dtype} has {len(data)} bytes of data")
    array = np.frombuffer(data, wide[dtype]).reshape(shape)
    if dtype == "BF16":
        array = (array.astype("<u4") << 16).view("<f4")
    elif dtype == "F16":
        array = array.astype("<f4")
    return _finite(array)
