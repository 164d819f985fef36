"""The checker is small, and depends on the standard library and python-flint alone.

The sources are read (a syntax tree hides nothing in a branch that is not taken), and the modules are imported
in a process of their own to see what they bring along.
"""

import ast
import io
import json
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "invexcheck"
MODULES = sorted(CHECKER.rglob("*.py"))
# The outer shell reads files, supervises a child process and prints; that a proof holds, the core says.
SHELL = {
    f"{name}.py"
    for name in ("__init__", "__main__", "errors", "limits", "reading", "supervise", "verdict", "worker")
}
INFERENCE = [path for path in MODULES if path.name not in SHELL or path.parent != CHECKER]

# Standard modules that run what they read, reach the network, or make a verdict irreproducible.
FORBIDDEN_MODULES = {
    *(
        "code",
        "codeop",
        "ctypes",
        "importlib",
        "marshal",
        "pickle",
        "runpy",
        "shelve",
        "dbm",
        "sqlite3",
        "random",
    ),
    *(
        "ftplib",
        "http",
        "imaplib",
        "poplib",
        "smtplib",
        "socket",
        "socketserver",
        "ssl",
        "urllib",
        "webbrowser",
    ),
    "xmlrpc",
}
FORBIDDEN_NAMES = {"eval", "exec", "compile", "__import__", "float", "complex", "breakpoint"}
EXACT_FUNCTIONS = {"comb", "factorial", "gcd", "isqrt", "lcm", "perm", "prod"}


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))


def imported_modules(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "invexcheck" if node.level else node.module or ""


def complain(path: Path, node: ast.AST, what: str) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {what}"


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_checker_was_found() -> None:
    assert CHECKER / "__init__.py" in MODULES


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_imports_the_standard_library_and_flint_only(path: Path) -> None:
    allowed = (sys.stdlib_module_names - FORBIDDEN_MODULES) | {"flint", "invexcheck"}
    foreign = [name for name in imported_modules(path) if name.partition(".")[0] not in allowed]
    assert not foreign, f"{by_name(path)} imports {foreign}"


@pytest.mark.parametrize("path", MODULES, ids=by_name)
def test_has_no_assertion_no_evaluation_and_no_float(path: Path) -> None:
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Assert):
            found.append(complain(path, node, "assert, which python -O deletes"))
        elif isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
            found.append(complain(path, node, node.id))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", INFERENCE, ids=by_name)
def test_inference_is_exact(path: Path) -> None:
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            found.append(complain(path, node, f"the literal {node.value}"))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "math":
            if node.attr not in EXACT_FUNCTIONS:
                found.append(complain(path, node, f"math.{node.attr}, which is not exact"))
        elif isinstance(node, ast.ImportFrom) and node.module == "math":
            found += [
                complain(path, node, f"math.{alias.name}, which is not exact")
                for alias in node.names
                if alias.name not in EXACT_FUNCTIONS
            ]
    assert not found, "\n".join(found)


def lines(paths: list[Path]) -> int:
    """Lines of code: what a reader must trust, without blank lines, comments and docstrings."""
    return sum(len(code_lines(path.read_text(encoding="utf-8"))) for path in paths)


def code_lines(source: str) -> set[int]:
    prose = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    layout = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in layout]
    return {line for t in tokens for line in range(t.start[0], t.end[0] + 1)} - prose


def test_lines_of_code_leave_out_prose() -> None:
    assert code_lines('"""Words."""\n\nx = 1  # why\n# more\ny = (\n    2\n)\n') == {3, 5, 6, 7}


# Claims about networks rest on a second half, which a reader of certificates about activations need not read.
NETWORK_RULES = ("networks", "jacobians", "regions", "generic_rank", "rank_defects", "compositions")
NETWORKS = [
    *(CHECKER / "networks").glob("*.py"),
    *(CHECKER / "rules" / f"{name}.py" for name in NETWORK_RULES),
    CHECKER / "matrices.py",
]
# So do claims about training problems, on a third part.
ARCHITECTURES = [*(CHECKER / "architectures").glob("*.py"), CHECKER / "rules" / "training.py"]
# And claims about given data on a fourth one.
HESSIANS = [*(CHECKER / "hessians").glob("*.py"), CHECKER / "rules" / "witnesses.py"]


def test_checker_of_functions_is_within_its_size_budget() -> None:
    assert lines([path for path in MODULES if path not in (*NETWORKS, *ARCHITECTURES, *HESSIANS)]) <= 4500


def test_checker_of_networks_is_within_its_size_budget() -> None:
    assert lines(NETWORKS) <= 3000


def test_checker_of_architectures_is_within_its_size_budget() -> None:
    assert lines(ARCHITECTURES) <= 3500


def test_checker_of_hessians_is_within_its_size_budget() -> None:
    assert lines(HESSIANS) <= 2000


@pytest.mark.parametrize("path", sorted((CHECKER / "rules").glob("*.py")), ids=by_name)
def test_family_of_rules_is_within_its_size_budget(path: Path) -> None:
    assert lines([path]) <= 400


def test_importing_all_of_the_checker_imports_nothing_foreign() -> None:
    program = """
import json, pkgutil, sys
import flint, invexcheck  # what flint itself imports is its own affair
before = set(sys.modules)
for module in pkgutil.walk_packages(invexcheck.__path__, "invexcheck."):
    __import__(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    foreign = set(json.loads(printed)) - sys.stdlib_module_names - {"flint", "invexcheck"}
    assert not foreign
