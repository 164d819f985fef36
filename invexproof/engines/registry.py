"""The engines by name."""

from __future__ import annotations

from invexproof.engines.dreal_engine import DrealEngine
from invexproof.engines.icp import IcpEngine
from invexproof.engines.interface import Engine
from invexproof.engines.z3_engine import Z3Engine

ENGINES: dict[str, Engine] = {engine.name: engine for engine in (IcpEngine(), Z3Engine(), DrealEngine())}
"""All engines, in the order in which provers try them; ask `availability()` before use."""
