"""Statements about training say no more than was checked."""

from __future__ import annotations

import pytest

from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexproof.architectures.losses import attach
from invexproof.architectures.reference import read_reference
from invexproof.provers.training import NONSINGULAR, prove_training


@pytest.mark.parametrize(
    ("step", "sums"), [("almost-every", True), ("all-but", False), ("1/3", False), ("1/2", False)]
)
def test_sums_of_losses_are_meant_only_where_step_sizes_are_not_named(step: str, sums: bool) -> None:
    """The bad step size of relu units changes with the weight of the loss: twice the loss has half of it."""
    subject = attach(read_reference("mlp:2x4x1,activation=relu,batch=3").build(), "mse").to_subject()
    outcome = prove_training(subject, NONSINGULAR, "gd", "density", step)
    assert outcome.document is not None
    statement = verify(outcome.document, Limits()).statement
    assert ("or a sum, with real weights" in statement) is sums
