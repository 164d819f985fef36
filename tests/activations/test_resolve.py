"""Names, calls and formulas: what wins, what is refused, and what the messages say."""

from __future__ import annotations

from fractions import Fraction

import pytest

from invexproof.activations import (
    ActivationArgumentError,
    AmbiguousActivationError,
    RefusedActivationError,
    UnknownActivationError,
    catalogue,
    family,
    resolve,
)
from invexproof.errors import InvexproofError
from invexproof.expressions.evaluation import mpmath_value
from invexproof.expressions.parser import ParseError, parse


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("silu", "x*sigmoid(x)"),
        ("  SILU ", "x*sigmoid(x)"),
        ("silu()", "x*sigmoid(x)"),
        ("silu(x)", "x*sigmoid(x)"),
        ("swish(beta=2)", "x*sigmoid(2*x)"),
        ("swish(1.5)", "x*sigmoid(3/2*x)"),
        ("swish(beta=sqrt(2))", "x*sigmoid(sqrt(2)*x)"),
        ("elu(alpha=1/2)", "piecewise((1/2*(exp(x)-1), x<0),(x, true))"),
        ("elu(x, alpha = 1e-2)", "piecewise((1/100*(exp(x)-1), x<0),(x, true))"),
        ("IpLU(3)", "piecewise((x, x>=0),(x/(1+abs(x)^3), true))"),
        ("PELU(1, 2)", "piecewise((1/2*x, x>=0),(exp(x/2)-1, true))"),
        ("leaky_relu(0)", "piecewise((0, x<0),(x, true))"),
        ("softplus(beta=2)", "softplus(2*x)/2"),
        ("torch.nn.SiLU", "x*sigmoid(x)"),
        ("torch.nn.SiLU(inplace=True)", "x*sigmoid(x)"),
        ("torch.nn.functional.silu", "x*sigmoid(x)"),
        ("F.silu(x)", "x*sigmoid(x)"),
        ("nn.SiLU()", "x*sigmoid(x)"),
        ("jax.nn.silu", "x*sigmoid(x)"),
        ("keras.activations.silu", "x*sigmoid(x)"),
        ("tf.keras.activations.swish", "x*sigmoid(x)"),
        ("torch.nn.LeakyReLU(0.2)", "piecewise((1/5*x, x<0),(x, true))"),
        ("F.leaky_relu(x, 0.2, True)", "piecewise((1/5*x, x<0),(x, true))"),
        ("torch.nn.LeakyReLU", "piecewise((1/100*x, x<0),(x, true))"),
        ("keras.activations.leaky_relu", "piecewise((1/5*x, x<0),(x, true))"),
        ("keras.layers.LeakyReLU", "piecewise((3/10*x, x<0),(x, true))"),
        ('torch.nn.GELU(approximate="tanh")', "x*(1+tanh(sqrt(2/pi)*(x+0.044715*x^3)))/2"),
        ("torch.nn.GELU", "x*(1+erf(x/sqrt(2)))/2"),
        ("jax.nn.gelu", "x*(1+tanh(sqrt(2/pi)*(x+0.044715*x^3)))/2"),
        ("jax.nn.gelu(approximate=False)", "x*(1+erf(x/sqrt(2)))/2"),
        ("keras.activations.gelu", "x*(1+erf(x/sqrt(2)))/2"),
        ("jax.nn.squareplus", "(x+sqrt(x^2+4))/2"),
        ("torch.nn.Threshold(0.1, 20)", "piecewise((x, x>1/10),(20, true))"),
        ("torch.nn.Softplus", "softplus(x)"),
        ("torch.nn.Softplus[as-executed]", "piecewise((x, x>20),(softplus(x), true))"),
        ("torch.nn.Softplus(beta=2)[as-executed]", "piecewise((x, 2*x>20),(softplus(2*x)/2, true))"),
        ("keras.activations.softplus[torch-backend]", "piecewise((x, x>20),(softplus(x), true))"),
        ("keras.activations.hard_sigmoid[keras-2]", "min(max(1/5*x+1/2,0),1)"),
        ("keras.activations.relu(max_value=1)", "min(max(x,0),1)"),
        ("torch.nn.RReLU[eval]", "piecewise((11/48*x, x<0),(x, true))"),
        ("torch.nn.functional.rrelu", "piecewise((11/48*x, x<0),(x, true))"),
        ("torch.nn.PReLU", "piecewise((1/4*x, x<0),(x, true))"),
        ("torch.nn.Identity", "x"),
        ("ReLU^2", "max(x,0)^2"),
        ("tanh+ax", "1.7159*tanh(2*x/3)+x/100"),
    ],
)
def test_what_texts_denote(text: str, formula: str) -> None:
    expression, expected = resolve(text).expression, parse(formula)
    for k in range(-60, 61):
        point = {"x": Fraction(k, 4)}
        assert abs(mpmath_value(expression, point) - mpmath_value(expected, point)) < 1e-30


