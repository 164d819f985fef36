"""The builder: layers against PyTorch and against plain loops, sharing, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from invexproof.expressions.parser import parse
from invexproof.networks.builder import Builder
from invexproof.networks.errors import NetworkError
from invexproof.networks.evaluation import output, values
from invexproof.networks.exact_evaluation import exact_values
from invexproof.networks.network import Network, Tensor

RNG = np.random.default_rng(1)


def built(shape: list[int], make: Callable[[Builder, int], int]) -> Network:
    builder = Builder()
    return builder.finish(make(builder, builder.input(shape)))


def weights(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.integers(-8, 9, shape) / 4


# -- against PyTorch -----------------------------------------------------------------------------------------

CONVOLUTIONS: list[dict[str, Any]] = [
    {},
    {"stride": 2, "padding": 1},
    {"stride": [2, 1], "padding": [0, 2], "dilation": [2, 1]},
    {"groups": 2},
    {"groups": 4, "padding": 1, "stride": 3},
]


@pytest.mark.parametrize("settings", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize("biased", [True, False])
def test_convolutions(settings: dict[str, Any], biased: bool) -> None:
    torch = pytest.importorskip("torch")
    kernel, bias = weights(8, 4 // settings.get("groups", 1), 3, 2), weights(8) if biased else None
    network = built([4, 7, 6], lambda b, x: b.conv2d(x, kernel, bias, **settings))
    x = RNG.normal(size=(5, 4, 7, 6))
    expected = torch.nn.functional.conv2d(
        torch.tensor(x), torch.tensor(kernel), None if bias is None else torch.tensor(bias), **settings
    ).numpy()
    assert network.shapes[-1] == expected.shape[1:]
    np.testing.assert_allclose(values(network, x.reshape(5, -1))[-1], expected, atol=1e-12)


def test_convolutions_in_other_dimensions() -> None:
    torch = pytest.importorskip("torch")
    kernel = weights(3, 2, 3)
    network = built([2, 8], lambda b, x: b.conv(x, kernel, stride=2, padding=1))
    x = RNG.normal(size=(2, 8))
    expected = torch.nn.functional.conv1d(torch.tensor(x)[None], torch.tensor(kernel), stride=2, padding=1)
    np.testing.assert_allclose(output(network, x.ravel()), expected.numpy().ravel(), atol=1e-12)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"stride": 2},
        {"stride": 2, "padding": 1, "output_padding": 1},
        {"stride": [3, 1], "padding": [2, 0]},
    ],
    ids=str,
)
def test_transposed_convolutions(settings: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    kernel, bias = weights(3, 2, 3, 2), weights(2)
    if "output_padding" in settings:
        kernel = weights(3, 2, 3, 3)
    network = built([3, 4, 5], lambda b, x: b.conv_transpose(x, kernel, bias, **settings))
    x = RNG.normal(size=(3, 4, 5))
    expected = torch.nn.functional.conv_transpose2d(
        torch.tensor(x)[None], torch.tensor(kernel), torch.tensor(bias), **settings
    ).numpy()[0]
    assert network.shapes[-1] == expected.shape
    np.testing.assert_allclose(output(network, x.ravel()), expected.ravel(), atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("avg", {"kernel": 2}),
        ("avg", {"kernel": 3, "stride": 2, "padding": 1}),
        ("max", {"kernel": 2}),
        ("max", {"kernel": (3, 2), "stride": (2, 1), "padding": (1, 1)}),
        ("max", {"kernel": 2, "stride": 1, "dilation": 2}),
    ],
)
def test_pooling(kind: str, settings: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    network = built([2, 7, 6], lambda b, x: (b.avgpool2d if kind == "avg" else b.maxpool2d)(x, **settings))
    x = RNG.normal(size=(2, 7, 6)) - 5  # so that a zero of the padding would win
    renamed = {"kernel_size" if k == "kernel" else k: v for k, v in settings.items()}
    expected = getattr(torch.nn.functional, f"{kind}_pool2d")(torch.tensor(x)[None], **renamed).numpy()[0]
    assert network.shapes[-1] == expected.shape
    np.testing.assert_allclose(output(network, x.ravel()), expected.ravel(), atol=1e-12)


def test_normalisations() -> None:
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    x = RNG.normal(size=(4, 3, 2))
    t = torch.tensor(x)[None]
    mean, variance, gamma, beta = weights(4), np.array([0.25, 1.0, 2.0, 3.75]), weights(4), weights(4)
    parameters = [torch.tensor(v) for v in (mean, variance, gamma, beta)]
    pairs = [
        (built([4, 3, 2], lambda b, i: b.batchnorm(i, mean, variance, gamma, beta, 0.25)),
         f.batch_norm(t, *parameters, eps=0.25)),
        (built([4, 3, 2], lambda b, i: b.batchnorm(i, mean, variance, eps="1/4")),
         f.batch_norm(t, *parameters[:2], eps=0.25)),
        (built([4, 3, 2], lambda b, i: b.groupnorm(i, 2, gamma, beta, 0.5)),
         f.group_norm(t, 2, *parameters[2:], eps=0.5)),
        (built([4, 3, 2], lambda b, i: b.groupnorm(i, 4)), f.group_norm(t, 4, eps=1e-5)),
        (built([4, 3, 2], lambda b, i: b.layernorm(i, gamma[:2], beta[:2], 0.5)),
         f.layer_norm(t, [2], *(p[:2] for p in parameters[2:]), eps=0.5)),
    ]  # fmt: skip
    for network, expected in pairs:
        np.testing.assert_allclose(output(network, x.ravel()), expected.numpy().ravel(), atol=1e-12)


def test_attention() -> None:
    torch = pytest.importorskip("torch")
    matrices = [weights(6, 6) for _ in range(3)]
    for causal in (False, True):

        def attend(b: Builder, x: int, causal: bool = causal) -> int:
            return b.attention(*(b.linear(x, m) for m in matrices), heads=3, causal=causal)

        x = RNG.normal(size=(4, 6))
        q, k, v = ((torch.tensor(x) @ torch.tensor(m).T).reshape(4, 3, 2).transpose(0, 1) for m in matrices)
        expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        network = built([4, 6], attend)
        np.testing.assert_allclose(
            output(network, x.ravel()), expected.transpose(0, 1).reshape(-1).numpy(), atol=1e-12
        )


# -- rearranging, against NumPy ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda b, x: b.reshape(x, [4, -1]), lambda a: a.reshape(4, -1)),
        (lambda b, x: b.transpose(x, [2, 0, 1]), lambda a: a.transpose(2, 0, 1)),
        (lambda b, x: b.transpose(x), lambda a: a.T),
        (lambda b, x: b.select(x, -1, 1), lambda a: a[:, -1]),
        (lambda b, x: b.slice(x, 1, 4, 2, 2), lambda a: a[:, :, 1:4:2]),
        (lambda b, x: b.concat([x, b.scale(x, -2)], 1), lambda a: np.concatenate([a, -2 * a], 1)),
        (lambda b, x: b.concat([x, x, b.slice(x, 0, 1)]), lambda a: np.concatenate([a, a, a[:1]])),
        (lambda b, x: b.broadcast(x, [2, 2, 3, 4]), lambda a: np.stack([a, a])),
        (lambda b, x: b.upsample(x, [2, 3]), lambda a: a.repeat(2, 1).repeat(3, 2)),
        (lambda b, x: b.pad(x, [(0, 0), (1, 2), (-1, 0)]), lambda a: np.pad(a, [(0, 0), (1, 2), (0, 0)])[:, :, 1:]),
        (lambda b, x: b.rearrange(x, lambda a: a[::-1, :, 0]), lambda a: a[::-1, :, 0]),
        (lambda b, x: b.subtract(b.product(x, x), b.constant(np.ones((2, 3, 4)))), lambda a: a * a - 1),
        (lambda b, x: b.maximum(x), lambda a: a.max(-1)),
        (lambda b, x: b.maximum(b.flatten(x)), lambda a: np.array([a.max()])),
        (lambda b, x: b.by_channel(x, ["relu", "x^2"]), lambda a: np.stack([np.maximum(a[0], 0), a[1] ** 2])),
        (lambda b, x: b.linear(x, np.ones((2, 4)), [1, "1/2"]), lambda a: a.sum(-1)[..., None] + [1, 0.5]),
    ],
)  # fmt: skip
def test_rearrangements(make: Callable[[Builder, int], int], expected: Callable[[Any], Any]) -> None:
    network = built([2, 3, 4], make)
    x = RNG.integers(-9, 10, (2, 3, 4))
    assert network.shapes[-1] == expected(x).shape
    np.testing.assert_array_equal(values(network, x.ravel())[-1], expected(x))
    exact = exact_values(network, [Fraction(int(v)) for v in x.ravel()])[-1]
    np.testing.assert_array_equal(exact.astype(float), expected(x))


# -- sharing -------------------------------------------------------------------------------------------------


def test_equal_parts_are_stored_once_and_unused_ones_dropped() -> None:
    b = Builder()
    x = b.input(2)
    unused = b.pointwise(b.linear(x, [[5, 5]]), "sin(x)")
    first = b.pointwise(b.linear(x, [[1, 2], [3, 4]]), "tanh")
    second = b.pointwise(b.linear(first, Tensor.of([[1, 2], [3, 4]])), parse("tanh(x)"))
    network = b.finish(second)
    assert unused not in (x, second)
    assert network.functions == (parse("tanh(x)"),)
    assert len(network.tensors) == 1
    assert [n[0] for n in network.nodes] == ["input", "linear", "pointwise", "linear", "pointwise"]


def test_free_tensors_are_tied_by_identity() -> None:
    b = Builder()
    one, other = Tensor.unknown([2, 2]), Tensor.unknown([2, 2])
    node = b.linear(b.linear(b.linear(b.input(2), one), one), other)
    network = b.finish(node)
    assert len(network.free) == 2
    assert network.nodes[1][2] == network.nodes[2][2] != network.nodes[3][2]


def test_free_kernels_are_tied_through_convolutions() -> None:
    b = Builder()
    kernel = Tensor.unknown([2, 1, 3, 3])
    node = b.input([2, 4, 4])
    for _ in range(2):
        node = b.conv2d(node, kernel, padding=1, groups=2)
    assert len(b.finish(node).free) == 2  # one for each group


def test_names() -> None:
    b = Builder()
    node = b.linear(b.linear(b.input(1), [[1]], [2], name="a"), [[3]], [4], name="a")
    assert list(b.finish(node).tensors) == ["a.weight", "a.bias", "a.weight.2", "a.bias.2"]


def test_gathers_name_each_source_once() -> None:
    b = Builder()
    x = b.input(3)
    y = b.scale(x, 2)
    z = b.scale(x, 3)
    network = b.finish(b.gather([y, x, y, z], [0, 3, 8, -1]))
    assert network.nodes[-1] == ("gather", (1, 0), (0, 3, 2, -1), (4,))
    assert output(network, [1, 10, 100]).tolist() == [2, 1, 200, 0]
    assert b.gather(x, [0, 1, 2]) == x
    assert b.gather([x, y], [[0, 1, 2]], [3]) == x


def test_losses() -> None:
    b = Builder()
    node = b.pointwise(b.input(2), "tanh")
    network = b.finish(node, loss=("separable", ["x^2", "tanh"]))
    assert network.loss == ("separable", (1, 0))
    assert network.functions == (parse("tanh(x)"), parse("x^2"))
    assert b.finish(node, ("cross-entropy", [Fraction(1, 3), "2/3"])).loss == (
        "cross-entropy",
        ("1/3", "2/3"),
    )
    with pytest.raises(NetworkError, match="not one of"):
        b.finish(node, ("mse", [1, 2]))


# -- errors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda b, x: b.linear(x, [[1, 2]]), r"weight has shape \[1, 2\]; \[\*, 4\] is needed"),
        (lambda b, x: b.linear(x, [[1] * 4], [1, 2]), r"bias has shape \[2\]; \[1\]"),
        (lambda b, x: b.add(x, b.select(x, 0)), "differ"),
        (lambda b, x: b.pointwise(x, "frobnicate"), "frobnicate"),
        (lambda b, x: b.pointwise(x, ["tanh"] * 3), "3 functions are given for 24 entries"),
        (lambda b, x: b.by_channel(x, ["tanh"] * 3), "3 functions are given for 2 channels"),
        (lambda b, x: b.pointwise(x, parse("a*x", ["a"])), "substitute its parameters"),
        (lambda b, x: b.pointwise(x, parse("x < 1")), "not a number"),
        (lambda b, x: b.gather(x, [24]), "not there"),
        (lambda b, x: b.gather(x, [0.5]), "integers"),
        (lambda b, x: b.gather(x, []), "non-empty"),
        (lambda b, x: b.gather(x, [0], [2]), "1 entries are taken for the shape"),
        (lambda b, x: b.reshape(x, [5, 5]), "24 entries do not fit"),
        (lambda b, x: b.broadcast(x, [5, 5]), "cannot be repeated"),
        (lambda b, x: b.concat([x, b.select(x, 0)]), "do not fit side by side"),
        (lambda b, x: b.conv2d(x, np.ones((1, 3, 1, 1))), "does not fit an input"),
        (lambda b, x: b.conv2d(b.flatten(x), np.ones((1, 24))), "needs an image"),
        (lambda b, x: b.conv(b.flatten(x), np.ones((1, 24))), "spatial axes"),
        (lambda b, x: b.conv2d(x, np.ones((1, 2, 9, 9))), "windows .* do not fit"),
        (lambda b, x: b.conv2d(x, np.ones((1, 2, 1, 1)), stride=0), "positive"),
        (lambda b, x: b.conv2d(x, np.ones((1, 2, 1, 1)), stride=[1, 1, 1]), "stride"),
        (lambda b, x: b.conv_transpose(x, Tensor.unknown([2, 1, 1, 1])), "free"),
        (lambda b, x: b.maxpool(x, 1, padding=1), "lies in the padding"),
        (lambda b, x: b.upsample(x, 10**6), "entries"),
        (lambda b, x: b.batchnorm(x, [0, 0, 0], [1, 1, 1]), "2 channels"),
        (lambda b, x: b.batchnorm(x, [0, 0], [0, 1], eps=0), "not positive"),
        (lambda b, x: b.groupnorm(x, 3), "do not divide"),
        (lambda b, x: b.layernorm(x, eps=-1), "negative"),
        (lambda b, x: b.formulas(x, [parse("y", ["y"])]), "mentions y"),
        (lambda b, x: b.formulas(x, []), "at least one formula"),
        (lambda b, x: b.input(3), "no other node is"),
    ],
)
def test_mistakes_are_reported_at_once(make: Callable[[Builder, int], int], message: str) -> None:
    b = Builder()
    x = b.input([2, 3, 4])
    with pytest.raises(Exception, match=message) as caught:
        make(b, x)
    assert type(caught.value).__module__.startswith("invexproof")


def test_a_network_needs_an_input_and_a_use_of_it() -> None:
    with pytest.raises(NetworkError, match="empty"):
        Builder().finish()
    b = Builder()
    with pytest.raises(NetworkError, match="node 0 is the input"):
        b.pointwise(0, "tanh")
