"""invexproof: certificates for claims of machine-learning theory."""

__version__ = "0.1.0"
