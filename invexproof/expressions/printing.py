r"""Expressions as text that parses back, and as LaTeX.

Each dialect is a table: for an operation, its level (how tightly it binds) and its parts, strings and
arguments with the least level that an argument needs to stand there without parentheses.  One loop prints
both; it is linear in its output, also for expressions whose sharing makes the full text exponentially long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from invexproof.expressions.operations import UNARY_FUNCTIONS, ExpressionError
from invexproof.expressions.terms import Expression
from invexproof.expressions.tokens import MAX_TEXT

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _NEGATIVE, _POWER, _ATOM = range(9)

_Part: TypeAlias = "str | tuple[Expression, int]"


class _Layout(NamedTuple):
    level: int
    parts: tuple[_Part, ...]


class _Dialect(NamedTuple):
    layouts: Mapping[str, Callable[[Expression], _Layout]]
    parentheses: tuple[str, str]
    ellipsis: str


def to_text(e: Expression, limit: int | None = None) -> str:
    """The formula in the parser's language, with no needless parentheses.

    ``parse(to_text(e))`` is ``e`` for every expression made by the builders or the parser (variables other
    than x given as parameters).  With a ``limit`` (in characters) deep parts of a longer formula are replaced
    by ``…``; without, a formula of over a million characters raises ExpressionError.
    """
    return _print(e, _TEXT, limit)


def to_latex(e: Expression, limit: int | None = None) -> str:
    r"""The formula as LaTeX mathematics (needs amsmath); with a limit, deep parts may become ``\cdots``."""
    return _print(e, _LATEX, limit)


def _print(e: Expression, dialect: _Dialect, limit: int | None) -> str:
    text = _emit(e, dialect, None, MAX_TEXT if limit is None else limit)
    if text is not None:
        return text
    if limit is None:
        raise ExpressionError(f"the formula has more than {MAX_TEXT} characters; print it with a limit")
    for depth in (64, 32, 24, 16, 12, 8, 6, 5, 4, 3, 2, 1):
        text = _emit(e, dialect, depth, limit)
        if text is not None:
            return text
    return dialect.ellipsis


def _emit(e: Expression, dialect: _Dialect, depth: int | None, limit: int) -> str | None:
    """The text with everything below the depth left out, or None if it is longer than the limit."""
    opening, closing = dialect.parentheses
    pieces: list[str] = []
    length = 0
    # What remains to be printed, next last: strings, and (expression, least level, depth).
    pending: list[str | tuple[Expression, int, int]] = [(e, 0, 0)]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            node, least, at = item
            if depth is not None and at >= depth and node.args:
                item = dialect.ellipsis
            else:
                level, parts = dialect.layouts[node.op](node)
                if level < least:
                    parts = (opening, *parts, closing)
                if len(parts) > limit:
                    return None
                pending.extend(p if isinstance(p, str) else (*p, at + 1) for p in reversed(parts))
                continue
        pieces.append(item)
        length += len(item)
        if length > limit:
            return None
    return "".join(pieces)


# -- text ----------------------------------------------------------------------------------------------------


def _infix(level: int, symbol: str, left: int, right: int) -> Callable[[Expression], _Layout]:
    return lambda e: _Layout(level, ((e.args[0], left), symbol, (e.args[1], right)))


def _prefix(level: int, symbol: str, least: int) -> Callable[[Expression], _Layout]:
    return lambda e: _Layout(level, (symbol, (e.args[0], least)))


def _atom(text: str) -> Callable[[Expression], _Layout]:
    return lambda e: _Layout(_ATOM, (text,))


def _call(name: str) -> Callable[[Expression], _Layout]:
    def layout(e: Expression) -> _Layout:
        parts: list[_Part] = [f"{name}("]
        for i, argument in enumerate(e.args):
            parts += [", ", (argument, 0)] if i else [(argument, 0)]
        return _Layout(_ATOM, (*parts, ")"))

    return layout


def _rational_level(value: Fraction) -> int:
    if value.denominator > 1:
        return _PRODUCT
    return _NEGATIVE if value < 0 else _ATOM


def _rational_text(e: Expression) -> _Layout:
    return _Layout(_rational_level(e.value), (str(e.value),))


def _starts_negative(node: Expression) -> bool:
    """Whether a sign comes first in the text (looking through a few products, to stay linear)."""
    for _ in range(8):
        if node.op not in ("mul", "div"):
            break
        node = node.args[0]
    return node.op == "neg" or (node.op == "rat" and node.value < 0)


def _right(least: int, node: Expression) -> int:
    """What starts with a sign gets parentheses on the right of an operator, for the reader's sake."""
    return _ATOM if _starts_negative(node) else least


def _binary_text(level: int, symbol: str, left: int, right: int) -> Callable[[Expression], _Layout]:
    def layout(e: Expression) -> _Layout:
        u, v = e.args
        return _Layout(level, ((u, left), symbol, (v, _right(right, v))))

    return layout


def _power_text(e: Expression) -> _Layout:
    exponent = str(e.value)
    return _Layout(_POWER, ((e.args[0], _ATOM), f"^{exponent}" if exponent.isdigit() else f"^({exponent})"))


