"""The table of inference rules, by name."""

from invexcheck.goals import Rule
from invexcheck.rules import (
    algebra,
    calculus,
    compositions,
    enclosure,
    generic_rank,
    jacobians,
    networks,
    properties,
    rank_defects,
    refutation,
    regions,
    training,
    valley,
    witnesses,
)

FUNCTIONS = (enclosure, algebra, calculus, valley, properties, refutation)
MAPS = (networks, jacobians, regions, generic_rank, rank_defects, compositions)
TRAINING = (training, witnesses)

ALL: tuple[Rule, ...] = tuple(rule for module in (*FUNCTIONS, *MAPS, *TRAINING) for rule in module.RULES)
RULES: dict[str, Rule] = {rule.name: rule for rule in ALL}
if len(RULES) != len(ALL):
    raise ValueError("two rules have one name")
