"""What templates may say: each fact turns the scene of a step into a phrase. Keyed by its placeholder."""

from __future__ import annotations

from invexproof.reports import (
    claim_facts,
    defect_facts,
    head_facts,
    hessian_facts,
    rank_facts,
    sign_facts,
    slope_facts,
    training_facts,
)
from invexproof.reports.scene import Fact

FACTS: dict[str, Fact] = {
    **sign_facts.FACTS,
    **claim_facts.FACTS,
    **slope_facts.FACTS,
    **rank_facts.FACTS,
    **defect_facts.FACTS,
    **training_facts.FACTS,
    **head_facts.FACTS,
    **hessian_facts.FACTS,
}
"""Facts by the placeholder that stands for them."""