def _piecewise_text(e: Expression) -> _Layout:
    parts: list[_Part] = []
    for condition, value in zip(e.args[::2], e.args[1::2], strict=True):
        parts += [", (" if parts else "piecewise((", (value, 0), ", ", (condition, 0), ")"]
    return _Layout(_ATOM, (*parts, ")"))


_TEXT: Final = _Dialect(
    {
        "var": lambda e: _Layout(_ATOM, (e.name,)),
        "rat": _rational_text,
        "pi": _atom("pi"),
        "e": _atom("e"),
        "true": _atom("true"),
        "add": _binary_text(_SUM, " + ", _SUM, _PRODUCT),
        "sub": _binary_text(_SUM, " - ", _SUM, _PRODUCT),
        "mul": _binary_text(_PRODUCT, "*", _PRODUCT, _NEGATIVE),
        "div": _binary_text(_PRODUCT, "/", _PRODUCT, _NEGATIVE),
        "neg": _prefix(_NEGATIVE, "-", _POWER),
        "pow": _power_text,
        "min": _call("min"),
        "max": _call("max"),
        **{op: _call(op) for op in UNARY_FUNCTIONS},
        "lt": _infix(_COMPARISON, " < ", _SUM, _SUM),
        "le": _infix(_COMPARISON, " <= ", _SUM, _SUM),
        "or": _infix(_OR, " or ", _OR, _AND),
        "and": _infix(_AND, " and ", _AND, _NOT),
        "not": _prefix(_NOT, "not ", _NOT),
        "piecewise": _piecewise_text,
    },
    ("(", ")"),
    "…",
)


# -- LaTeX ---------------------------------------------------------------------------------------------------

_COMMANDS: Final = {
    **{op: rf"\{op}" for op in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "min", "max")},
    **{op: rf"\operatorname{{{op}}}" for op in ("asinh", "softplus", "erf", "sign")},
    "atan": r"\arctan",
    "sigmoid": r"\sigma",
}


def _name_latex(e: Expression) -> _Layout:
    stem, _, index = e.name.partition("_")
    letter = stem if len(stem) == 1 else rf"\{stem}" if stem in _GREEK else rf"\mathrm{{{stem}}}"
    subscript = index.replace("_", r"\_")
    return _Layout(_ATOM, (letter + (rf"_{{\mathrm{{{subscript}}}}}" if subscript else ""),))


_GREEK: Final = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
))  # fmt: skip


def _rational_latex(e: Expression) -> _Layout:
    value = e.value
    if value.denominator == 1:
        return _Layout(_rational_level(value), (str(value),))
    minus = "-" if value < 0 else ""
    level = _NEGATIVE if value < 0 else _POWER
    return _Layout(level, (rf"{minus}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}",))


def _call_latex(op: str) -> Callable[[Expression], _Layout]:
    def layout(e: Expression) -> _Layout:
        parts: list[_Part] = [_COMMANDS[op] + r"\left("]
        for i, argument in enumerate(e.args):
            parts += [", ", (argument, 0)] if i else [(argument, 0)]
        return _Layout(_ATOM, (*parts, r"\right)"))

    return layout


def _around(left: str, right: str) -> Callable[[Expression], _Layout]:
    return lambda e: _Layout(_ATOM, (left, (e.args[0], 0), right))


def _power_latex(e: Expression) -> _Layout:
    return _Layout(_POWER, ((e.args[0], _ATOM), f"^{{{e.value}}}"))


def _product_latex(e: Expression) -> _Layout:
    u, v = e.args
    first = v.args[0] if v.op == "pow" else v
    times = r" \cdot " if first.op == "rat" else r" \, "
    return _Layout(_PRODUCT, ((u, _PRODUCT), times, (v, _right(_NEGATIVE, v))))


def _cases_latex(e: Expression) -> _Layout:
    parts: list[_Part] = []
    for condition, value in zip(e.args[::2], e.args[1::2], strict=True):
        parts += [r" \\ " if parts else r"\begin{cases} ", (value, 0), " & ", (condition, 0)]
    return _Layout(_OR, (*parts, r" \end{cases}"))


_LATEX: Final = _Dialect(
    {
        **_TEXT.layouts,
        "var": _name_latex,
        "rat": _rational_latex,
        "pi": _atom(r"\pi"),
        "e": _atom(r"\mathrm{e}"),
        "true": _atom(r"\text{otherwise}"),
        "mul": _product_latex,
        "div": lambda e: _Layout(_POWER, (r"\frac{", (e.args[0], 0), "}{", (e.args[1], 0), "}")),
        "pow": _power_latex,
        **{op: _call_latex(op) for op in _COMMANDS},
        "sqrt": _around(r"\sqrt{", "}"),
        "abs": _around(r"\left|", r"\right|"),
        "le": _infix(_COMPARISON, r" \le ", _SUM, _SUM),
        "or": _infix(_OR, r" \lor ", _OR, _AND),
        "and": _infix(_AND, r" \land ", _AND, _NOT),
        "not": _prefix(_NOT, r"\lnot ", _ATOM),
        "piecewise": _cases_latex,
    },
    (r"\left(", r"\right)"),
    r"\cdots",
)