@pytest.mark.parametrize(
    "text",
    ["tanh(x)", "softplus(2*x)", "max(x,0)", "x*sigmoid(x)", "relu(x)", "x", "3", "x-softplus(2*x)", "|x|"],
)
def test_formulas_stay_formulas(text: str) -> None:
    subject = resolve(text)
    assert subject.kind == "formula"
    assert subject.expression == parse(text)
    assert subject.name == subject.formula_text == text


def test_a_subject_says_how_it_was_named() -> None:
    assert resolve("swish").name == "SiLU"
    assert resolve("swish(beta=1)").name == "SiLU"
    assert resolve("swish(beta=2)").name == "SiLU(beta=2)"
    assert resolve("swish(beta=2)").activation == "SiLU"
    library = resolve("F.elu(x, 0.5)")
    assert (library.name, library.kind) == ("torch.nn.functional.elu(alpha=0.5)", "library")
    assert library.activation == "ELU"
    assert resolve("torch.nn.Softplus[as-executed]").activation == ""


def test_display_names_resolve_to_the_same_function() -> None:
    for text in ("swish(beta=2)", "PELU(1,2)", "torch.nn.Softplus[as-executed](2, 5)", "F.elu(x, 0.5)"):
        subject = resolve(text)
        assert resolve(subject.name).expression == subject.expression


def test_the_formula_and_the_executed_softplus_are_told_apart() -> None:
    formula, executed = resolve("torch.nn.Softplus"), resolve("torch.nn.Softplus[as-executed]")
    assert formula.expression != executed.expression
    assert "jump" in formula.notes[0]
    assert "as-executed" in formula.notes[0]
    assert "as-executed" in executed.name


def test_names_that_differ_in_libraries_are_noted() -> None:
    assert "default" in resolve("keras.activations.leaky_relu").notes[0]
    assert "exact" in resolve("jax.nn.gelu").notes[0]
    assert "Keras 2" in resolve("keras.activations.hard_sigmoid").notes[0]
    assert "threshold" in resolve("keras.activations.relu(threshold=1)").notes[0]
    assert not resolve("keras.activations.relu").notes


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("silou", "SiLU"),
        ("torch.nn.silu", "torch.nn.SiLU"),
        ("F.slu(x)", "torch.nn.functional.silu"),
        ("jax.nn.hardtanh", "jax.nn.hard_tanh"),
        ("leakyrelu7(2)", "LeakyReLU6"),
        ("keras.activations.leakyrelu", "keras.activations.leaky_relu"),
        ("torch.nn.Softplus[executed]", "torch.nn.Softplus[as-executed]"),
    ],
)
def test_unknown_names_suggest_near_ones(text: str, suggestion: str) -> None:
    with pytest.raises(UnknownActivationError) as caught:
        resolve(text)
    assert suggestion in caught.value.suggestions
    assert suggestion in str(caught.value)


def test_an_unknown_name_without_near_ones_says_what_can_be_given() -> None:
    with pytest.raises(UnknownActivationError, match="a formula in x") as caught:
        resolve("qqqq")
    assert caught.value.suggestions == ()


