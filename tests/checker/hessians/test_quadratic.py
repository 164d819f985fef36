"""Losses that are quadratic polynomials: which graphs count as such, and which step sizes are shown bad."""
# ruff: noqa: E501 - a table of operators

from __future__ import annotations

import random
from collections import Counter

import pytest
from flint import fmpq, fmpq_mat

torch = pytest.importorskip("torch", reason="PyTorch computes the Hessians")

from invexcheck.errors import Reject  # noqa: E402
from invexcheck.hessians.degrees import require_quadratic  # noqa: E402
from invexcheck.hessians.hessian import hessian, require_smooth  # noqa: E402
from invexcheck.hessians.numbers import Exact  # noqa: E402
from invexcheck.limits import Budget, Limits  # noqa: E402
from tests.checker.hessians.drawn import Drawn, by_torch  # noqa: E402
from tests.checker.hessians.test_witness_search import moved, problem  # noqa: E402
from tests.checker.training.plausible import read  # noqa: E402
from tests.checker.training.problems import NONSINGULAR, Json, certificate, verdict  # noqa: E402

pytestmark = pytest.mark.torch
torch.set_num_threads(1)


POLYNOMIALS: Json = {
    "unary": ("square {}", "negate {}", "square {}", "relu {}"),
    "binary": ("add {} {}", "subtract {} {}", "multiply {} {}", "add {} {}", "maximum {} {}"),
    "losses": ("sum {} axes=[0]", "squared_norm {}", "mean_squared_error {} y", "mean_squared_error {} y reduction:sum", "variance {} axes=[0]"),
    "most": 4,
}  # fmt: skip


def given(drawn: Drawn) -> Json:
    values = {
        line[3]: [str(q) for q in e]
        for line, e in zip(drawn.subject["inputs"], drawn.entries, strict=True)
        if line[0] != "parameter"
    }
    return drawn.subject | ({"values": values} if values else {})


def bad(subject: Json, **step: object) -> str | None:
    return verdict(certificate(subject, NONSINGULAR, "quadratic-loss", method="gd", negated=True, **step))


def singular(rows: list[list[fmpq]], size: fmpq) -> bool:
    n = len(rows)
    matrix = fmpq_mat(n, n, [int(i == j) - size * rows[i][j] for i in range(n) for j in range(n)])
    return bool(matrix.det() == 0)


def test_quadratic_losses_have_a_constant_hessian_and_its_bad_step_sizes() -> None:
    counted: Counter[str] = Counter()
    for seed in range(900):
        rng = random.Random(seed)
        drawn = problem(rng, **POLYNOMIALS)
        subject = given(drawn)
        architecture = read(subject)
        try:
            require_smooth(architecture)
            require_quadratic(architecture)
        except Reject:
            assert bad(subject, step="1/2") is not None
            continue
        counted["quadratic"] += 1
        rows = hessian(architecture, None, drawn.point, Exact, Budget(Limits()))
        expected = torch.tensor([[float(q.p) / float(q.q) for q in row] for row in rows], dtype=torch.float64)
        for _ in range(3):
            entries = list(drawn.entries)
            for k, row in zip(drawn.parameters, moved(drawn, rng, None, 3.0), strict=True):
                entries[k] = row
            found = by_torch(Drawn(drawn.subject, entries, -1))[1]
            assert torch.allclose(found, expected, rtol=1e-9, atol=1e-9), seed
        eigenvalues = sorted(float(x) for x in torch.linalg.eigvalsh(expected))
        for text in ("1/2", "1", "1/4", "2", "1/8", "3/2", "1/3", "4", "1/6"):
            truth = singular(rows, fmpq(*map(int, text.split("/"))))
            counted["bad"] += truth
            assert (bad(subject, step=text) is None) is truth
        for low, high in ((0, 1), (1, 4), (0, None), (2, None), (1, 2)):
            inside = [
                x
                for x in eigenvalues
                if x > 1e-9 and 1 / x > low + 1e-9 and (high is None or 1 / x < high - 1e-9)
            ]
            outside = all(
                x < 1e-9 or 1 / x < low - 1e-9 or (high is not None and 1 / x > high + 1e-9)
                for x in eigenvalues
            )
            code = bad(subject, step="between", between=[str(low), None if high is None else str(high)])
            assert code is None or not inside, seed
            assert code == "method" or not outside, seed
            counted["between"] += code is None
    assert counted["quadratic"] > 30
    assert counted["bad"] > 10
    assert counted["between"] > 10
