"""Networks read from PyTorch modules against the modules: values, and Jacobians by automatic differentiation."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

from invexcheck.limits import Limits  # noqa: E402
from invexcheck.networks.graph import read_network  # noqa: E402
from invexcheck.reading import Fields, Folder  # noqa: E402
from invexcheck.terms import Terms  # noqa: E402
from invexproof.expressions.printing import to_text  # noqa: E402
from invexproof.networks import evaluation, lowering  # noqa: E402
from invexproof.networks.exact_evaluation import exact_values  # noqa: E402
from invexproof.networks.flows import NetworkImportError  # noqa: E402
from invexproof.networks.from_torch import load_module, load_program, network_of_module, network_of_program  # noqa: E402
from invexproof.networks.fusion import MAX_FORMULA  # noqa: E402
from invexproof.networks.network import Network  # noqa: E402
from tests.networks_import.modules import (  # noqa: E402
    CASES,
    Function,
    Residual,
    SelfAttention,
    WrittenAttention,
    prepared,
)

pytestmark = pytest.mark.torch
POINTS = 3
FAST = {
    *("ReLU()", "PReLU(num_parameters=5)", "GELU(approximate='tanh')", "Softplus(beta=2.0, threshold=20.0)"),
    *("Hardtanh(min_val=-2, max_val=1)", "Identity()", "Softmax(dim=-1)"),
    *("gelu_new", "where", "minmax", "different entries", "means", "einsum", "moved", "written", "masked"),
    *(
        "many constants",
        "mlp",
        "residual",
        "conv2d",
        "groupnorm",
        "layernorm",
        "maxpool",
        "avgpool",
        "bilinear",
    ),
    *("transposed1d", "unet upsampled", "mutating", "attention", "written causal", "encoder", "positions"),
}
"""Cases that run with the fast tests; exporting takes a third of a second each."""


def of_module(module: torch.nn.Module, shape: tuple[int, ...]) -> Callable[[torch.Tensor], torch.Tensor]:
    """The module as a function of flat tensors, called with a batch of one."""
    return lambda flat: module(flat.clone().reshape(1, *shape)).reshape(-1)


def agrees(
    network: Network, forward: Callable[[torch.Tensor], torch.Tensor], tolerance: float = 1e-9
) -> None:
    """Values and a Jacobian at random points are those of the function."""
    random = np.random.default_rng(5)
    points = random.normal(size=(POINTS, network.inputs))
    expected = np.stack([forward(torch.from_numpy(x)).detach().numpy() for x in points])
    np.testing.assert_allclose(evaluation.output(network, points), expected, rtol=tolerance, atol=tolerance)
    slopes = torch.autograd.functional.jacobian(forward, torch.from_numpy(points[0])).numpy()
    found = evaluation.jacobian(network, points[0])
    np.testing.assert_allclose(found, slopes, rtol=10 * tolerance, atol=10 * tolerance)


@pytest.mark.parametrize("name", [n if n in FAST else pytest.param(n, marks=pytest.mark.slow) for n in CASES])
def test_the_network_is_the_map_of_the_module(name: str) -> None:
    module, shape = prepared(name)
    network = network_of_module(module, shape)
    assert network.shapes[0] == shape
    assert Network.from_subject(network.to_subject()) == network
    agrees(network, of_module(module, shape))


@pytest.mark.parametrize("name", ["conv2d", "positions", "written causal", "many constants"])
def test_the_checker_reads_the_network(name: str) -> None:
    network = network_of_module(*prepared(name))
    limits = Limits()
    fields = Fields(json.loads(json.dumps(network.to_subject())), (), limits)
    read = read_network(Terms(limits), fields, limits, Folder())
    assert [node.shape for node in read.nodes] == list(network.shapes)


# -- what the network looks like -----------------------------------------------------------------------------


def operations(module: nn.Module, shape: tuple[int, ...]) -> list[str]:
    return [node[0] for node in network_of_module(module, shape).nodes[1:]]


def test_layers_become_the_nodes_that_one_would_write() -> None:
    mlp = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 3))
    assert operations(mlp, (3,)) == ["linear", "pointwise", "linear"]
    assert operations(Residual(mlp), (3,)) == ["linear", "pointwise", "linear", "add"]
    attention = ["linear", "gather", "gather", "gather", "attention", "linear"]
    for module in (SelfAttention(4, 2), SelfAttention(4, 2, weights=True), WrittenAttention(4, 2, "causal")):
        assert operations(module, (3, 4)) == attention
    encoder = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)
    assert operations(encoder, (3, 4)) == [
        *attention,
        *("add", "layernorm", "linear", "pointwise", "linear", "add", "layernorm"),
    ]
    assert operations(nn.Sequential(nn.Flatten(), nn.Linear(6, 2)), (2, 3)) == ["gather", "linear"]
    convolution = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Conv2d(2, 1, 1))
    assert operations(convolution, (1, 4, 4)) == [
        *("gather", "linear", "pointwise", "pointwise", "linear", "gather"),
    ]


def test_a_written_activation_is_one_function() -> None:
    network = network_of_module(Function(lambda x: x * torch.sigmoid(1.702 * x)), (2,))
    assert [to_text(f) for f in network.functions] == ["x*sigmoid(x*(851/500))"]


def test_weights_are_the_floats_themselves_and_literals_are_decimals() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.LeakyReLU(0.01), nn.LayerNorm(2, eps=1e-5))
    network = network_of_module(module, (2,))
    weight = network.tensors["model.0.weight"]
    assert weight.dtype == "F32"
    assert weight.fractions().tolist() == [[Fraction(w) for w in row] for row in module[0].weight.tolist()]
    assert to_text(network.functions[0]) == "piecewise((1/100*x, x < 0), (x, true))"
    assert network.nodes[-1][-1] == "1/100000"


def test_long_compositions_become_several_nodes() -> None:
    def chain(x: torch.Tensor) -> torch.Tensor:
        for _ in range(40):
            x = x * torch.sigmoid(x)
        return x

    module = Function(chain).double()
    network = network_of_module(module, (2,))
    assert max(len(f.nodes) for f in network.functions) <= MAX_FORMULA
    agrees(network, of_module(module, (2,)))


def test_constants_hang_on_what_they_are_added_to() -> None:
    """So the part after the first layer depends on its output alone."""
    shift = torch.linspace(-1, 1, 300)
    network = network_of_module(
        nn.Sequential(nn.Linear(2, 300), nn.Tanh(), Function(lambda x: x + shift)), (2,)
    )
    operations = [n[0] for n in network.nodes]
    assert operations == ["input", "linear", "pointwise", "gather", "linear", "add"]
    assert network.nodes[3][1:3] == ((2,), (-1,))


def test_tensors_that_are_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowering, "MAX_GATHER", 100)
    with pytest.raises(NetworkImportError, match=r"aten.conv2d.default in the module.*more than 100"):
        network_of_module(nn.Conv2d(1, 1, 3, padding=1), (1, 4, 4))


def test_the_network_is_exact() -> None:
    """A convolution and a linear layer with ReLU and mean pooling, in fractions, from float32 weights."""
    torch.manual_seed(1)
    convolution, linear = nn.Conv1d(2, 3, 2), nn.Linear(3, 2)
    module = nn.Sequential(convolution, nn.ReLU(), nn.AvgPool1d(3), nn.Flatten(), linear)
    network = network_of_module(module, (2, 4))
    x = [Fraction(k, 3) - 1 for k in range(8)]

    def exact(tensor: torch.Tensor) -> Any:
        return np.vectorize(Fraction, otypes=[object])(tensor.detach().double().numpy())

    image, kernel = np.array(x).reshape(2, 4), exact(convolution.weight)
    shift = exact(convolution.bias)
    hidden = [
        [max((kernel[c] * image[:, i : i + 2]).sum() + shift[c], Fraction(0)) for i in range(3)]
        for c in range(3)
    ]
    expected = exact(linear.weight) @ [sum(row) / 3 for row in hidden] + exact(linear.bias)
    assert exact_values(network, x)[-1].ravel().tolist() == expected.tolist()


def test_the_module_is_left_as_it_was() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.BatchNorm1d(2))
    module[1].eval()
    before = [part.training for part in module.modules()]
    network_of_module(module, (2,))
    assert [part.training for part in module.modules()] == before


def test_short_floats_are_read_exactly() -> None:
    module = nn.Linear(2, 2).to(torch.bfloat16)
    network = network_of_module(module, (2,))
    np.testing.assert_array_equal(network.tensors["weight0"].array, module.weight.double().detach().numpy())


# -- ways to call --------------------------------------------------------------------------------------------


class TwoOutputs(nn.Module):
    def forward(
        self, x: torch.Tensor, shift: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        y = x if shift is None else x + shift
        return y.sum(-1), y * 2


def test_an_output_and_an_argument_can_be_chosen() -> None:
    network = network_of_module(TwoOutputs(), (3,), output=1)
    np.testing.assert_array_equal(evaluation.output(network, [1, 2, 3]), [2, 4, 6])
    with pytest.raises(NetworkImportError, match=r"output=, by number \(0: \[1\], 1: \[1, 3\]\)"):
        network_of_module(TwoOutputs(), (3,))
    with pytest.raises(NetworkImportError, match="output 5"):
        network_of_module(TwoOutputs(), (3,), output=5)


def test_a_module_without_a_batch_axis() -> None:
    module = Function(lambda x: x @ x)
    network = network_of_module(module, (2, 2), batched=False)
    np.testing.assert_array_equal(evaluation.output(network, [1, 2, 3, 4]), [7, 10, 15, 22])


def test_an_exported_program_is_read_too(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.GELU()).double()
    program = torch.export.export(module, (torch.zeros(1, 2, dtype=torch.float64),))
    agrees(network_of_program(program), of_module(module, (2,)))
    torch.export.save(program, str(tmp_path / "program.pt2"))
    assert network_of_program(load_program(tmp_path / "program.pt2")) == network_of_program(program)
    with pytest.raises(NetworkImportError, match="cannot be read as an exported program"):
        load_program(tmp_path / "missing.pt2")
    with pytest.raises(NetworkImportError, match=r"no torch\.export\.ExportedProgram"):
        network_of_program(module)


def make_module() -> nn.Module:
    return nn.Linear(2, 1)


READY = nn.Tanh()
NOT_A_MODULE = 3


def test_a_module_is_loaded_by_name() -> None:
    assert isinstance(load_module(f"{__name__}:make_module"), nn.Linear)
    assert load_module(f"{__name__}:READY") is READY
    for wrong in ("torch.nn", f"{__name__}:missing", "missing.package:x", f"{__name__}:NOT_A_MODULE"):
        with pytest.raises(NetworkImportError):
            load_module(wrong)
    with pytest.raises(NetworkImportError, match="failed when called without arguments"):
        load_module("torch.nn:Linear")


# -- what cannot be read -------------------------------------------------------------------------------------

REFUSED: list[tuple[Callable[[torch.Tensor], Any], str]] = [
    (lambda x: x.sort()[0], "aten.sort.default in the module itself .*not known; add a row"),
    (lambda x: F.dropout(x, training=True), "evaluation mode"),
    (lambda x: x + torch.rand(4), "random"),
    (lambda x: x.floor() + x, "aten.floor.default"),
    (lambda x: (x > 0) * x, "comparison"),
    (lambda x: x.bool() * x, "truth values of numbers"),
    (lambda x: (x > 0).float() + 1, "comparison"),
    (lambda x: torch.where(x[:, :2] > 0, x[:, 2:], x[:, :2]), "not a function of one variable"),
    (lambda x: x[:, x.argmax()], "argmax"),
    (lambda x: x if x.sum() > 0 else -x, "cannot export"),
    (lambda x: torch.arange(4.0), "0 outputs depend"),
    (lambda x: torch.div(x, 2, rounding_mode="floor"), "rounding_mode"),
    (lambda x: x * float("nan"), "nan"),
    (lambda x: F.conv1d(x[None], x[:, None, :2]), "weight of a convolution depends on the input"),
    (lambda x: F.batch_norm(x.reshape(2, 2), None, None, training=True), "whole batch"),
    (lambda x: x.to(torch.int64) + 1, "not a continuous function"),
    (lambda x: x / torch.tensor([1.0, 0.0, 1.0, 1.0]), "constant that is 0"),
    (lambda x: x.max(-1)[1] * 1.0, "max.dim is used, which is not a real function"),
    (lambda x: torch.special.bessel_j0(x), "bessel_j0"),
]


@pytest.mark.parametrize(("function", "message"), REFUSED)
def test_what_is_not_a_map_is_refused(function: Callable[[torch.Tensor], Any], message: str) -> None:
    with pytest.raises(NetworkImportError, match=message):
        network_of_module(Function(function).float(), (4,))


def test_the_place_of_an_unknown_operator_is_named() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Identity(), Function(lambda x: x.sort()[0])))
    with pytest.raises(NetworkImportError, match=r"aten.sort.default in 1.1 \(.*Function\): .*lowering_aten"):
        network_of_module(module, (2,))


def test_what_is_no_module_is_refused() -> None:
    with pytest.raises(NetworkImportError, match=r"no torch.nn.Module"):
        network_of_module(torch.tanh, (2,))
    with pytest.raises(NetworkImportError, match="cannot export Linear for an input of shape"):
        network_of_module(nn.Linear(2, 2), (3,))


def test_without_pytorch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(NetworkImportError, match=r"invexproof\[torch\]"):
        network_of_module(nn.Identity(), (2,))
