"""Tensors: exactness, representations, and the exchange format."""

from __future__ import annotations

import json
import math
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invexproof.certificates.builder import canonical_bytes
from invexproof.networks.errors import NetworkError
from invexproof.networks.sidecar import Reference, SidecarFiles, check_file_name
from invexproof.networks.tensors import Tensor

FLOATS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 5e-324, -5e-324, 2.0**-1074, 1.7976931348623157e308, 1.0, 0.1]),
)
SINGLES = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(st.lists(FLOATS, min_size=1, max_size=6))
def test_doubles_are_exact(numbers: list[float]) -> None:
    tensor = Tensor.of(np.array(numbers))
    assert tensor.dtype == "F64"
    assert tensor.fractions().tolist() == [Fraction(v) for v in numbers]
    numerators, denominator = tensor.integers()
    assert all(type(n) is int for n in numerators.tolist())
    assert [Fraction(n, denominator) for n in numerators.tolist()] == tensor.fractions().tolist()
    assert denominator == math.lcm(*(Fraction(v).denominator for v in numbers))
    assert Tensor.from_json(json.loads(canonical_bytes(tensor.to_json()))) == tensor


@given(st.lists(SINGLES, min_size=1, max_size=6))
def test_singles_are_exact(numbers: list[float]) -> None:
    tensor = Tensor.of(np.array(numbers, dtype=np.float32))
    assert tensor.dtype == "F32"
    assert tensor.fractions().tolist() == [Fraction(v) for v in numbers]
    numerators, denominator = tensor.integers()
    assert [Fraction(n, denominator) for n in numerators.tolist()] == tensor.fractions().tolist()
    assert (tensor.array == np.array(numbers)).all()
    assert Tensor.from_json(tensor.to_json()) == tensor


@given(st.lists(st.fractions(max_denominator=10**6), min_size=1, max_size=6))
def test_rationals_are_exact(numbers: list[Fraction]) -> None:
    tensor = Tensor.of(numbers)
    assert tensor.dtype == "rational"
    assert tensor.to_json()["values"] == [str(n) for n in numbers]
    numerators, denominator = tensor.integers()
    assert [Fraction(n, denominator) for n in numerators.tolist()] == numbers
    assert denominator == math.lcm(*(n.denominator for n in numbers))
    assert tensor.array.tolist() == [float(n) for n in numbers]
    assert Tensor.from_json(tensor.to_json()) == tensor


def test_what_can_be_given() -> None:
    assert Tensor.of([[1, "1/3"], [Fraction(-2), 0.5]]).fractions().tolist() == [
        [1, Fraction(1, 3)],
        [-2, Fraction(1, 2)],
    ]
    assert Tensor.of([0.1, 0.2]).dtype == "F64"
    assert Tensor.of(np.arange(3)).to_json() == {"shape": [3], "values": ["0", "1", "2"]}
    assert Tensor.of(np.array([0.1], dtype=np.float16)).fractions()[0] == Fraction(np.float16(0.1).item())
    assert Tensor.of(np.array([1.5], dtype=">f8")).fractions()[0] == Fraction(3, 2)
    tensor = Tensor.of([1])
    assert Tensor.of(tensor) is tensor


def test_signed_zeros_are_one_number() -> None:
    assert Tensor.of(np.array([-0.0])) == Tensor.of(np.array([0.0]))


@pytest.mark.parametrize(
    "values",
    [
        np.array([np.nan]), np.array([np.inf]), [], [[1], [1, 2]], 3, [None], [True], ["x"], ["2/4"],
        np.array(["a"]), np.array([1j]), np.zeros((0, 3)), np.zeros(3, dtype=np.longdouble),
    ],
)  # fmt: skip
def test_what_cannot(values: Any) -> None:
    with pytest.raises(Exception, match=r".") as caught:
        Tensor.of(values)
    assert type(caught.value).__module__.startswith("invexproof")


def test_free_tensors_have_no_values() -> None:
    tensor = Tensor.unknown([2, 3])
    assert tensor.free
    assert tensor.to_json() == {"shape": [2, 3]}
    assert Tensor.from_json({"shape": [2, 3]}) == tensor
    assert tensor.reshape([6]) == Tensor.unknown([6])
    assert tensor.rows(0, 1).shape == (1, 3)
    for use in (tensor.fractions, tensor.integers, lambda: tensor.array):
        with pytest.raises(NetworkError, match="free"):
            use()


