"""Weights: arrays of exact rationals, written as such, as IEEE floating-point bytes, or in a safetensors file.

Every finite binary floating-point number is a rational; here it is decoded by integer arithmetic.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from flint import fmpq, fmpq_mat, fmpz

from invexcheck.errors import Path, Reject
from invexcheck.limits import Limits
from invexcheck.reading import Fields, Folder, rational, unique

LAYOUTS = {"F64": ("Q", 64, 52), "F32": ("I", 32, 23), "F16": ("H", 16, 10), "BF16": ("H", 16, 7)}
"""Of a floating-point type: the code of an unsigned integer of its size, its bits, and those of its fraction."""
MAX_DIMENSION = 1 << 20


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array in row-major order; without entries it stands for every array of its shape."""

    shape: tuple[int, ...]
    entries: tuple[fmpq, ...] | None

    def values(self) -> tuple[fmpq, ...]:
        if self.entries is None:
            raise Reject("the claim is about all values of this tensor, and none is given", "tensor")
        return self.entries

    def matrix(self) -> fmpq_mat:
        """A tensor with two dimensions as a matrix."""
        rows, columns = self.shape
        return fmpq_mat(rows, columns, list(self.values()))


def read_tensor(raw: object, path: Path, limits: Limits, folder: Folder) -> Tensor:
    """A tensor: ``values``, or ``dtype`` and ``data``, or ``file``, ``sha256`` and ``key``, or its shape alone."""
    with Fields(raw, path, limits) as fields:
        shape = read_shape(fields, "shape")
        size = prod(shape)
        limits.bound("entries", size)
        if fields.has("values"):
            listed = fields.items("values")
            values = tuple(rational(value, limits, at) for value, at in listed)
        elif fields.has("data"):
            dtype = fields.choice("dtype", ("F32", "F64"))
            values = decode(_base64(fields.text("data"), path), dtype, path)
        elif fields.has("file"):
            data = folder.read(fields.text("file"), fields.text("sha256"), limits.sidecar, path)
            values = read_safetensors(data, fields.text("key"), shape, limits, path)
        else:
            return Tensor(shape, None)
    if len(values) != size:
        raise Reject("the number of values is not that of the shape", "tensor", path)
    return Tensor(shape, values)


def read_shape(fields: Fields, name: str) -> tuple[int, ...]:
    return shape_of(fields.raw(name), (*fields.path, name))


def shape_of(raw: object, path: Path) -> tuple[int, ...]:
    """A non-empty list of positive integers."""
    if type(raw) is not list or not raw or len(raw) > 8:
        raise Reject("a shape is a list of one to eight positive integers", "tensor", path)
    if not all(type(n) is int and 1 <= n <= MAX_DIMENSION for n in raw):
        raise Reject("a shape is a list of one to eight positive integers", "tensor", path)
    return tuple(raw)


def _base64(text: str, path: Path) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Reject("the data are not base64", "tensor", path) from error
    if base64.b64encode(data).decode("ascii") != text:
        raise Reject("the data are not in canonical base64", "tensor", path)
    return data


def decode(data: bytes, dtype: str, path: Path) -> tuple[fmpq, ...]:
    """Little-endian floating-point numbers as rationals; infinities and NaN are rejected."""
    code, bits, fraction = LAYOUTS[dtype]
    if len(data) % (bits // 8):
        raise Reject("the data end inside a number", "tensor", path)
    ones = (1 << (bits - 1 - fraction)) - 1
    lowest = 2 - (1 << (bits - 2 - fraction)) - fraction  # exponent of the least positive number
    result = []
    for word in struct.unpack(f"<{len(data) * 8 // bits}{code}", data):
        mantissa = word & ((1 << fraction) - 1)
        exponent = word >> fraction & ones
        if exponent == ones:
            raise Reject("a weight is infinite or not a number", "tensor", path)
        if exponent:
            mantissa |= 1 << fraction
            exponent -= 1
        power = exponent + lowest
        signed = -mantissa if word >> (bits - 1) else mantissa
        result.append(fmpq(fmpz(signed) << power) if power >= 0 else fmpq(signed, fmpz(1) << -power))
    return tuple(result)


def read_safetensors(
    data: bytes, key: str, expected: tuple[int, ...], limits: Limits, path: Path
) -> tuple[fmpq, ...]:
    """One tensor of a safetensors file: an eight-byte length, a JSON header, the bytes of the tensors."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(len(data) - 8, limits.bytes):
        raise Reject("not a safetensors file", "tensor", path)
    try:
        header = json.loads(data[8 : 8 + length].decode("utf-8"), object_pairs_hook=unique)
        entry = header[key]
        dtype, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Reject("the safetensors file has no such tensor", "tensor", path) from error
    if type(dtype) is not str or dtype not in LAYOUTS or not (type(start) is int and type(end) is int):
        raise Reject("the tensor in the file is not of a floating-point type", "tensor", path)
    if not 0 <= start <= end <= len(data) - 8 - length:
        raise Reject("the tensor lies outside its file", "tensor", path)
    if shape_of(shape, path) != expected:
        raise Reject("the tensor in the file has another shape", "tensor", path)
    if (end - start) * 8 != prod(expected) * LAYOUTS[dtype][1]:
        raise Reject("the tensor's bytes do not fit its shape", "tensor", path)
    return decode(data[8 + length + start : 8 + length + end], dtype, path)


def rationals(raw: object, limits: Limits, path: Path, length: int) -> list[fmpq]:
    """A list of that many rationals."""
    if type(raw) is not list or len(raw) != length:
        raise Reject(f"expected a list of {length} rationals", "schema", path)
    return [rational(value, limits, (*path, k)) for k, value in enumerate(raw)]


def rational_rows(raw: object, limits: Limits, path: Path, rows: int, columns: int) -> fmpq_mat:
    """A matrix given as a list of rows."""
    if type(raw) is not list or len(raw) != rows:
        raise Reject(f"expected a matrix of {rows} by {columns} rationals", "schema", path)
    entries: Sequence[list[fmpq]] = [rationals(row, limits, (*path, i), columns) for i, row in enumerate(raw)]
    return fmpq_mat(rows, columns, [value for row in entries for value in row])
