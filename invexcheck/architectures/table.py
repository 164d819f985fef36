"""All operators, by name."""

from invexcheck.architectures.arithmetic import ARITHMETIC
from invexcheck.architectures.linear import LINEAR
from invexcheck.architectures.losses import LOSSES
from invexcheck.architectures.normalising import NORMALISING
from invexcheck.architectures.operators import Operator
from invexcheck.architectures.rearranging import REARRANGING
from invexcheck.architectures.selecting import SELECTING

GROUPS = (ARITHMETIC, REARRANGING, LINEAR, SELECTING, NORMALISING, LOSSES)
OPERATORS: dict[str, Operator] = {name: row for group in GROUPS for name, row in group.items()}

if len(OPERATORS) != sum(map(len, GROUPS)):
    raise ValueError("two operators have the same name")
