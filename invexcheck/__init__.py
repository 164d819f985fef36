"""invexcheck: the small, independent checker of invexproof certificates."""

__version__ = "0.1.0"
