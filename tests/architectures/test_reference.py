"""Reference architectures: known sizes, what the checker says of them, settings as texts, and how long they take."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.losses import attach
from invexproof.architectures.reference import (
    GPT,
    MLP,
    REFERENCES,
    UNet,
    ViT,
    named_as_reference,
    read_reference,
)
from tests.architectures.checking import inferred

PARAMETERS = {
    "mlp": (2 + 1) * 16 + (16 + 1) * 16 + 16 + 1,
    # torchvision.models
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "vit-b-16": 86_567_656,
    "vit-b-32": 88_224_232,
    "vit-l-16": 304_326_632,
    # Hugging Face's gpt2, gpt2-medium, ...
    "gpt2": 124_439_808,
    "gpt2-medium": 354_823_168,
    "gpt2-large": 774_030_080,
    "gpt2-xl": 1_557_611_200,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_known_numbers_of_parameters(name: str) -> None:
    architecture = read_reference(name)
    graph = attach(architecture.build(), architecture.loss)
    assert graph.parameter_count == PARAMETERS[name] == inferred(graph).dimension


@pytest.mark.parametrize("name", REFERENCES)
def test_the_checker_reads_all_of_them_without_conditions(name: str) -> None:
    architecture = read_reference(name)
    found = inferred(attach(architecture.build(), architecture.loss))
    smooth = isinstance(architecture, MLP | ViT | GPT)
    assert found.smoothness.name == ("ANALYTIC" if smooth else "CONTINUOUS")
    assert not found.conditions


def test_a_large_graph_is_built_fast() -> None:
    start = time.perf_counter()
    attach(read_reference("vit-b-16").build(), "cross-entropy").canonical().to_subject()
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("mlp:3x5x2,batch=7", (7, 2)),
        ("mlp:sizes=3×5×2", (8, 2)),
        ("cnn:8x16,image=3x32x32,pooling=average,kernel=5,classes=4", (8, 4)),
        ("cnn:8,image=1x50", (8, 10)),
        ("resnet:1x1,stem=cifar,width=8,image=3x8x8,classes=3,block=bottleneck", (8, 3)),
        ("unet:2,channels=8,norm=instance,image=3x16x8,classes=5", (8, 5, 16, 8)),
        ("unet:2,channels=8,norm=none,image=1x8x8", (8, 2, 8, 8)),
        ("unet:1,channels=8,norm=batch,image=1x8x8x8", (8, 2, 8, 8, 8)),
        ("vit:2,width=8,heads=2,image=1x8x8,patch=4,class_token=false,mlp_ratio=1/2,classes=3", (8, 3)),
        ("gpt:2,width=8,heads=2,vocabulary=11,context=5,tied=false,dropout=0.1", (8, 5, 11)),
    ],
)
def test_settings(text: str, shape: tuple[int, ...]) -> None:
    architecture = read_reference(text)
    model = architecture.build()
    assert model.builder.shape(model.outputs["output"]) == shape
    inferred(attach(model, architecture.loss))


def test_activations_may_have_commas() -> None:
    architecture = read_reference("mlp:2x3x1,activation=PELU(alpha=2, beta=1),batch=2")
    assert architecture == MLP(batch=2, sizes=(2, 3, 1), activation="PELU(alpha=2, beta=1)")


def test_in_python() -> None:
    architecture = ViT(depth=1, width=8, heads=2, image=(1, 8, 8), patch=4, dropout=Fraction(1, 10))
    assert architecture == read_reference("vit:depth=1,width=8,heads=2,image=1x8x8,patch=4,dropout=0.1")
    masks = [i for i in attach(architecture.build(), "cross-entropy").inputs if i.role == "constant"]
    # after the positions, of the attention, after it, and two in the MLP
    assert len(masks) == 5
    assert all((i.low, i.high) == (0, Fraction(10, 9)) for i in masks)


def test_shared_weights_are_one_parameter() -> None:
    tied, untied = (GPT(depth=1, width=8, heads=2, vocabulary=11, context=5, tied=t) for t in (True, False))
    counts = [attach(m.build(), "cross-entropy").parameter_count for m in (tied, untied)]
    assert counts[1] - counts[0] == 11 * 8


def test_names_are_those_of_pytorch() -> None:
    names = {i.name for i in attach(read_reference("resnet18").build(), "cross-entropy").parameters}
    assert {
        "conv1.weight",
        "bn1.bias",
        "layer2.0.downsample.0.weight",
        "layer4.1.bn2.weight",
        "fc.bias",
    } <= names
    names = {i.name for i in attach(read_reference("vit").build(), "cross-entropy").parameters}
    assert {"class_token", "conv_proj.bias", "encoder.layers.11.mlp.3.weight", "encoder.ln.bias"} <= {*names}


def test_listing() -> None:
    for name, row in REFERENCES.items():
        assert named_as_reference(f"{name}:batch=2")
        assert row.sentence
        assert all(s.help and s.type for s in row.settings)
    stages = {s.name: s.default for s in REFERENCES["resnet50"].settings}
    assert (stages["stages"], stages["block"]) == ((3, 4, 6, 3), "bottleneck")
    assert not named_as_reference("model.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("vti", "no architecture 'vti'.*did you mean vit"),
        ("vit:dept=2", "vit: .*did you mean depth"),
        ("vit:depth=2,depth=3", "twice"),
        ("vit:2,depth=3", "depth is given twice"),
        ("vit:2,3", "depth is given twice"),
        ("vit:depth=1/2", "no whole number"),
        ("vit:tied=true", "no setting 'tied'"),
        ("vit:class_token=yes", "neither true nor false"),
        ("mlp:sizes=", "empty"),
        ("mlp:2-3", "no list of sizes"),
        ("vit:dropout=pi", "no rational number"),
    ],
)
def test_texts_that_name_nothing(text: str, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        read_reference(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mlp:3", "2x16x1"),
        ("mlp:3x0x1", "at least 1"),
        ("resnet:block=basics", "one of basic, bottleneck"),
        ("resnet:image=3x32", "channels, height and width"),
        ("unet:image=1x20x16", "multiples of 16"),
        ("unet:groups=7", "group"),
        ("vit:heads=5", "5 heads"),
        ("vit:patch=15", "patches of length 15"),
        ("vit:mlp_ratio=1/7", "no whole number"),
        ("vit:dropout=1", "below 1"),
        ("cnn:image=28", "images have the shape"),
    ],
)
def test_sizes_that_do_not_fit(text: str, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        read_reference(text).build()


def test_defaults_are_one_place() -> None:
    assert UNet() == read_reference("unet") == UNet(depth=4)
