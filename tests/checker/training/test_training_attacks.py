"""What a liar would write about training problems: undefined, false, empty or misleading claims, and costly ones.

Graphs are texts as `problems.graph` reads them. Many attacks come with an honest twin, which must pass.
"""
# ruff: noqa: E501 - tables with one row of attacks a line

from __future__ import annotations

import pytest

from tests.checker.training.problems import (
    NONSINGULAR,
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
    "two ranges of indices": 'p w 5; p q 3; d k - kind:integer; a = take w k axis=0; b = take q k axis=0; add a b',
}  # fmt: skip
IMPOSSIBLE = {
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
