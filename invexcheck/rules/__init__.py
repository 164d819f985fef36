"""The table of inference rules, by name."""

from invexcheck.goals import Rule
from invexcheck.rules import algebra, calculus, enclosure, properties, refutation, valley

RULES: dict[str, Rule] = {
    rule.name: rule
    for module in (enclosure, algebra, calculus, valley, properties, refutation)
    for rule in module.RULES
}
