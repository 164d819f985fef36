"""What a liar would write about training problems: undefined, false, empty or misleading claims, and costly ones.

Graphs are texts as `problems.graph` reads them. Many attacks come with an honest twin, which must pass.
"""
# ruff: noqa: E501 - tables with one row of attacks a line

from __future__ import annotations

import pytest

from tests.checker.training.problems import (
    NONSINGULAR,
    Json,
    certificate,
    checked,
    complaint,
    descent,
    graph,
    verdict,
)

# -- claims about functions that are not defined -----------------------------------------------------------------

DEFINED = {
    "log of exp": "p w 3; a = exp w; b = log a; sum b axes=[0]",
    "log of sigmoid": "p w -; a = sigmoid w; log a",
    "log of softplus": "p w -; a = softplus w threshold=null; log a",
    "log of softplus as executed": "p w -; a = softplus w threshold:0; log a",
    "log of a positive floor": "p w -; a = clamp w low:1/1000; log a",
    "log with a floor": "p w -; a = relu w; log a floor:-100",
    "log of a square and something": "p w -; a = square w; b = add a 1/10; log b",
    "root of a value times itself": "p w -; a = multiply w w; sqrt a",
    "log of a guarded value": "p w 2; c = less 0 w; a = where c w 1; b = log a; sum b axes=[0]",
    "log of a value guarded below": "p w 2; c = less_equal w 0; a = where c 1 w; b = log a; sum b axes=[0]",
    "root of a weakly guarded value": "p w 2; c = less_equal 0 w; a = where c w 1; b = sqrt a; sum b axes=[0]",
    "atanh of tanh": "p w -; a = tanh w; atanh a",
    "asin of sin": "p w -; a = sin w; asin a",
    "acosh of cosh": "p w -; a = cosh w; acosh a",
    "log1p of tanh": "p w -; a = tanh w; log1p a",
    "tan of tanh": "p w -; a = tanh w; tan a",
    "1 / (1 - softmax) of two": "p w 2; a = softmax w axis=0; b = subtract 1 a; c = divide 1 b; sum c axes=[0]",
    "log of softmax": "p w 3; a = softmax w axis=0; b = log a; sum b axes=[0]",
    "division by data": "p w 3; d x 3; a = divide w x; sum a axes=[0]",
    "power of data": "p w 3; d x 3; a = power x w; sum a axes=[0]",
    "remainder of a positive value": "p w -; a = exp w; remainder w a",
    "batch norm by given statistics": "p w 2,3; d m 3; d v 3; a = batch_norm w null null m v epsilon:0; squared_norm a",
    "batch norm by trained statistics": "p w 2,3; p s 3; a = square s; b = batch_norm w null null s a epsilon:1/10; squared_norm b",
    "cross-entropy of probabilities": "p w 4; a = sigmoid w; d = binary_cross_entropy a a null",
    "an index by argmax": "p w 2,3; p q 2; k = argmax q axis=0; a = take w k axis=0; sum a axes=[0]",
    "an index by a clamped cast": "p w 4; p q -; a = clamp q low:0 high:3; k = cast a to:integer; take w k axis=0",
    "labels by argmax": "p w 2,3; p q 2,3; k = argmax q axis=1; cross_entropy w k null",
    "max pool in padding": "p w 1,1,3; a = max_pool w kernel=[2] stride=[1] padding=[1] dilation=[2]; sum a axes=[0,1,2]",
    "a mask by data": 'p w 2,3; d c 2,3 kind:boolean; a = where c w -inf; b = softmax a axis=1; squared_norm b',
}  # fmt: skip

