"""What templates may say: each fact turns the scene of a step into a phrase. Keyed by its placeholder."""

from __future__ import annotations

from invexproof.reports import claim_facts, sign_facts
from invexproof.reports.scene import Fact

FACTS: dict[str, Fact] = {**sign_facts.FACTS, **claim_facts.FACTS}
