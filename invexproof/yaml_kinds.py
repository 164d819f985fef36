"""What a YAML file describes: a network with its weights, or a training problem."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from invexproof.architectures.reference import REFERENCES
from invexproof.errors import InvexproofError
from invexproof.networks.yaml_items import read_items

MAP: Final = "map"
TRAINING: Final = "training"
KEYS: Final = {"network": MAP, "formulas": MAP, **dict.fromkeys(("layers", *REFERENCES), TRAINING)}


def kind_of_yaml(path: str | Path) -> str:
    """``map`` or ``training``; "" if the file cannot be read, or is neither, or both."""
    try:
        root = read_items(Path(path).read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError, InvexproofError):
        return ""
    kinds = {KEYS[key] for key in root.value if key in KEYS} if isinstance(root.value, dict) else set()
    return kinds.pop() if len(kinds) == 1 else ""
