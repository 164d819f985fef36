"""Random graphs whose decay is said to be undone: a search finds a set on which the gradients span a hyperplane at most."""
# ruff: noqa: E501 - tables of operators

from __future__ import annotations

import random
from math import prod
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch computes the gradients")

from invexcheck.architectures.hyperplanes import moves_in_a_hyperplane  # noqa: E402
from tests.checker.hessians.drawn import TWICE, _operand, _plain  # noqa: E402
from tests.checker.training.plausible import read  # noqa: E402
from tests.checker.training.problems import Json, graph  # noqa: E402

pytestmark = pytest.mark.torch
torch.set_num_threads(1)
COUNT = 150
LAYERS = ("linear {} {} {}", "linear {} {} {}", "layer_norm {} {} {} axes=1 epsilon:1/100")
UNITS = (
    "relu {}",
    "relu {}",
    "hard_tanh {}",
    "hard_sigmoid {}",
    "hard_swish {}",
    "tanh {}",
    "leaky_relu {}",
    "square {}",
    "negate {}",
    "detach {}",
)
LOSSES = (
    "cross_entropy {} k null",
    "cross_entropy {} y null",
    "mean_squared_error {} y",
    "squared_norm {}",
    "sum {} axes=[0,1]",
    "cross_entropy {} k null smoothing:1/5",
    "cross_entropy {} k c",
    "absolute_error {} y",
)


def text(rng: random.Random) -> str:
    """Of matrices of three examples and three units."""
    names = {"x": "d x 3,3", "y": "d y 3,3", "k": "d k 3 kind:integer", "c": 'd c 3 range=["1",null]'}
    weights = {f"w{k}": (f"p w{k} 3,3", f"p g{k} 3") for k in range(3)}
    biases = [f"b{k}" for k in range(3)]
    nodes: list[str] = []
    made: list[str] = []
    unused: set[str] = set()
    if rng.random() < 0.4:  # a sum before a unit
        nodes = ["c0 = linear x w1 null", f"d0 = linear x w0 {rng.choice(('b0', 'null'))}"]
        pairs = [("c0", "d0"), ("d0", "c0"), ("d0", "b1"), ("c0", "b0")]
        nodes += [
            f"q0 = add {' '.join(rng.choice(pairs))}",
            f"q1 = add {' '.join(rng.sample(['q0', 'c0', 'd0', 'b2'], 2))}",
        ]
        nodes.append(f"r0 = {rng.choice(UNITS[:4]).format(rng.choice(('q0', 'q1')))}")
        nodes += [f"s0 = {rng.choice(('add', 'multiply'))} r0 {rng.choice(('c0', 'd0', 'q0', 'q1'))}"][
            : rng.randint(0, 1)
        ]
        made = [line.split()[0] for line in nodes]
        words = [word for line in nodes for word in line.split()[2:]]
        unused = {name for name in made if name not in words}
    for n in range(rng.randint(2, 7) if not nodes else rng.randint(0, 3)):
        name, kind = f"n{n}", rng.random()
        source = rng.choice(sorted(unused) or ["x"]) if rng.random() < 0.7 else rng.choice([*made, "x"])
        used = {source}
        if kind < 0.3 or not made:
            row = rng.choice(LAYERS)
            weight = rng.choice(sorted(weights)).replace("w", "w" if row.startswith("linear") else "g")
            node = row.format(source, weight, rng.choice([*biases, "null"]))
        elif kind < 0.45:
            node = f"add {source} {rng.choice(biases)}"
        elif kind < 0.7:
            other = rng.choice(made)
            used.add(other)
            pair = [source, other] if rng.random() < 0.5 else [other, source]
            node = f"{rng.choice(('add', 'add', 'multiply', 'subtract', 'maximum'))} {pair[0]} {pair[1]}"
        else:
            node = rng.choice(UNITS).format(source)
            if source == "x":
                continue
        if source == "x" and not any(w in node for w in ("w", "g", "b")):
            continue
        nodes.append(f"{name} = {node}")
        made.append(name)
        unused = (unused - used) | {name}
    total = sorted(unused)[0]
    for n, name in enumerate(sorted(unused)[1:]):
        nodes.append(f"m{n} = add {total} {name}")
        total = f"m{n}"
    nodes.append(f"l = {rng.choice(LOSSES).format(total)}")
    body = "; ".join(nodes)
    words = set(body.replace(";", " ").split())
    inputs = [line for name, line in names.items() if name in words]
    inputs += [
        line
        for k in range(3)
        for line in (f"p w{k} 3,3", f"p g{k} 3", f"p b{k} 3")
        if line.split()[1] in words
    ]
    return "; ".join([*inputs, body])


def gradient(subject: Json, given: list[Any]) -> Any:
    values = [
        v.clone().requires_grad_() if line[0] == "parameter" else v
        for v, line in zip(given, subject["inputs"], strict=True)
    ]
    trained = [v for v, line in zip(values, subject["inputs"], strict=True) if line[0] == "parameter"]
    for op, arguments, *rest in subject["nodes"]:
        named = {key: _plain(value) for key, value in (rest[0] if rest else {}).items()}
        values.append(TWICE[op](*[_operand(a, values) for a in arguments], **named))
    if not values[-1].requires_grad:  # all is detached
        return torch.zeros(sum(t.numel() for t in trained))
    found = torch.autograd.grad(values[-1], trained, allow_unused=True)
    return torch.cat(
        [(torch.zeros_like(t) if g is None else g).reshape(-1) for t, g in zip(trained, found, strict=True)]
    )


def spans_a_hyperplane(subject: Json, rng: random.Random) -> bool:
    """Whether the gradients around some point span no more, also where one bias is far below 0."""
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    p = sum(prod(line[2]) for line in subject["inputs"] if line[0] == "parameter")
    shifts: list[int | None] = [None] + [k for k, line in enumerate(subject["inputs"]) if line[3][0] == "b"]
    for shifted in shifts:
        base = []
        for k, (_, kind, shape, name, *_) in enumerate(subject["inputs"]):
            if kind == "integer":
                base.append(torch.randint(0, 3, shape, generator=generator))
                continue
            value = torch.randn(shape, generator=generator, dtype=torch.float64)
            base.append(value.abs() + 1 if name == "c" else value - 1e3 * (k == shifted))
        rows = []
        for _ in range(p + 6):
            moved = [
                b + torch.randn(b.shape, generator=generator, dtype=torch.float64) * 0.3
                if line[0] == "parameter"
                else b
                for b, line in zip(base, subject["inputs"], strict=True)
            ]
            row = gradient(subject, moved)
            rows.append(row / (1 + row.abs().max()))
        spectrum = torch.linalg.svdvals(torch.stack(rows))
        if float(spectrum[-1]) <= 1e-11 * float(spectrum[0]):
            return True
    return False


def test_decay_that_is_undone_leaves_a_hyperplane() -> None:
    shown = 0
    for seed in range(COUNT):
        rng = random.Random(seed)
        subject = graph(text(rng))
        if moves_in_a_hyperplane(read(subject)):
            shown += 1
            assert spans_a_hyperplane(subject, rng), (seed, subject)
    assert shown > COUNT // 20