@pytest.mark.parametrize("text", ["", "x*", "foo(x)+1", "x y", "sin(", "1/(", "(" * 400])
def test_broken_formulas_show_the_place(text: str) -> None:
    with pytest.raises(ParseError, match="column"):
        resolve(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("swish(gamma=2)", r"parameters \(beta=1\), not gamma"),
        ("swish(beta=((2)", "not a call of swish"),
        ("torch.nn.SiLU()(x)", "not a call of torch.nn.SiLU"),
        ("swish(1, 2)", "2 values are given"),
        ("swish(beta=0)", "beta > 0, not for beta = 0"),
        ("swish(2, beta=3)", "given twice"),
        ("swish(beta=2, beta=3)", "given twice"),
        ("swish(beta=2, 3)", "must stand before"),
        ("swish(beta=)", "empty"),
        ("swish(beta=x)", "without x"),
        ("swish(beta=large)", "not a number"),
        ("prelu(weight=sqrt(-1))", "has no value"),
        ("swish(beta=sqrt(2)*sqrt(2)-2)", "too close"),
        ("relu(alpha=1)", "takes no parameters"),
        ("gelu(2*x)", "cannot be composed"),
        ("hardtanh(1, -1)", "min_val <= max_val"),
        ("PenalizedTanh(2)", "a <= 1"),
        ("F.elu(0.5)", r"write torch.nn.functional.elu\(x, 0.5\)"),
        ("torch.nn.ELU(0.5, True, 3)", "3 arguments are given"),
        ("torch.nn.ELU(beta=1)", r"takes \(alpha=1.0, inplace=False\), not beta"),
        ("torch.nn.ELU(0.5, alpha=1)", "given twice"),
        ("torch.nn.ELU(alpha=-1)", "alpha > 0"),
        ("torch.nn.Threshold", "no default for threshold and value"),
        ("torch.nn.functional.prelu", "no default for weight"),
        ('torch.nn.GELU(approximate="fast")', "approximate=none; approximate=tanh"),
        ("torch.nn.Softplus[as-executed](beta=-1)", "beta > 0"),
        ("keras.activations.relu(max_value=-1)", "max_value >= 0"),
        ("keras.activations.relu(max_value=many)", "not a number"),
    ],
)
def test_wrong_arguments_are_explained(text: str, message: str) -> None:
    with pytest.raises(ActivationArgumentError, match=message):
        resolve(text)


@pytest.mark.parametrize("text", ["softplus(2)", "sin(2)", "clip(-1, 1)"])
def test_a_call_that_is_a_constant_and_an_activation_is_ambiguous(text: str) -> None:
    with pytest.raises(AmbiguousActivationError, match="as a formula"):
        resolve(text)


@pytest.mark.parametrize(
    ("text", "reason", "instead"),
    [
        ("torch.nn.Softmax", "not elementwise", "architecture"),
        ("torch.nn.Softmax(dim=1)", "not elementwise", "architecture"),
        ("F.glu(x)", "not elementwise", "architecture"),
        ("jax.nn.log_softmax", "not elementwise", "architecture"),
        ("keras.activations.sparsemax", "not elementwise", "architecture"),
        ("torch.nn.RReLU", "random", "eval"),
        ("torch.nn.Dropout(0.5)", "random", "Identity"),
        ("jax.nn.log1mexp", "x > 0 only", "formula"),
        ("torch.nn.MultiheadAttention", "layer", "architecture"),
    ],
)
def test_what_is_no_function_of_a_number_is_refused_with_the_reason(
    text: str, reason: str, instead: str
) -> None:
    with pytest.raises(RefusedActivationError, match=reason) as caught:
        resolve(text)
    assert instead in caught.value.instead


def test_a_mode_that_is_random_is_refused() -> None:
    with pytest.raises(RefusedActivationError, match="training=False"):
        resolve("F.rrelu(x, training=True)")


def test_families_need_parameters_and_names() -> None:
    with pytest.raises(ActivationArgumentError, match="no parameter to leave free"):
        family("relu")
    with pytest.raises(ActivationArgumentError, match="fix both parameters or neither"):
        family("hardtanh(min_val=0)")
    with pytest.raises(UnknownActivationError, match="did you mean SiLU"):
        family("silou")


def test_every_error_is_for_the_user() -> None:
    for text in (
        "swish(((",
        "a(b)c",
        "torch..nn",
        "=(",
        "[x]",
        "F.",
        "swish(beta=1e99999999)",
        "x\x00",
        "é(x)",
    ):
        with pytest.raises(InvexproofError):
            resolve(text)


def test_names_resolve_to_what_the_catalogue_lists() -> None:
    for activation in catalogue():
        assert resolve(activation.name).expression == activation.expression
