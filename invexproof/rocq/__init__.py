"""Certificates as Rocq files: the claim about the function in Coquelicot's terms, proved with the library `Invex`.

The statement of an exported file is written from the claim alone; the proof takes cuts, shapes, points and factors
from the certificate, and Rocq's kernel checks every step of it again.
"""

from invexproof.rocq.compiling import Compiled, RocqError, check, library
from invexproof.rocq.exporting import Exported, ExportError, export

__all__ = ["Compiled", "ExportError", "Exported", "RocqError", "check", "export", "library"]
