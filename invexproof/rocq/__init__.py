"""Certificates as Rocq files: the claim about the function in Coquelicot's terms, proved with the library `Invex`.

The statement of an exported file is written from the claim alone; the proof takes cuts, shapes, points and factors
from the certificate, and Rocq's kernel checks every step of it again.
"""

from invexproof.rocq.compiling import Compiled, check
from invexproof.rocq.exporting import Exported, export
from invexproof.rocq.expressions import ExportError
from invexproof.rocq.toolchain import Library, RocqError, library

__all__ = ["Compiled", "ExportError", "Exported", "Library", "RocqError", "check", "export", "library"]
