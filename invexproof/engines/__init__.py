"""Engines search: they answer queries. An engine's answer is a hint for a prover, never evidence for a
claim.
"""