def test_values_are_read_only() -> None:
    tensor = Tensor.of(np.ones((2, 2)))
    for array in (tensor.array, tensor.known(), tensor.fractions(), Tensor.of([[1]]).fractions()):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 5


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "object"),
        ({"shape": [1], "values": ["1"], "dtype": "F32"}, "keys"),
        ({"values": ["1"]}, "keys"),
        ({"shape": [], "values": []}, "shape"),
        ({"shape": [0]}, "shape"),
        ({"shape": [True]}, "shape"),
        ({"shape": [1.0]}, "shape"),
        ({"shape": [1] * 9}, "axes"),
        ({"shape": [1 << 30]}, "entries"),
        ({"shape": [2], "values": ["1"]}, "2 rationals"),
        ({"shape": [1], "values": [1]}, "canonical rational"),
        ({"shape": [1], "values": ["2/4"]}, "canonical rational"),
        ({"shape": [1], "values": ["-0"]}, "canonical rational"),
        ({"shape": [1], "dtype": "F16", "data": "AAA="}, "F32 or F64"),
        ({"shape": [1], "dtype": ["F32"], "data": "AAA="}, "F32 or F64"),
        ({"shape": [1], "dtype": "F32", "data": "AAAAAA"}, "base64"),
        ({"shape": [1], "dtype": "F32", "data": "AAAAAB=="}, "canonical"),
        ({"shape": [1], "dtype": "F32", "data": 7}, "base64"),
        ({"shape": [2], "dtype": "F32", "data": "AAAAAA=="}, "4 bytes"),
        ({"shape": [1], "dtype": "F32", "data": "AADAfw=="}, "finite"),
        ({"shape": [1], "file": "w.safetensors", "sha256": "0" * 64, "key": "w"}, "directory"),
        ({"shape": [1], "file": "../w", "sha256": "0" * 64, "key": "w"}, "bare file name"),
        ({"shape": [1], "file": "w", "sha256": "0", "key": "w"}, "SHA-256"),
        ({"shape": [1], "file": "w", "sha256": "0" * 64, "key": ""}, "key"),
    ],
)
def test_malformed_documents(document: Any, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        Tensor.from_json(document)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", ".hidden", "-x", "a b", "ü", None, "a\x00"])
def test_file_names_are_bare(name: Any) -> None:
    with pytest.raises(NetworkError, match="bare file name"):
        check_file_name(name)


def test_half_precision_in_files(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    save_file = pytest.importorskip("safetensors.torch").save_file
    import hashlib

    numbers = torch.tensor([0.1, -3.0, 1e-6, 0.0])
    kinds = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64}
    path = tmp_path / "w.safetensors"
    save_file({name: numbers.to(kind) for name, kind in kinds.items()}, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    files = SidecarFiles(tmp_path)
    for name, kind in kinds.items():
        document = {"shape": [4], "file": "w.safetensors", "sha256": digest, "key": name}
        tensor = Tensor.from_json(document, files)
        assert tensor.fractions().tolist() == [Fraction(v) for v in numbers.to(kind).double().tolist()]
        assert tensor.to_json() == document
        assert tensor.reference == Reference("w.safetensors", digest, name)
        assert "dtype" in tensor.reshape([2, 2]).to_json()
    with pytest.raises(NetworkError, match="no tensor"):
        Tensor.from_json(document | {"key": "other"}, files)
    with pytest.raises(NetworkError, match="shape"):
        Tensor.from_json(document | {"shape": [2, 2]}, files)
    with pytest.raises(NetworkError, match="SHA-256 differs"):
        Tensor.from_json(document | {"sha256": "1" * 64}, files)
    with pytest.raises(NetworkError, match="cannot be read"):
        Tensor.from_json(document | {"file": "none.safetensors"}, files)


def test_integers_and_other_files_are_refused(tmp_path: Path) -> None:
    save_file = pytest.importorskip("safetensors.numpy").save_file
    import hashlib

    path = tmp_path / "w.safetensors"
    for data, message in ((None, "I64"), (b"no safetensors", "no safetensors file")):
        if data is None:
            save_file({"w": np.array([1])}, path)
        else:
            path.write_bytes(data)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        document = {"shape": [1], "file": path.name, "sha256": digest, "key": "w"}
        with pytest.raises(NetworkError, match=message):
            Tensor.from_json(document, SidecarFiles(tmp_path))


def test_large_tensors_take_the_time_of_copying() -> None:
    weights = np.random.default_rng(0).normal(size=(512, 512)).astype(np.float32)
    start = time.perf_counter()
    data = canonical_bytes(Tensor.of(weights).to_json())
    tensor = Tensor.from_json(json.loads(data))
    assert time.perf_counter() - start < 0.25
    assert (tensor.array == weights).all()
    assert Tensor.of(weights).to_json() == tensor.to_json()
