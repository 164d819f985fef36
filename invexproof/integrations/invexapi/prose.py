"""The words of the page about the audit, in Markdown."""

from __future__ import annotations

from typing import Final

HEAD: Final = """# Audit of invexapi {version}

<!-- Written by `invexproof audit invexapi`; do not edit. -->

The library [invexapi](https://pypi.org/project/invexapi/{version}/) has penalties, losses, operators and
network layers for invex optimisation, marked as convex, invex, admissible and so on, after the papers that it cites. A
mark has the status *assumed*: nothing is checked. Here each mark stands beside a verdict.

{summary}

Every *proved* and *refuted* rests on certificates in `{folder}` that `invexcheck` has accepted, and on the [steps
from them to the property](#from-certificates-to-properties), which the checker does not check. All statements are
about real inputs and exact real arithmetic. `make audit` regenerates the page and the certificates.

## The verifier

The library has room for verifiers. This one takes a mark only from a certificate that the checker has accepted:

```text
from invexapi import LogPenalty
from invexproof.integrations.invexapi import InvexproofVerifier

penalty = LogPenalty(lamb=0.1, beta=3.0)
verifier = InvexproofVerifier(folder="invexproof-certificates")
certificate = verifier.check(penalty, "admissible")   # status "verified", or None
refutation = verifier.refute(penalty, "convex")       # what was verified instead, and the files that show it
penalty._certify("admissible", certificate)           # the library's rules now derive "verified" from it
```

The source of the certificate is `invexproof:` and the SHA-256 of the file; where a property takes several claims, as
*admissible* does, `derived_from` lists one certificate for each. Layers are read with their weights, which
are exact rationals.

## Functions

A separable function of the library is g(x) = Σ t(|x_i|^p). This is our reading of its source; a test compares the two
numerically, and so does the verifier before it decides anything.

| function | t(v) | p | parameters |
| --- | --- | --- | --- |
"""

VERDICTS: Final = """
The first line of each function is the library's own example, with its floats as the rationals that they are; the
others are about all parameters in a range. A cell has the library's mark (*assumed*; *derived* by one of its rules;
– for none) and the verdict. Where there is no mark, the verdict is for comparison only. *Refuted*, of a range,
means for some parameters in it. *Not checked*: we have no claim for this property, or it is not implied by one that
holds.

| function | parameters | {properties} |
| --- | --- | {rules} |
"""

ADMISSIBLE: Final = """
*Admissible* is Definition 4 of the library's reference: g(x) = Σ s(|x_i|) with s(0) = 0, s′ > 0 on (0, ∞), and
s(w)/w² not increasing on (0, ∞). It is no claim of ours, but follows from claims about functions made from t: that
t continues the line x on x < 0 continuously and strictly monotonically, that t(exp(x)) has no stationary point, and
that −t, continued by a line, is convex, or the ratio with x = log v strictly monotone.

Not checked: `PSDTracePenalty`, which is infinite off the positive semidefinite matrices; complex inputs; the proximal
operators.

| function | parameters | property | verdict | by | certificates |
| --- | --- | --- | --- | --- | --- |
"""

LAYERS: Final = """
## Layers

`ixLinear` is x ↦ A₂σ(A₁x + b₁) + b₂, `ixConv2d` the same with convolutions, `ixSequential` a composition. The first
two are marked invex by their constructors, for every weight, size and activation; the third if all its parts are
marked.

What can *invex* mean for such a map Φ?

1. **One output.** Φ is a function; it is invex if every stationary point is a global minimiser.
2. **Several outputs, as the library's theorem has it** (`full_rank_composition`): the Jacobian DΦ(x) has full row
   rank at every x. Then ℓ∘Φ is invex for every differentiable invex loss ℓ, since DΦ(x)ᵀ∇ℓ = 0 only if ∇ℓ = 0. For
   one output this is more than invexity: it says that there is no stationary point.
3. **Several outputs, in effect**: ℓ∘Φ is invex for every differentiable invex ℓ. Unless the outputs lie in an
   affine subspace of lower dimension, this is the same as 2: if vᵀDΦ(x) = 0 with v ≠ 0, then x is a stationary
   point of ℓ∘Φ for the losses ℓ(z) = vᵀz and −vᵀz, which have none themselves; if x minimises both, vᵀΦ is
   constant.

In each of these senses there are marked layers that are not invex. The refutations below are of 1, and for several
outputs of 3, and so of 2.

These layers are what they are marked to be, for all weights in the ranges:

| layer | formula | weights | verdict | certificate |
| --- | --- | --- | --- | --- |
"""

SAMPLES: Final = """
With weights, in sense 2; of each, a certificate about its Jacobian on all of ℝⁿ. The code is
[below](#layers-with-weights).

| layer | why | input | verdict | certificate |
| --- | --- | --- | --- | --- |
"""

RULES: Final = """
## Rules

The library derives marks by rules, each with a citation. As mathematical statements, with our reasons:

| rule | statement | why | what is not enforced | wrong marks |
| --- | --- | --- | --- | --- |
"""

WRONG: Final = """
## Marks that are wrong

Each of these objects carries the mark, and a certificate shows that it lacks the property. The code builds the
object; the certificate is about the function of one variable that it computes, or about a loss of that.

"""

HELPER: Final = "The helper `layer`:\n\n"

THREE: Final = """### Three ReLU layers

`full_rank_composition` for an activation with a kink: three layers, of each of which every matrix in Clarke's
generalised Jacobian has full row rank at every point, and whose composition is not invex. With y₁ = x₁ + |x₂| and z
= x₂ + |y₁|/2 they are x ↦ (y₁, x₂), (y₁, x₂) ↦ (y₁, z), and (y₁, z) ↦ y₁ + 2|z|. The generalised Jacobians of the
first two have determinant 1, and the gradients of the third are (1, 2r) with −1 ≤ r ≤ 1. Yet the composition has
the gradients (0, 2) and (0, −2) arbitrarily near x = 0, so that 0 is a Clarke-stationary point, with the value 0;
the value at (−3, −1) is −2. This one has no certificate: a test verifies it in exact arithmetic.

"""

BUILDERS: Final = "## Layers with weights\n\n"

UNMARKED: Final = "## Where there is rightly no mark\n\n"

STEPS: Final = """
## From certificates to properties

The checker verifies claims about functions of one real variable. From there to the library's properties these steps
are made, on paper:

"""

OTHERS: Final = "\n## The other exports\n\n"

OTHER_ROLES: Final = ("other loss", "combinator", "layer")

CERTIFICATES: Final = """
## Certificates

What the checker has verified, in its own words. A claim that several entries need has one certificate.

| certificate | statement |
| --- | --- |
"""

ROLES: Final = {
    "operator": "Operators carry structural facts, such as full row rank, which are taken on trust where the caller "
    "declares them; those that the library sets itself are elementary and were read, not certified",
    "solver": "Solvers read marks, and warn where there is none",
    "machinery": "The rest makes no claim about a function",
}
