"""Strategies: from a claim to proof steps. Nothing here is trusted; every result is checked by invexcheck."""
