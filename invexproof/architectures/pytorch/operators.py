"""The operators of PyTorch (ATen) that can be read, as one table.

A row is a lowering and, for its parameters in order, the names of the operator's arguments (``x=self`` where the two
differ); every other argument must have its default, or be ignored by ``torch_programs``.  A name is that of an
operator, or of one overload (``max.dim``), which goes before.
To add an operator: a row in one of the modules of this folder, and a case in ``tests/architectures/torch_cases.py``.
Operators on data alone need no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from invexproof.architectures.pytorch import (
    arithmetic,
    attention,
    functions,
    indexing,
    layers,
    linear,
    losses,
    rearranging,
    recurrent,
)
from invexproof.torch_programs import Row, words

OPERATORS: Final[Mapping[str, Row]] = {
    **arithmetic.OPERATORS,
    **functions.OPERATORS,
    **rearranging.OPERATORS,
    **indexing.OPERATORS,
    **linear.OPERATORS,
    **layers.OPERATORS,
    **attention.OPERATORS,
    **losses.OPERATORS,
    **recurrent.OPERATORS,
}

TAKE_NUMBERS: Final = frozenset(arithmetic.OPERATORS)
"""Operators for which a constant scalar tensor is as good as a number."""

OF_SHAPES: Final = words(
    """
    bernoulli_like empty_like fill.Scalar full_like.default new_empty new_empty_strided new_full new_ones new_zeros
    ones_like rand_like randint_like randn_like zero zeros_like size sym_size sym_numel numel dim
    """
)
"""Operators that look at nothing but the shape of a tensor: what they give does not depend on parameters."""
