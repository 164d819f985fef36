"""What becomes an input of the graph and how, what is refused, and what users may say."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

from invexproof.architectures import losses  # noqa: E402
from invexproof.architectures.builder import Model  # noqa: E402
from invexproof.architectures.errors import ArchitectureError  # noqa: E402
from invexproof.architectures.from_torch import (  # noqa: E402
    model_of_file,
    model_of_location,
    model_of_module,
    model_of_program,
)
from invexproof.architectures.graph import Graph, Input  # noqa: E402
from invexproof.architectures.pytorch import exporting  # noqa: E402
from invexproof.architectures.pytorch.inputs import ExampleInput, read_inputs  # noqa: E402
from tests.architectures.checking import inferred  # noqa: E402
from tests.architectures.torch_cases import Tied  # noqa: E402
from tests.architectures.torch_functions import Function  # noqa: E402

pytestmark = pytest.mark.torch


def read(function: Callable[..., Any], inputs: str = "", *shapes: tuple[int, ...], **named: Any) -> Model:
    """The model of a function of parameters (one of shape [3, 4]) and data."""
    return model_of_module(Function(function, *(shapes or ((3, 4),))), inputs, **named)


def graph_of(model: Model) -> Graph:
    """A training problem, which the checker accepts."""
    graph = losses.attach(model, "mse", next(iter(model.outputs.values())))
    inferred(graph)
    return graph


def others(model: Model) -> list[Input]:
    """The inputs of the graph but for parameters and the target."""
    return [i for i in graph_of(model).inputs if i.role != "parameter" and i.name != "target"]


def ops(model: Model) -> list[str]:
    """The operators of the graph, in order."""
    return [node.op for node in graph_of(model).nodes]


# -- inputs of the graph -------------------------------------------------------------------------------------


def test_data_alone_is_one_input() -> None:
    """The input itself keeps its name; what is made of it is cut; what is made of literals is a constant."""
    (x,) = others(read(lambda w, x: w * x + x.double(), "3x4"))
    assert (x.role, x.kind, x.name) == ("data", "real", "data_0")
    (made,) = others(read(lambda w, x: (w * (x.sin() + 1)) * (x.sin() + 1), "3x4:float32"))[:1]
    assert (made.role, made.shape) == ("data", (3, 4))
    (places,) = others(read(lambda w: w * torch.arange(4), ""))
    assert (places.role, places.kind) == ("constant", "real") or places.role == "constant"


def test_one_value_used_twice_is_one_input() -> None:
    """Also where it is used as a boolean, and as a number."""

    def function(w: Any, x: Any) -> Any:
        y = x.cos()
        return (w * y).exp() + w * y

    assert len(others(read(function, "3x4"))) == 1


def test_infinite_masks_are_extended() -> None:
    """Where minus infinity may be; a known mask is looked at."""
    hidden = read(lambda w, x: (w + torch.zeros_like(x).masked_fill(x > 0, -torch.inf)).softmax(-1), "3x4")
    assert [i.kind for i in others(hidden)] == ["extended"]
    finite = read(lambda w: (w + torch.full((4,), -torch.inf).exp()).softmax(-1))
    assert [i.kind for i in others(finite)] == ["real"]
    causal = read(lambda w: (w + torch.full((4, 4), -torch.inf).triu(1)).softmax(-1), "", (4, 4))
    assert [i.kind for i in others(causal)] == ["extended"]
    with pytest.raises(ArchitectureError, match="inf or nan"):
        read(lambda w: w + torch.full((4,), torch.inf))


def test_indices_have_ranges() -> None:
    """Those that are made of literals; others are checked by whoever uses the certificate."""
    (known,) = others(read(lambda w: w[torch.tensor([0, 2])]))
    assert (known.kind, known.low, known.high) == ("integer", 0, 2)
    (ids,) = others(read(lambda w, i: F.embedding(i, w), "2x5:int64"))
    assert (ids.role, ids.kind, ids.low, ids.high) == ("data", "integer", None, None)


def test_numbers_in_tensors_are_literals() -> None:
    """Which the checker sees to be positive; buffers are constants."""
    model = read(lambda w: w / torch.sqrt(torch.tensor(64.0)) + torch.tensor(0.1))
    assert not others(model)
    values = [a for node in graph_of(model).nodes for a in node.arguments if isinstance(a, Fraction)]
    assert values == [Fraction(1, 8), Fraction(1, 10)]


def test_tied_and_frozen_parameters() -> None:
    """Tied ones are one parameter; frozen ones are constants; unused ones stay."""
    model = model_of_module(Tied(), "2x3:int64")
    graph = losses.attach(model, "cross-entropy")
    inferred(graph)
    names = {i.name: i.role for i in graph.inputs}
    assert names["embedding.weight"] == "parameter"
    assert "head.weight" not in names
    assert names["frozen.weight"] == "constant"
    assert names["unused.weight"] == "parameter"
    assert any("head.weight is tied to embedding.weight" in note for note in model.notes) or any(
        "tied" in note for note in model.notes
    )


def test_statistics() -> None:
    """Of the batch in training; stored ones otherwise, whose variances are not negative."""
    net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))
    assert [i.name for i in others(model_of_module(net, "2x1x3x3"))] == ["input"]
    stored = {i.name: i for i in others(model_of_module(net, "2x1x3x3", training=False))}
    assert stored["_1.running_var"].low == 0
    assert net.training


def test_dropout_is_a_mask() -> None:
    """A constant, of its own for each place; none without training, or with probability 0."""
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 4), nn.Dropout(0.1), nn.Dropout(0.0))
    masks = [i for i in others(model_of_module(net, "3x4")) if "dropout" in i.name]
    assert [(m.name, m.role, m.shape) for m in masks] == [
        (f"_{k}:dropout", "constant", (3, 4)) for k in (1, 3)
    ]
    assert len(others(model_of_module(net, "3x4", training=False))) == 1


def test_softplus_as_executed_or_as_in_textbooks() -> None:
    """The threshold makes it jump."""
    executed, textbook = (
        next(n for n in graph_of(read(lambda w: F.softplus(w), semantics=s)).nodes if n.op == "softplus")
        for s in ("executed", "textbook")
    )
    assert executed.attributes == {}
    assert textbook.attributes == {"threshold": None}
    with pytest.raises(ArchitectureError, match="executed or textbook"):
        read(lambda w: w, semantics="other")


def test_known_masks_of_attention() -> None:
    """A mask that hides nothing is none; one that hides what comes later makes attention causal."""

    def attending(mask: Any) -> Callable[..., Any]:
        return lambda q: F.scaled_dot_product_attention(q, q, q, mask(q))

    everything = read(attending(lambda q: torch.ones(3, 3, dtype=torch.bool)))
    later = read(attending(lambda q: torch.ones(3, 3).tril().bool()))
    assert not others(everything)
    assert not others(later)
    assert [n.attributes for n in graph_of(later).nodes if n.op == "attention"] == [{"causal": True}]


def test_parts_without_gradients() -> None:
    """What enters them is detached, in programs from files, too."""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.ones(3))

        def forward(self, x: Any) -> Any:
            with torch.no_grad():
                y = self.w.exp()
            return y * self.w * x

    assert ops(model_of_module(Net(), "3")).count("detach") == 1
    program = torch.export.export(Net(), (torch.zeros(3),), strict=False)
    before = str(program.graph)
    assert ops(model_of_program(program)).count("detach") == 1
    assert str(program.graph) == before


def test_what_is_not_returned_is_not_read() -> None:
    """Buffers may follow by operators that are not known."""

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.ones(3, 3))
            self.register_buffer("spectrum", torch.ones(3))

        def forward(self, x: Any) -> Any:
            self.spectrum.copy_(torch.linalg.svdvals(self.w))
            return self.w * x

    assert ops(model_of_module(Net(), "3"))[0] == "multiply"


def test_casts_change_nothing() -> None:
    """Mixed precision is exact arithmetic."""

    def function(w: Any, x: Any) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return w @ x

    assert ops(read(function, "4x2")) == ["matmul", "mean_squared_error"]


# -- outputs -------------------------------------------------------------------------------------------------


def test_outputs_by_name() -> None:
    """Those that depend on parameters: keys of mappings, places in tuples."""
    model = read(lambda w, x: {"loss": w.sum(), "states": (w, x, [w * 2])}, "3x4")
    assert list(model.outputs) == ["loss", "states.0", "states.2.0"]
    with pytest.raises(ArchitectureError, match=r"say which output.*loss, states\.0"):
        losses.attach(model, "mse")
    assert losses.attach(model, "own").same_as(losses.attach(model, "own", "loss"))
    assert list(read(lambda w: w * 2).outputs) == ["output"]


def test_no_output_with_parameters() -> None:
    """There is nothing to train."""
    with pytest.raises(ArchitectureError, match="no output depends on a parameter"):
        read(lambda w, x: x * 2, "3")


# -- what is refused -----------------------------------------------------------------------------------------


class Straight(torch.autograd.Function):
    """A gradient that is not that of the function."""

    @staticmethod
    def forward(context: Any, x: Any) -> Any:
        """Rounds."""
        return x.round()

    @staticmethod
    def backward(context: Any, gradient: Any) -> Any:
        """As if it did not."""
        return gradient


def hooked(w: Any) -> Any:
    """A gradient that is doubled on the way."""
    y = w * 2
    y.register_hook(lambda g: g * 2)
    return y


def changed_without_gradients(w: Any) -> Any:
    """The gradient is that of what was there before."""
    y = w * 2
    with torch.no_grad():
        y.mul_(3)
    return y


def changed_when_detached(w: Any) -> Any:
    """The tensor itself is changed."""
    y = w * 2
    y.detach().view(-1).mul_(3)
    return y


REFUSED: dict[str, tuple[Callable[..., Any], str]] = {
    "autograd function": (Straight.apply, "Straight is a torch.autograd.Function"),
    "hook": (hooked, "register_hook"),
    "in place": (changed_without_gradients, "changed in place in a part without gradients"),
    "unknown": (
        lambda w: torch.linalg.svdvals(w),
        "aten.linalg_svdvals.default in the module itself .*add a row",
    ),
    "random": (lambda w: torch.bernoulli(w.sigmoid()), "draws random numbers"),
    "complex": (lambda w: torch.fft.fft(w).abs(), "fft"),
    "control flow": (
        lambda w: torch.cond(w.sum() > 0, lambda x: x * 2, lambda x: x * 3, (w,)),
        "higher-order operator",
    ),
    "shapes from data": (lambda w: w[w > 0].sum(), "cannot export|depends on data"),
    "unread result": (
        lambda w: F.max_pool2d(w[None], 2, return_indices=True)[1] * w.sum(),
        "output number 1",
    ),
    "argument": (lambda w: torch.median(w, dim=-1)[1] + w.sum(), "output number 1"),
    "matrix norm": (lambda w: torch.linalg.norm(w, 2), "matrices|not known"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """With what is wrong, and where."""
    function, message = REFUSED[name]
    with pytest.raises(ArchitectureError, match=message):
        read(function)


def test_refused_modules() -> None:
    """Hooks, parameters that share memory, parameters that are no real numbers."""
    net = nn.Linear(2, 2)
    net.register_full_backward_hook(lambda *a: None)
    with pytest.raises(ArchitectureError, match="hooks on its gradients"):
        model_of_module(net, "1x2")
    shared = nn.Linear(2, 2)
    shared.turned = nn.Parameter(shared.weight.T)
    shared.forward = lambda x: F.linear(x, shared.weight) + x @ shared.turned
    with pytest.raises(ArchitectureError, match="share their memory"):
        model_of_module(shared, "1x2")
    complex_one = Function(lambda w, x: w.real * x, (3, 4))
    complex_one.w[0] = nn.Parameter(torch.zeros(3, 4, dtype=torch.complex64))
    with pytest.raises(ArchitectureError, match="must be real"):
        model_of_module(complex_one, "3x4:float32")
    with pytest.raises(ArchitectureError, match=r"no torch.nn.Module"):
        model_of_module(3, "1")


# -- what users say ------------------------------------------------------------------------------------------


def test_inputs() -> None:
    """Shapes, types and names."""
    assert read_inputs("1x3x224x224") == (ExampleInput((1, 3, 224, 224)),)
    assert read_inputs("ids=1x16:int64, labels=1x16:long") == (
        ExampleInput((1, 16), "int64", "ids"),
        ExampleInput((1, 16), "int64", "labels"),
    )
    assert read_inputs([2, 3]) == (ExampleInput((2, 3)),)
    assert read_inputs({"x": "2x3:bool"}) == (ExampleInput((2, 3), "bool", "x"),)
    assert read_inputs("scalar,2x3") == (ExampleInput(()), ExampleInput((2, 3)))
    assert read_inputs("") == ()
    for text, message in {
        "1x": "is not an input",
        "1x2:int77": "no element type",
        "a=1,a=2": "twice",
        "a=1,2": "before those with one",
    }.items():
        with pytest.raises(ArchitectureError, match=message):
            read_inputs(text)


def test_names_of_inputs() -> None:
    """Those of forward."""
    with pytest.raises(ArchitectureError, match="has no input y; its inputs are input"):
        model_of_module(nn.Linear(2, 2), "y=1x2")
    with pytest.raises(ArchitectureError, match=r"cannot export Linear for inputs of shapes \[1, 3\]"):
        model_of_module(nn.Linear(2, 2), "1x3")


def test_files_and_locations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs keep their ties; modules are made without initialising their weights."""
    path = tmp_path / "program.pt2"
    torch.export.save(
        torch.export.export(Tied(), (torch.zeros(2, 3, dtype=torch.int64),), strict=False), path
    )
    stored, own = model_of_file(path), model_of_module(Tied(), "2x3:int64")
    assert losses.attach(stored, "cross-entropy").same_as(losses.attach(own, "cross-entropy"))
    (tmp_path / "made_here.py").write_text(
        "import torch\n\ndef net():\n    net = torch.nn.Linear(3, 2)\n    torch.nn.init.ones_(net.weight)\n"
        "    net.register_buffer('b', torch.nn.init.ones_(torch.zeros(2)))\n    return net\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert len(model_of_location("made_here:net", "1x3").builder.parameters) == 2
    with exporting.without_initialisation():
        net = sys.modules["made_here"].net()
        late = torch.nn.init.ones_
    assert net.b.tolist() == [1.0, 1.0]
    assert late(nn.Parameter(torch.zeros(2))).tolist() == [1.0, 1.0]
    with pytest.raises(ArchitectureError, match="cannot be loaded"):
        model_of_location("made_here:none", "1x3")


def test_full_size() -> None:
    """A large model takes no longer than its export: weights are neither made nor read."""

    class Wide(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.Sequential(*(nn.Linear(8192, 8192) for _ in range(4)))

        def forward(self, x: Any) -> Any:
            return self.layers(x)

    with exporting.without_initialisation():
        net = Wide()
    graph = losses.attach(model_of_module(net, "1x8192"), "mse")
    assert graph.parameter_count == 4 * (8192 * 8192 + 8192)