UNDEFINED: dict[str, tuple[str, str, str]] = {
    "log": ("p w -; log w", "domain", "outside of the domain of log"),
    "log of relu": ("p w -; a = relu w; log a", "domain", "[0, oo)"),
    "log of absolute": ("p w -; a = absolute w; log a", "domain", "[0, oo)"),
    "log of a square": ("p w -; a = multiply w w; log a", "domain", "[0, oo)"),
    "log of softplus with a negative threshold": ("p w -; a = softplus w threshold:-5; log a", "architecture", "threshold"),
    "log of elu": ("p w -; a = elu w; log a", "domain", "outside"),
    "log of elu with a negative factor": ("p w -; a = elu w alpha:-1 scale:-1; b = add a 1; log b", "domain", "outside"),
    "log of 1 + elu": ("p w -; a = elu w alpha:2; b = add a 1; log b", "domain", "outside"),
    "log of leaky relu upside down": ("p w -; a = leaky_relu w slope:-1; log a", "domain", "outside"),
    "log of a shrunk square": ("p w -; a = square w; b = soft_shrink a; log b", "domain", "outside"),
    "log of a threshold": ("p w -; a = exp w; b = threshold a threshold:1 value:-1; log b", "domain", "outside"),
    "log of a norm": ("p w 3; a = norm w axes=[0]; log a", "domain", "outside"),
    "log of a squared norm": ("p w 3; a = squared_norm w; log a", "domain", "outside"),
    "log of a variance": ("p w 3; a = variance w axes=[0]; log a", "domain", "outside"),
    "log of a product of positive and any": ("p w -; a = exp w; b = multiply a w; log b", "domain", "outside"),
    "log of a sum of zeros": ("p w 3; a = relu w; b = sum a axes=[0]; log b", "domain", "outside"),
    "log of a positive value that is padded": ("p w 3; a = exp w; b = pad a before=[1] after=[0]; c = log b; sum c axes=[0]", "domain", "outside"),
    "log of a padded average": ("p w 1,3; a = exp w; b = average_pool a kernel=[2] stride=[2] padding=[1]; c = add b -1/1000; d = log c; sum d axes=[0,1]", "domain", "outside"),
    "log of a triangle": ("p w 3,3; a = exp w; b = triangle a; c = log b; sum c axes=[0,1]", "domain", "outside"),
    "log of an unfolded padding": ("p w 1,1,3,3; a = exp w; b = unfold a kernel=[2,2] stride=[1,1] padding=[1,1] dilation=[1,1]; c = log b; sum c axes=[0,1,2]", "domain", "outside"),
    "log of a cubic resample": ("p w 1,1,3,3; a = exp w; b = resample a size=[5,5] mode:cubic; c = log b; sum c axes=[0,1,2,3]", "domain", "outside"),
    "log of a product with itself under another name": ("p w -; a = reshape w shape=[1]; b = multiply w a; c = add b 1; d = log c; sum d axes=[0]", "domain", "outside"),
    "root of a product with its detached self": ("p w -; a = detach w; b = multiply a w; sqrt b", "domain", "outside"),
    "root": ("p w -; sqrt w", "domain", "outside"),
    "root of tanh": ("p w -; a = tanh w; sqrt a", "domain", "outside"),
    "root of a cube": ("p w -; a = power_of w exponent:3; sqrt a", "domain", "outside"),
    "root of a variance minus itself": ("p w 3; a = variance w axes=[0]; b = subtract a a; sqrt b", "domain", "outside"),
    "power 3/2": ("p w -; power_of w exponent:3/2", "domain", "outside"),
    "power -1/2 of relu": ("p w -; a = relu w; power_of a exponent:-1/2", "domain", "outside"),
    "power -2": ("p w -; power_of w exponent:-2", "domain", "outside"),
    "power of two values": ("p w -; p q -; power w q", "domain", "base of a power"),
    "power of relu": ("p w -; a = relu w; power a 2", "domain", "base of a power"),
    "rsqrt of a square": ("p w -; a = square w; rsqrt a", "domain", "outside"),
    "reciprocal of tanh": ("p w -; a = tanh w; reciprocal a", "domain", "outside"),
    "division by 0": ("p w -; divide w 0", "domain", "may be 0"),
    "division by itself": ("p w -; divide w w", "domain", "may be 0"),
    "division by a norm": ("p w 3; a = norm w axes=[0]; b = divide w a; sum b axes=[0]", "domain", "may be 0"),
    "division by a deviation": ("p w 3; a = standard_deviation w axes=[0]; b = divide w a; sum b axes=[0]", "domain", "may be 0"),
    "division by 1 - softmax of one entry": ("p w 1; a = softmax w axis=0; b = subtract 1 a; c = divide 1 b; sum c axes=[0]", "domain", "may be 0"),
    "division by masked softmax": ("p w 2; d c 2 kind:boolean; m = where c w -inf; a = softmax m axis=0; b = divide 1 a; sum b axes=[0]", "domain", "may be 0"),
    "remainder by a trained value": ("p w -; remainder 1 w", "domain", "may be 0"),
    "asin": ("p w -; a = multiply w 2; asin a", "domain", "outside"),
    "acos of twice tanh": ("p w -; a = tanh w; b = multiply a 2; acos b", "domain", "outside"),
    "atanh of sin": ("p w -; a = sin w; atanh a", "domain", "outside"),
    "log1p of sin": ("p w -; a = sin w; log1p a", "domain", "outside"),
    "acosh of exp": ("p w -; a = exp w; acosh a", "domain", "outside"),
    "tan": ("p w -; tan w", "domain", "outside"),
    "tan of atan and more": ("p w -; a = atan w; b = multiply a 2; tan b", "domain", "outside"),
    "log with a floor of any value": ("p w -; log w floor:-100", "domain", "outside"),
    "a guard that points the other way": ("p w 2; c = less w 0; a = where c w 1; b = log a; sum b axes=[0]", "domain", "outside"),
    "a guard of the other branch": ("p w 2; c = less 0 w; a = where c 1 w; b = log a; sum b axes=[0]", "domain", "outside"),
    "a guard that is not strict": ("p w 2; c = less_equal 0 w; a = where c w 1; b = log a; sum b axes=[0]", "domain", "outside"),
    "a guard of another value": ("p w 2; p q 2; c = less 0 q; a = where c w 1; b = log a; sum b axes=[0]", "domain", "outside"),
    "a guard by another value": ("p w 2; p q 2; c = less q w; a = where c w 1; b = log a; sum b axes=[0]", "domain", "outside"),
    "a guard that is negated": ("p w 2; c = less 0 w; n = not c; a = where n w 1; b = log a; sum b axes=[0]", "domain", "outside"),
    "a guard of equality": ("p w 2; c = equal w 1; a = where c w 1; b = log a; sum b axes=[0]", "domain", "outside"),
    "a guard of other entries": ("p w 2,1; v = reshape w shape=[1,2]; c = less 0 v; a = where c w 1; b = log a; sum b axes=[0,1]", "domain", "outside"),
    "a guard that is repeated": ("p w 1; p q 2; c = less q w; a = where c w 1; b = log a; sum b axes=[0]", "domain", "outside"),
    "a guard that turns the tensor": ("p w 2,2; v = transpose w axes=[1,0]; c = less 0 v; a = where c w 1; b = log a; sum b axes=[0,1]", "domain", "outside"),
    "a guard does not help what is computed before": ("p w 2; c = less 0 w; l = log w; a = where c l 0; sum a axes=[0]", "domain", "outside"),
    "layer norm without epsilon": ("p w 2,3; a = layer_norm w null null axes=1 epsilon:0; squared_norm a", "domain", "epsilon is 0"),
    "rms norm without epsilon": ("p w 2,3; a = rms_norm w null axes=1 epsilon:0; squared_norm a", "domain", "epsilon is 0"),
    "group norm without epsilon": ("p w 2,4; a = group_norm w null null groups=2 epsilon:0; squared_norm a", "domain", "epsilon is 0"),
    "batch norm without epsilon": ("p w 2,3; a = batch_norm w null null null null epsilon:0; squared_norm a", "domain", "epsilon is 0"),
    "layer norm with a negative epsilon": ("p w 2,3; a = layer_norm w null null axes=1 epsilon:-1; squared_norm a", "architecture", "negative"),
    "batch norm by a trained variance": ("p w 2,3; p v 3; d m 3; a = batch_norm w null null m v epsilon:1/10; squared_norm a", "domain", "variance"),
    "batch norm by a trained variance that may be 0": ("p w 2,3; p s 3; a = square s; b = batch_norm w null null s a epsilon:0; squared_norm b", "domain", "variance"),
    "batch norm with a mean alone": ("p w 2,3; d m 3; a = batch_norm w null null m null epsilon:1/10; squared_norm a", "architecture", "both"),
    "variance of one entry": ("p w 3,1; a = variance w axes=[1]; sum a axes=[0]", "shape", "correction"),
    "deviation of as many entries as its correction": ("p w 3,2; a = standard_deviation w axes=[1] correction=2; sum a axes=[0]", "shape", "correction"),
    "cross-entropy of no probabilities": ("p w 4; d y 4; binary_cross_entropy w y null", "domain", "may leave [0, 1]"),
    "cross-entropy of data that are no probabilities": ("p w 4; d y 4; binary_cross_entropy y w null", "domain", "may leave [0, 1]"),
    "max pool of padding alone": ("p w 1,1,1; a = max_pool w kernel=[2] stride=[1] padding=[1] dilation=[2]; sum a axes=[0,1,2]", "domain", "padding alone"),
    "max pool that jumps over all entries": ("p w 1,1,1; a = max_pool w kernel=[2] stride=[1] padding=[2] dilation=[4]; sum a axes=[0,1,2]", "domain", "padding alone"),
    "max pool with too much padding": ("p w 1,1,3; a = max_pool w kernel=[2] stride=[1] padding=[2] dilation=[1]; sum a axes=[0,1,2]", "shape", "half"),
    "an index by a cast": ("p w 4; p q -; k = cast q to:integer; take w k axis=0", "domain", "no index"),
    "an index that rounds up": ("p w 4; p q -; a = clamp q low:0 high:4; k = cast a to:integer; take w k axis=0", "domain", "no index"),
    "an index of a longer axis": ("p w 2,3; p q 3; k = argmax q axis=0; a = take w k axis=0; sum a axes=[0]", "domain", "no index"),
    "one-hot of too few classes": ("p w 4; k = argmax w axis=0; a = one_hot k classes=3; b = cast a to:real; sum b axes=[0]", "domain", "no index"),
    "scattering by argsort": ("p w 3; c z 3; a = argsort w axis=0; b = scatter z a w axis=0; squared_norm b", "domain", "a place twice"),
    "trained labels": ("p w 2,3; p q 2; k = cast q to:integer; cross_entropy w k null", "domain", "no class"),
    "trained labels that are ignored": ("p w 2,3; p q 2,3; k = argmax q axis=1; cross_entropy w k null ignore=0", "domain", "which labels count"),
    "trained labels with weights": ("p w 2,3; p q 2,3; c v 3; k = argmax q axis=1; cross_entropy w k v", "domain", "which labels count"),
    "trained weights of classes": ("p w 2,3; p v 3; d k 2 kind:integer; cross_entropy w k v", "domain", "divided by their sum"),
    "smoothing above 1": ("p w 2,3; d k 2 kind:integer; cross_entropy w k null smoothing:2", "architecture", "smoothing"),
    "parameters that mask": ("p w 3; c = less 0 w; a = where c w -inf; b = softmax a axis=0; squared_norm b", "domain", "minus infinity"),
    "parameters that mask attention": ("p w 3,3; c = less 0 w; a = attention w w w c null; squared_norm a", "domain", "what is masked"),
    "a trained choice among masked rows": ("p w 2,3; p q 2; d c 2,3 kind:boolean; a = where c w -inf; k = argmax q axis=0; b = take a k axis=0; e = softmax b axis=0; squared_norm e", "domain", "minus infinity"),
    "a trained choice along masked rows": ("p w 2,3; p q 2,3; d c 2,3 kind:boolean; a = where c w -inf; k = argsort q axis=0; b = take_along a k axis=0; e = softmax b axis=0; squared_norm e", "domain", "minus infinity"),
    "minus infinity alone": ("p w -; d c 3 kind:boolean; a = where c -inf -inf; b = add a w; e = softmax b axis=0; squared_norm e", "architecture", "depends on no parameter"),
    "huber with delta 0": ("p w 3; d y 3; huber w y delta:0", "architecture", "positive"),
    "celu with alpha 0": ("p w -; celu w alpha:0", "architecture", "alpha"),
    "softplus with beta 0": ("p w -; softplus w beta:0", "architecture", "beta"),
    "clamp with crossing bounds": ("p w -; clamp w low:1 high:0", "architecture", "lower bound"),
    "reflection of too much": ("p w 3; a = pad w before=[3] after=[0] mode:reflect; sum a axes=[0]", "shape", "too much padding"),
    "once more round than there is": ("p w 3; a = pad w before=[4] after=[0] mode:circular; sum a axes=[0]", "shape", "too much padding"),
    "causal attention with a mask": ("p w 3,3; d m 3,3; a = attention w w w m null causal=true; squared_norm a", "architecture", "not both"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFINED)
def test_defined_functions_are_accepted(name: str) -> None:
    assert complaint(descent(graph(DEFINED[name]))) is None


@pytest.mark.parametrize("name", UNDEFINED)
def test_undefined_functions_are_rejected(name: str) -> None:
    text, code, message = UNDEFINED[name]
    found = complaint(descent(graph(text)))
    assert found is not None
    assert found[0] == code
    assert message in found[1]


@pytest.mark.parametrize("name", UNDEFINED)
def test_no_rule_passes_over_what_is_undefined(name: str) -> None:
    """Not even those about any map whatever."""
    subject = graph(UNDEFINED[name][0])
    for rule, method in (
        ("graph", None),
        ("countable-image", "rounding"),
        ("soft-threshold", "soft-threshold"),
    ):
        claim = {} if method is None else {"kind": NONSINGULAR, "method": method, "negated": True}
        assert verdict(certificate(subject, rule=rule, **claim)) == UNDEFINED[name][1]


# -- conditions that no data satisfy -----------------------------------------------------------------------------

LABELS = "p w 2,3; d k 2 kind:integer range=[{}]; cross_entropy w k null {}"
ADMITTED = {
    "labels and others": LABELS.format('"2","9"', ""),
    "ignored labels alone, summed": LABELS.format('"9","9"', "ignore=9 reduction:sum"),
    "labels or ignored ones": LABELS.format('"0","1"', "ignore=1"),
    "division by what may be 0": 'p w -; d x - range=["0","1"]; divide w x',
    "a variance that may be 0": 'p w 2,3; d m 3; d v 3 range=["-1","0"]; a = batch_norm w null null m v epsilon:1; squared_norm a',
    "weights that may be 0": 'p w 2,3; d k 2 kind:integer; c v 3 range=["0","1"]; cross_entropy w k v',
    "as many sources as places": "p w 3; p s 3; d k 3 kind:integer; a = scatter w k s axis=0; squared_norm a",
    "two ranges of indices": 'p w 5; p q 3; d k - kind:integer; a = take w k axis=0; b = take q k axis=0; add a b',
}  # fmt: skip
IMPOSSIBLE = {
    "more sources than places": "p w 2; p s 3; d k 3 kind:integer; a = scatter w k s axis=0; squared_norm a",
    "more sources than indices in range": 'p w 9; p s 3; d k 3 kind:integer range=["7","8"]; a = scatter w k s axis=0; squared_norm a',
    "no label is a class": LABELS.format('"3","9"', ""),
    "all labels are below": LABELS.format('null,"-1"', ""),
    "all labels are ignored": LABELS.format('"9","9"', "ignore=9"),
    "the only class is ignored": LABELS.format('"1","1"', "ignore=1"),
    "division by 0": 'p w -; d x - range=["0","0"]; divide w x',
    "remainder by 0": 'p w -; d x - range=["0","0"]; remainder w x',
    "powers of what is not positive": 'p w -; d x - range=["-1","0"]; power x w',
    "a negative variance": 'p w 2,3; d m 3; d v 3 range=["-2","-1"]; a = batch_norm w null null m v epsilon:1; squared_norm a',
    "a variance of 0 by which is divided": 'p w 3,3; d m 3; d v 3 range=["-1","0"]; a = batch_norm w null null m v epsilon:1; b = divide a v; squared_norm b',
    "weights that are 0": 'p w 2,3; d k 2 kind:integer; c v 3 range=["0","0"]; cross_entropy w k v',
    "an index out of range": 'p w 3; d k - kind:integer range=["3",null]; take w k axis=0',
    "labels that one loss ignores and an index does not": 'p w 2,3; d k 2 kind:integer range=["2","9"]; a = cross_entropy w k null ignore=9; b = take w k axis=0; e = mean b axes=[0,1]; add a e',
    "labels that two losses ignore differently": 'p w 2,3; d k 2 kind:integer range=["5","9"]; a = cross_entropy w k null ignore=9 reduction:sum; b = cross_entropy w k null ignore=8 reduction:sum; add a b',
    "classes that two losses ignore in turn": 'p w 1,2; d k 1 kind:integer; a = cross_entropy w k null ignore=0; b = cross_entropy w k null ignore=1; add a b',
}  # fmt: skip


@pytest.mark.parametrize("name", ADMITTED)
def test_conditions_that_some_data_satisfy(name: str) -> None:
    verified = checked(
        certificate(
            graph(ADMITTED[name]),
            NONSINGULAR,
            "gradient-step",
            method="gd",
            start="density",
            step="almost-every",
        )
    )
    assert "provided that" in verified.statement


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_conditions_that_no_data_satisfy(name: str) -> None:
    assert verdict(descent(graph(IMPOSSIBLE[name]))) == "domain"


# -- claims of smoothness ----------------------------------------------------------------------------------------

SMOOTH = {
    "a kink at the end of the range": "p w -; a = square w; relu a",
    "a kink out of range": "p w -; a = sigmoid w; b = add a 1/1000; absolute b",
    "a jump out of range": "p w -; a = sigmoid w; b = add a 1/1000; sign b",
    "softplus below its threshold": "p w -; a = sigmoid w; softplus a",
    "the root of what is positive": "p w -; a = exp w; sqrt a",
    "the norm of what is positive": "p w 3; a = exp w; norm a axes=[0]",
    "a choice by data": "p w 3; d c 3 kind:boolean; a = where c w 0; squared_norm a",
    "a maximum of what does not cross": "p w -; a = tanh w; maximum a 1",
    "clamping what is between": "p w -; a = tanh w; clamp a low:-1 high:1",
    "detaching": "p w -; a = detach w; multiply a w",
}  # fmt: skip
KINKED = {
    "a kink in the range": "p w -; a = tanh w; relu a",
    "the root of a square": "p w -; a = square w; sqrt a",
    "the root of what may be 0": "p w -; a = softplus w threshold=null; b = relu w; e = multiply a b; sqrt e",
    "an arcsine up to the ends": "p w -; a = sin w; asin a",
    "an inverse hyperbolic cosine from 1 on": "p w -; a = cosh w; acosh a",
    "a power 3/2 from 0 on": "p w -; a = square w; power_of a exponent:3/2",
    "a power 7/2 from 0 on": "p w -; a = relu w; power_of a exponent:7/2",
    "a log that is cut off": "p w -; a = sigmoid w; log a floor:-100",
    "elu": "p w -; elu w",
    "celu": "p w -; celu w",
    "softsign": "p w -; softsign w",
    "huber": "p w 3; d y 3; huber w y",
    "a norm": "p w 3; norm w axes=[0]",
    "a deviation": "p w 3; a = exp w; standard_deviation a axes=[0]",
    "probabilities": "p w 3; d y 3; a = sigmoid w; binary_cross_entropy a y null",
    "a maximum of two": "p w 2; a = exp w; max a axes=[0]",
    "a maximum that is met from both sides": "p w -; a = tanh w; maximum a 1/2",
    "a kink that is detached": "p w -; a = relu w; b = detach a; multiply b w",
    "a kink whose jump cancels": "p w -; a = relu w; b = negate w; c = relu b; e = subtract a c; multiply e w",
    "a kink that is multiplied by 0": "p w -; a = relu w; b = multiply a 0; add b w",
    "shrinking": "p w -; soft_shrink w",
    "order": "p w 3; a = sort w axis=0; squared_norm a",
    "running maxima": "p w 3; a = cumulative_max w axis=0; squared_norm a",
    "pooling": "p w 1,1,4; a = max_pool w kernel=[2] stride=[2] padding=[0] dilation=[1]; squared_norm a",
    "prelu": "p w 3; p s 1; a = prelu w s; squared_norm a",
}  # fmt: skip
JUMPING = {
    "sign": "p w -; a = square w; sign a",
    "softplus as executed": "p w -; softplus w",
    "softplus that may reach its threshold": "p w -; a = sin w; softplus a threshold:1",
    "a threshold": "p w -; threshold w threshold:1 value:0",
    "hard shrinking": "p w -; a = sigmoid w; hard_shrink a",
    "rounding": "p w -; a = sigmoid w; round a",
    "rounding what stays between two integers": "p w -; a = sigmoid w; b = multiply a 1/4; e = add b 1/8; floor e",
    "a remainder": "p w -; remainder w 1",
    "a cast there and back": "p w -; a = cast w to:integer; cast a to:real",
    "a cast to booleans": "p w -; a = cast w to:boolean; cast a to:real",
    "a step by comparison": "p w -; a = less 0 w; cast a to:real",
    "a choice": "p w -; a = less 0 w; where a w 1",
    "a choice that only just misses": "p w -; a = less 0 w; b = add w 1/1000000000000; where a w b",
    "a choice of equals": "p w -; a = equal w 0; where a 1 w",
    "a discrete value that is detached": "p w -; a = round w; b = detach a; multiply b w",
    "straight through": "p w -; a = round w; b = subtract a w; e = detach b; add w e",
    "one-hot of argmax": "p w 3; a = argmax w axis=0; b = one_hot a classes=3; e = cast b to:real; f = multiply e w; sum f axes=[0]",
    "the best of a table of data": "p w 3; d x 3; a = argmax w axis=0; b = take x a axis=0; multiply b b",
    "a sorted table of data": "p w 3; d x 3; a = argsort w axis=0; b = take_along x a axis=0; squared_norm b",
    "the indices of the largest": "p w 3; a = top_k_indices w axis=0 k=2; b = cast a to:real; squared_norm b",
    "labels of a model": "p w 2,3; d x 2,3; a = argmax w axis=1; e = add w x; cross_entropy e a null",
    "adding up by argsort": "p w 3; c z 3; a = argsort w axis=0; b = scatter_add z a w axis=0; squared_norm b",
    "a jump that is multiplied by 0": "p w -; a = sign w; b = multiply a 0; add b w",
    "a jump behind a jump": "p w -; a = sign w; b = add a 3; log b",
}  # fmt: skip
ZERO_STATE = {
    "kind": NONSINGULAR,
    "rule": "zero-state",
    "method": "momentum",
    "start": "zero",
    "step": "almost-every",
}


@pytest.mark.parametrize("name", SMOOTH)
def test_analytic_problems(name: str) -> None:
    subject = graph(SMOOTH[name])
    assert verdict(certificate(subject)) is None
    assert verdict(certificate(subject, **ZERO_STATE)) is None


@pytest.mark.parametrize("name", KINKED)
def test_kinks_are_continuous_and_no_more(name: str) -> None:
    subject = graph(KINKED[name])
    assert verdict(certificate(subject)) is None
    assert verdict(certificate(subject, **ZERO_STATE)) == "method"


@pytest.mark.parametrize("name", JUMPING)
def test_jumps_are_not_continuous(name: str) -> None:
    subject = graph(JUMPING[name])
    assert verdict(certificate(subject)) == "continuity"
    assert verdict(certificate(subject, **ZERO_STATE)) == "method"
    assert (
        verdict(certificate(subject, NONSINGULAR, "soft-threshold", method="soft-threshold", negated=True))
        == "method"
    )
    assert verdict(descent(subject)) is None


# -- kinds -------------------------------------------------------------------------------------------------------

KINDS: dict[str, tuple[str, str]] = {
    "a parameter as an index": ("p w 3; p k 2; a = take w k axis=0; squared_norm a", "kind"),
    "data that are real as an index": ("p w 3; d k 2; a = take w k axis=0; squared_norm a", "kind"),
    "booleans as an index": ("p w 3; d k 2 kind:boolean; a = take w k axis=0; squared_norm a", "kind"),
    "a parameter that is an integer": ("p w 3 kind:integer; squared_norm w", "architecture"),
    "a parameter with a range": ('p w 3 range=["1","2"]; a = log w; sum a axes=[0]', "architecture"),
    "a range of booleans": ('p w 3; d c 3 kind:boolean range=["0","1"]; a = where c w 1; squared_norm a', "architecture"),
    "a range of extended numbers": ('p w 3; d c 3 kind:extended range=["0","1"]; a = add w c; b = softmax a axis=0; squared_norm b', "architecture"),
    "a range between integers": ('p w 3; d k 2 kind:integer range=["1/2","2"]; a = take w k axis=0; squared_norm a', "architecture"),
    "a mask of numbers as booleans": ("p w 3; d m 3; a = where m w -inf; b = softmax a axis=0; squared_norm b", "kind"),
    "a mask of integers": ("p w 3,3; d m 3,3 kind:integer; a = attention w w w m null; squared_norm a", "kind"),
    "sums of booleans": ("p w 3; a = less w 0; sum a axes=[0]", "kind"),
    "products of integers": ("p w 3; a = argsort w axis=0; b = multiply a w; sum b axes=[0]", "kind"),
    "logic of numbers": ("p w 3; p q 3; a = and w q; b = cast a to:real; squared_norm b", "kind"),
    "comparing booleans": ("p w 3; a = less w 0; b = less a w; e = cast b to:real; squared_norm e", "kind"),
    "comparing minus infinity": ("p w 3; d c 3 kind:extended; a = add w c; b = less a 0; e = cast b to:real; squared_norm e", "kind"),
    "a choice by numbers": ("p w 3; a = where w w 1; squared_norm a", "kind"),
    "casting to itself": ("p w 3; a = cast w to:real; squared_norm a", "kind"),
    "casting minus infinity": ("p w 3; d c 3 kind:extended; a = add w c; b = cast a to:integer; e = cast b to:real; squared_norm e", "kind"),
    "minus infinity times 0": ("p w 3; d c 3 kind:extended; a = add w c; b = multiply a 0; squared_norm b", "kind"),
    "minus infinity minus minus infinity": ("p w 3; d c 3 kind:extended; a = add w c; b = subtract a a; squared_norm b", "kind"),
    "exp of minus infinity": ("p w 3; d c 3 kind:extended; a = add w c; b = exp a; squared_norm b", "kind"),
    "the sum of minus infinity": ("p w 3; d c 3 kind:extended; a = add w c; sum a axes=[0]", "kind"),
    "the maximum of minus infinity": ("p w 3; d c 3 kind:extended; a = add w c; max a axes=[0]", "kind"),
    "log_softmax of minus infinity": ("p w 3; d c 3 kind:extended; a = add w c; b = log_softmax a axis=0; sum b axes=[0]", "kind"),
    "cross-entropy of minus infinity": ("p w 2,3; d c 3 kind:extended; d k 2 kind:integer; a = add w c; cross_entropy a k null", "kind"),
    "cross-entropy of data with minus infinity": ("p w 2,3; d y 2,3 kind:extended; cross_entropy w y null", "kind"),
    "attention to minus infinity": ("p w 3,3; d c 3,3 kind:extended; a = add w c; b = attention w w a null null; squared_norm b", "kind"),
    "scaled minus infinity": ("p w 3; d c 3 kind:extended; a = add w c; b = divide a -1; e = softmax b axis=0; squared_norm e", "kind"),
    "minus infinity that is padded": ("p w 3; d c 3 kind:extended; a = add w c; b = pad a before=[1] after=[0]; e = softmax b axis=0; squared_norm e", "kind"),
    "minus infinity that is the loss": ("p w -; d c - kind:extended; add w c", "architecture"),
    "minus infinity that is no branch": ("p w -; add w -inf", "architecture"),
    "a missing factor": ("p w -; multiply w null", "architecture"),
    "one factor": ("p w -; multiply w", "architecture"),
    "three factors": ("p w -; multiply w w w", "architecture"),
    "real labels with an ignored one": ("p w 2,3; d y 2,3; cross_entropy w y null ignore=1", "architecture"),
    "a vector for a loss": ("p w 3; exp w", "architecture"),
    "a boolean for a loss": ("p w -; less w 0", "architecture"),
    "an integer for a loss": ("p w 3; argmax w axis=0", "architecture"),
    "a node that depends on no parameter": ("p w -; d x -; a = exp x; add a w", "architecture"),
    "an unused node": ("p w -; a = exp w; log1p 1; exp w", "architecture"),
    "an unused node of parameters": ("p w -; a = log1p w; exp w", "domain"),
    "data that are not used": ("p w -; d x -; exp w", "architecture"),
    "no parameter at all": ("d x -; exp x", "architecture"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_kinds_and_graphs_are_verified(name: str) -> None:
    text, code = KINDS[name]
    assert verdict(descent(graph(text))) == code


# -- collapses and particular step sizes -------------------------------------------------------------------------

FALSE_STEPS = {
    "a dropout mask that is trained": "d q 1,1; d k 1,1; d v 1,1; p t 1,1; a = attention q k v null t; squared_norm a",
    "a constant piece": "p w -; p q -; a = hard_tanh w; b = square q; multiply a b",
    "a constant piece between": "p w -; p q -; a = clamp w low:-1 high:1; b = square q; multiply a b",
    "a piece that is not 0 at 0": "p w -; p q -; a = soft_shrink w; b = square q; multiply a b",
    "a linear piece of huber": "p w -; p q -; a = huber w 0; b = square q; multiply a b",
    "a relu that guards a logarithm": "p w -; a = relu w; b = power_of a exponent:3; e = log1p b; power_of e exponent:3",
    "a norm": "p w 3; a = norm w axes=[0]; power_of a exponent:3",
    "a bias": "p w -; p q -; p b -; a = multiply w q; e = multiply a q; add e b",
    "two factors": "p w -; p q -; multiply w q",
    "a detached factor": "p w -; p q -; a = detach w; b = multiply w q; multiply a b",
    "a factor that is not 0": "p w -; p q -; p r -; a = cos w; b = multiply a q; multiply b r",
    "a choice": "p w -; a = power_of w exponent:3; c = less 0 w; b = square w; where c a b",
    "a shift": "p w -; p q -; p r -; a = multiply w q; b = add a 1; e = multiply b r; square e",
    "a quotient": "p w -; p q -; p r -; a = multiply w q; b = cosh r; e = divide 1 b; f = add e a; square f",
    "running statistics": "p w 2,2; p g 2; d m 2; d v 2; a = batch_norm w g null m v epsilon:1; squared_norm a",
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE_STEPS)
def test_step_sizes_that_are_not_all_good(name: str) -> None:
    """At 0 the Hessian of some selection of the loss does not vanish, or is not known to."""
    claim = {"method": "gd", "start": "density", "step": "every"}
    assert verdict(certificate(graph(FALSE_STEPS[name]), NONSINGULAR, "flat-point", **claim)) == "method"


FEATURES = (
    "d x 4,3; d y 4,2; p w 3,3; p b 3; p v 3,3; p a 3; p u 2,3; p e 2; f = linear x w b; g = tanh f; {}"
)
UNITS = "h = linear g v a; i = tanh h; "
CONSTANT = {
    "two layers": UNITS + "o = linear i u e; mean_squared_error o y",
    "a layer norm": "h = layer_norm g b a axes=1 epsilon:1; o = linear h u e; mean_squared_error o y",
    "the weight of the head in the features": "h = linear g u null; k = sum h axes=[0,1]; l = add g k; i = layer_norm l b a axes=1 epsilon:1; o = linear i u e; mean_squared_error o y",
}  # fmt: skip
VARYING = {
    "features that are turned": UNITS + "j = slice i axis=0 start=0 stop=3; t = transpose j axes=[1,0]; o = linear t u e; r = concatenate o o axis=0; s = slice r axis=0 start=0 stop=4; mean_squared_error s y",
    "a hidden bias used twice": UNITS + "j = add i a; o = linear j u e; mean_squared_error o y",
    "a hidden bias used before": "j = add g a; h = linear j v a; i = tanh h; o = linear i u e; mean_squared_error o y",
    "a last bias used before": "j = sum e axes=[0]; k = add g j; h = linear k v a; i = tanh h; o = linear i u e; mean_squared_error o y",
    "features and data": UNITS + "j = add i x; o = linear j u e; mean_squared_error o y",
    "features times data": UNITS + "j = multiply i x; o = linear j u e; mean_squared_error o y",
    "what is not uniform": "k = add g x; h = linear k v a; i = tanh h; o = linear i u e; mean_squared_error o y",
    "a norm of what is not uniform": "k = add g x; h = layer_norm k b a axes=1 epsilon:1; o = linear h u e; mean_squared_error o y",
    "a norm of whole examples": "h = layer_norm g null null axes=2 epsilon:1; o = linear h u e; mean_squared_error o y",
    "a weight that is computed": UNITS + "j = add u 1; o = linear i j e; mean_squared_error o y",
    "another path": UNITS + "o = linear i u e; s = sum g axes=[0,1]; t = add o s; mean_squared_error t y",
    "a target that is trained": UNITS + "o = linear i u e; t = add o y; mean_squared_error o t",
    "classes along the examples": UNITS + "o = linear i u e; t = transpose o axes=[1,0]; r = reshape t shape=[4,2]; cross_entropy r y null",
    "targets that may be negative": UNITS + "o = linear i u e; cross_entropy o y null",
    "logits that are not bounded below": UNITS + "o = linear i u e; binary_cross_entropy_with_logits o y null null",
    "no bias of the head": UNITS + "o = linear i u null; mean_squared_error o y",
}  # fmt: skip


@pytest.mark.parametrize("name", CONSTANT)
def test_features_that_can_be_constant(name: str) -> None:
    claim = {"method": "gd", "start": "density", "step": "every"}
    assert (
        verdict(
            certificate(graph(FEATURES.format(CONSTANT[name])), NONSINGULAR, "constant-features", **claim)
        )
        is None
    )


@pytest.mark.parametrize("name", VARYING)
def test_features_that_may_vary(name: str) -> None:
    """They, or the loss, are not of the form that the theorem is about."""
    claim = {"method": "gd", "start": "density", "step": "every"}
    subject = graph(FEATURES.format(VARYING[name]))
    assert verdict(descent(subject)) is None
    assert verdict(certificate(subject, NONSINGULAR, "constant-features", **claim)) == "method"


CUT = 'd x 4,3; d y {} range=["0","1"]; p v 3,3; p a 3; p u 2,3; {}; h = linear x v a; i = {} h; o = linear i u {}; {}'
CUT_ROWS = "r = reshape o shape=[8]; l = slice r axis=0 start=0 stop=7; "
LAST = {
    "smooth-head": ("p e 2", "tanh", "e", "mean_squared_error {} {}"),
    "rescaled-head": ("p e 2", "relu", "e", "binary_cross_entropy_with_logits {} {} null null"),
    "rescaled-head, squared": ("p e 1", "relu", "null", "mean_squared_error {} {}"),
}


@pytest.mark.parametrize("name", LAST)
def test_heads_of_which_rows_lose_different_outputs(name: str) -> None:
    """The theorems are about losses of rows, with the same outputs in each."""
    bias, unit, last, loss = LAST[name]
    claim = {"method": "gd", "start": "density", "step": "every"}
    for shape, text, code in (
        ("4,2", loss.format("o", "y"), None),
        ("7", CUT_ROWS + loss.format("l", "y"), "method"),
    ):
        subject = graph(CUT.format(shape, bias, unit, last, text))
        assert verdict(certificate(subject, NONSINGULAR, name.partition(",")[0], **claim)) == code


HEAD = "d x 2,3; d y 2,2; p w 3,3; p b 3; p u 2,3; p e 2; {}"
DEAD = {
    "relu": "a = linear x w b; h = relu a; o = linear h u e; mean_squared_error o y",
    "a bias that is added": "a = linear x w null; s = add a b; h = relu s; o = linear h u e; mean_squared_error o y",
    "turned": "a = linear x w b; h = relu a; o = linear h u e; t = transpose o axes=[1,0]; r = reshape t shape=[2,2]; mean_squared_error y r",
    "squares of units": "a = linear x w b; h = relu a; s = square h; o = linear s u e; mean_squared_error o y",
}  # fmt: skip
ALIVE = {
    "leaky relu": "a = linear x w b; h = leaky_relu a; o = linear h u e; mean_squared_error o y",
    "relu and more": "a = linear x w b; h = relu a; s = add h 1; o = linear s u e; mean_squared_error o y",
    "a skip connection": "a = linear x w b; h = relu a; s = add h a; o = linear s u e; mean_squared_error o y",
    "a bias that is used twice": "a = linear x w b; h = relu a; s = add h b; o = linear s u e; mean_squared_error o y",
    "a bias that cancels": "a = linear x w b; n = negate a; f = sum n axes=[0,1]; s = add f a; t = add n a; r = add t s; h = relu r; o = linear h u e; mean_squared_error o y",
    "no bias": "a = linear x w null; s = add a b; n = square s; h = relu n; o = linear h u e; mean_squared_error o y",
    "a bias of the features": "a = linear x w null; s = multiply a b; h = relu s; o = linear h u e; mean_squared_error o y",
    "a last bias that is used twice": "a = linear x w b; h = relu a; o = linear h u e; f = add o e; mean_squared_error f y",
    "a last bias in the features": "f = sum e axes=[0]; g = exp f; i = add b g; a = linear x w null; s = add a i; h = relu s; o = linear h u e; mean_squared_error o y",
    "a nonlinear head": "a = linear x w b; h = relu a; o = linear h u e; t = tanh o; mean_squared_error t y",
    "another loss": "a = linear x w b; h = relu a; o = linear h u e; huber o y",
    "a scaled loss": "a = linear x w b; h = relu a; o = linear h u e; l = mean_squared_error o y; multiply l 2",
    "an output against itself": "a = linear x w b; h = relu a; o = linear h u e; f = add o y; mean_squared_error o f",
    "a jump": "a = linear x w b; h = relu a; j = sign w; i = sum j axes=[0,1]; s = multiply h i; o = linear s u e; mean_squared_error o y",
}  # fmt: skip


@pytest.mark.parametrize("name", DEAD)
def test_dead_units_collapse(name: str) -> None:
    subject = graph(HEAD.format(DEAD[name]))
    claim: Json = {"kind": NONSINGULAR, "negated": True}
    assert (
        verdict(certificate(subject, rule="exact-line-search", method="exact-line-search", **claim)) is None
    )
    assert verdict(certificate(subject, rule="dead-head", method="gd", step="1", **claim)) is None
    for size in ("2", "1/2", "999/1000"):
        assert verdict(certificate(subject, rule="dead-head", method="gd", step=size, **claim)) == "method"


@pytest.mark.parametrize("name", ALIVE)
def test_units_that_may_not_be_dead(name: str) -> None:
    subject = graph(HEAD.format(ALIVE[name]))
    claim: Json = {"kind": NONSINGULAR, "negated": True}
    assert verdict(descent(subject)) is None
    assert (
        verdict(certificate(subject, rule="exact-line-search", method="exact-line-search", **claim))
        == "method"
    )
    for size in ("1", "2", "1/2"):
        assert verdict(certificate(subject, rule="dead-head", method="gd", step=size, **claim)) == "method"


THRESHOLDED = {
    "two layers": ("p w -; p q -; multiply w q", None),
    "a square": ("p w -; square w", None),
    "one layer": ("p w -; d x -; d y -; a = multiply w x; b = subtract a y; square b", "method"),
    "an infinite slope": ("p w -; p q -; a = multiply w q; b = square a; sqrt b", "method"),
    "a skip connection": ("p w -; p q -; a = multiply w q; b = add a w; add b q", "method"),
    "a factor that is not small": ("p w -; p q -; d x -; a = add q x; b = multiply w a; add b q", "method"),
    "a cosine": ("p w -; p q -; a = cos q; b = multiply w a; c = tanh q; e = add b c; exp e", "method"),
    "running statistics": ("d x 2,2; p g 2; d m 2; d v 2; a = batch_norm x g null m v epsilon:1; sum a axes=[0,1]", "method"),
    "a jump": ("p w -; p q -; a = sign w; b = multiply a q; square b", "method"),
}  # fmt: skip


@pytest.mark.parametrize("name", THRESHOLDED)
def test_small_gradients_at_0(name: str) -> None:
    text, code = THRESHOLDED[name]
    document = certificate(graph(text), NONSINGULAR, "soft-threshold", method="soft-threshold", negated=True)
    assert verdict(document) == code
