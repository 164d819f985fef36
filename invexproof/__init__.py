"""invexproof: certificates for claims of machine-learning theory.

``prove("gelu")`` decides a claim about a function, ``prove_map("model.yaml")`` and ``prove_composition`` claims about a
network, ``prove_training("vit:depth=2")`` one about training; ``check("gelu.cert.json")`` has a certificate checked,
``explain("gelu.cert.json")`` puts its proof into words.
What a function needs is imported when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invexproof.api import (
        Change,
        Result,
        check,
        explain,
        invexify,
        prove,
        prove_all,
        prove_composition,
        prove_map,
        prove_training,
    )

__version__ = "0.1.0"
__all__ = [
    "Change",
    "Result",
    "__version__",
    "check",
    "explain",
    "invexify",
    "prove",
    "prove_all",
    "prove_composition",
    "prove_map",
    "prove_training",
]


def __getattr__(name: str) -> Any:
    """The names of :mod:`invexproof.api`, so that importing the package stays cheap."""
    if name in __all__:
        from invexproof import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
