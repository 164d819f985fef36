"""Functional forms of PyTorch, one for (nearly) every row of the tables of ATen operators.

A case is a function of parameters, which have the shapes that are given, and of data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


class Function(nn.Module):
    """A function of parameters and data."""

    def __init__(self, function: Callable[..., Any], *shapes: tuple[int, ...]) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.function = function
        self.w = nn.ParameterList([nn.Parameter(torch.randn(s)) for s in shapes])

    def forward(self, *data: Any) -> Any:
        """The function of the parameters, then the data."""
        return self.function(*self.w, *data)


Case = tuple[nn.Module, str]


def of(function: Callable[..., Any], *shapes: tuple[int, ...], data: str = "") -> Case:
    """A function of parameters of these shapes, and data."""
    return Function(function, *(shapes or ((3, 4),))), data


def positive(w: Any) -> Any:
    """Something above 1."""
    return w * w + 1


def unit(w: Any) -> Any:
    """Something in (-1, 1)."""
    return w.tanh() * 0.9


FUNCTIONS: Mapping[str, Case] = {
    # arithmetic
    "arithmetic": of(lambda w, v, x: (w + 2 * v - x / 3) * (1 - w) / positive(v), (3, 4), (4,), data="3x4"),
    "alpha": of(
        lambda w, x: torch.add(w, x, alpha=2) + torch.sub(x, w, alpha=0.5) + torch.rsub(w, x, alpha=3),
        data="3x4",
    ),
    "powers": of(lambda w: w**2 + w**3 + positive(w) ** 0.5 + positive(w) ** -1.5 + positive(w) ** w + 2**w),
    "addcmul": of(
        lambda w, v, x: torch.addcmul(w, v, x, value=0.5) + torch.addcdiv(w, v, positive(v), value=2.0),
        (3,),
        (3,),
        data="3",
    ),
    "lerp": of(lambda w, v, x: torch.lerp(w, v, 0.3) + torch.lerp(w, v, x), (3,), (3,), data="3"),
    "logaddexp": of(lambda w, v: torch.logaddexp(w, v) + torch.hypot(w, v), (3,), (3,)),
    "extremes": of(
        lambda w, v, x: torch.maximum(w, v) * torch.minimum(w, x) + torch.max(w, v) + torch.fmin(w, v),
        (3,),
        (3,),
        data="3",
    ),
    "clamp": of(
        lambda w, x: w.clamp(-0.5, 0.7) + w.clamp(min=0.1) * w.clamp(max=x) + w.clamp_min(0.3), data="3x4"
    ),
    "remainder": of(
        lambda w, v: (
            torch.remainder(w, 0.7) * torch.fmod(w, 0.6) + torch.div(w, 0.3, rounding_mode="floor") * w + v
        ),
        (3,),
        (3,),
    ),
    "where": of(
        lambda w, v, x: (
            torch.where(w > v, w * v, w)
            + torch.where(x > 0, w, 0.0)
            + torch.where((w < 0.3) & ~(v >= 0), 1.0, v)
        ),
        (3, 4),
        (3, 4),
        data="3x4",
    ),
    "comparisons": of(
        lambda w, v: w * (w != v) + v * ((w == v) | (w <= 0.1)) + w * torch.logical_xor(w > 0, v > 0),
        (3,),
        (3,),
    ),
    "masked": of(
        lambda w, x: w.masked_fill(x > 0, -2.0) + w.masked_fill(x > 0.9, float("-inf")).softmax(-1),
        data="3x4",
    ),
    "masked on data": of(
        lambda w, x: (w + torch.zeros_like(x).masked_fill(x > 0.9, float("-inf"))).softmax(-1), data="3x4"
    ),
    "booleans": of(lambda w, x: w * x + x.float() - (w > 0).to(w.dtype) * w, data="3x4:bool"),
    "integers": of(lambda w, x: w * x + x // 2, data="3x4:int64"),
    "elementary": of(
        lambda w: (
            w.exp()
            + w.expm1()
            + positive(w).log()
            + positive(w).log1p()
            + positive(w).sqrt()
            + positive(w).rsqrt()
            + positive(w).reciprocal()
            + w.square()
            + w.abs()
            + w.sign() * w
            + w.neg()
        )
    ),
    "trigonometric": of(
        lambda w: w.sin() + w.cos() + unit(w).tan() + unit(w).asin() + unit(w).acos() + w.atan()
    ),
    "hyperbolic": of(
        lambda w: w.sinh() + w.cosh() + w.tanh() + w.asinh() + (positive(w) + 0.1).acosh() + unit(w).atanh()
    ),
    "errors": of(lambda w: w.erf() + w.erfc() + torch.special.expit(w) + torch.logit(w.sigmoid(), eps=1e-3)),
    "rounding": of(lambda w: (w.floor() + w.ceil() * 2 + w.round() * 3 + w.trunc() * 5) * w + w.frac()),
    "logarithms": of(lambda w: positive(w).log2() + positive(w).log10() + w.exp2() + torch.nan_to_num(w)),
    "detached": of(lambda w: w * w.detach() + (w.round() - w).detach() + w),
    "scalar tensors": of(lambda w: w * torch.tensor(0.5) + torch.sqrt(torch.tensor(64.0)) * w),
    # rearranging
    "views": of(
        lambda w, x: w.view(4, 3).reshape(2, 6).flatten().unflatten(0, (3, 4)).unsqueeze(1).squeeze(1) * x,
        data="3x4",
    ),
    "axes": of(
        lambda w: (
            w.permute(2, 0, 1).transpose(0, 1).movedim(0, -1) * 2
            + w.movedim((0, 1), (1, 0)).swapaxes(0, 1).permute(1, 2, 0).permute(2, 0, 1).mT.mT.movedim(0, -1)
        ),
        (2, 2, 2),
    ),
    "repeating": of(
        lambda w: (
            w.expand(3, 3, 4).sum(0)
            + w.repeat(2, 1)[:3]
            + w.tile(2)[:, :4]
            + w.repeat_interleave(2, 1)[:, 1:5]
        )
    ),
    "repeating by data": of(lambda w: torch.repeat_interleave(w, torch.tensor([1, 2, 0]), 0, output_size=3)),
    "slices": of(
        lambda w: w[1:, ::2].sum() + w[0] * w[-1] + w.narrow(1, 1, 2).sum() + w[..., None, 1:3].mean()
    ),
    "parts": of(
        lambda w: sum(
            p.sum() ** 2
            for p in (*w.split(2, 1), *w.chunk(2), *w.unbind(1), *w.tensor_split(3, 1), *w.split([1, 3], 1))
        )
    ),
    "wholes": of(
        lambda w, x: torch.cat([w, x], 1).sum(1) * torch.stack([w, x], -1).prod(-1).sum(1), data="3x4"
    ),
    "meshgrid": of(
        lambda w, v: sum(torch.meshgrid(w, v, indexing="ij")) * sum(torch.meshgrid(w, v, indexing="xy")).T,
        (3,),
        (2,),
    ),
    "rolling": of(lambda w: w.roll(1) * w.roll((1, -1), (0, 1)) + w.flip(1) * w.flip((0, 1)) + w.rot90(2)),
    "writing": of(lambda w, x: F.pad(w, (1, 1)).index_fill(1, torch.tensor([0]), 2.0)[:, :4] * x, data="3x4"),
    "in place": (Function(lambda w, x: _written(w, x), (3, 4)), "3x4"),
    "diagonals": of(
        lambda w: (
            w.diagonal(1).sum()
            + torch.diag_embed(w, 1).sum(0)[:4, :4]
            + torch.diag(w[0])
            + w[:, :3].trace()
            + torch.diag(w, -1).sum()
        )
    ),
    "triangles": of(lambda w: w.tril() @ w.triu(1).T + w.tril(-1).sum()),
    "padding": of(lambda w: F.pad(w, (1, 2), value=3.0).sum() * F.pad(w, (1, -1, -1, 1)).mean()),
    "padding modes": of(
        lambda w: F.pad(w, (1, 1), "reflect") + F.pad(w, (2, 0), "replicate") * F.pad(w, (1, 1), "circular"),
        (1, 2, 4),
    ),
    "pixel shuffle": of(
        lambda w: (
            F.pixel_shuffle(w, 2).sum(1, keepdim=True) * F.pixel_unshuffle(F.pixel_shuffle(w, 2), 2).mean()
        ),
        (1, 4, 2, 3),
    ),
    "channel shuffle": of(lambda w: F.channel_shuffle(w, 2), (1, 4, 2, 2)),
    "taking": of(
        lambda w, i: w[i] + w.index_select(0, i[0]).sum() + w.take(i).sum() + F.embedding(i, w),
        data="3x4:int64",
    ),
    "gathering": of(lambda w, i: w.gather(0, i) + torch.take_along_dim(w, i[:1], 0), data="3x4:int64"),
    "several indices": of(
        lambda w, i: w[i, i.flip(0)] + w[:, i, i].sum() + w[i, :, i] * 2, (2, 2, 2), data="3:int64"
    ),
    "negative indices": of(lambda w: w[torch.tensor([0, -1])] * w[torch.tensor([-1, 1]), :]),
    "indices of parameters": of(lambda w: w.gather(1, w.argmax(1, keepdim=True)) * w[w.sum(1).argsort()]),
    "scattering": of(
        lambda w, i: (
            torch.zeros(3, 4, dtype=w.dtype).scatter_add(0, i, w)
            + w.scatter(1, i[:, :1], 0.5)
            + w.scatter(1, i[:, :1], w[:, :1] * 2)
        ),
        data="3x4:int64",
    ),
    "index add": of(
        lambda w, i: (
            w.index_add(0, i, w[:2], alpha=2.0)
            + torch.zeros_like(w).scatter_reduce(0, i[:, None].expand(2, 4), w[:2], "sum")
        ),
        data="2:int64",
    ),
    "index put": of(
        lambda w, i: (
            w.index_put((i, i), w[0, 0], accumulate=True)
            + torch.zeros(3, 4, dtype=w.dtype).index_put((i,), w[:1])
        ),
        data="1:int64",
    ),
    "mask put": (Function(lambda w, x: _mask_put(w, x), (3, 4)), "3x4:bool"),
    "masked scatter": of(lambda w, x: x.masked_scatter(x > 0, w * 2) + w, data="3x4"),
    "windows": of(
        lambda w: (
            w.unfold(1, 2, 1).prod(-1).sum()
            + w.diff(dim=1).square().sum()
            + w.diff(n=2, dim=1, prepend=w[:, :1]).sum()
        )
    ),
    # linear
    "products": of(
        lambda w, v, x: w @ v + torch.mm(w, x) * torch.addmm(w @ v, w, x, beta=0.5, alpha=2),
        (3, 4),
        (4, 3),
        data="4x3",
    ),
    "batched products": of(
        lambda w, x: torch.bmm(w, x) + torch.baddbmm(w @ x, w, x, beta=2) + torch.addbmm(w[0] @ x[0], w, x),
        (2, 3, 4),
        data="2x4x3",
    ),
    "vectors": of(
        lambda w, v: (
            torch.dot(w, v)
            + torch.outer(w, v).sum()
            + torch.mv(torch.outer(w, w), v).sum()
            + torch.inner(w, v)
            + torch.addr(torch.outer(v, v), w, v).mean()
        ),
        (3,),
        (3,),
    ),
    "einsum": of(
        lambda w, x: (
            torch.einsum("bij,bjk->bik", w, x)
            + torch.einsum("...ij,jk", w, x[0])
            + torch.einsum("bii", w[:, :, :3]).sum()
        ),
        (2, 3, 4),
        data="2x4x3",
    ),
    "tensordot": of(
        lambda w, x: torch.tensordot(w, x, 2) + torch.tensordot(w, x, ([0, 1], [1, 0])), (3, 3), data="3x3"
    ),
    "bilinear": (nn.Bilinear(3, 4, 2), "5x3,5x4"),
    "matrices": of(
        lambda w: (
            torch.linalg.multi_dot([w, w.T, w]).sum()
            + torch.matrix_power(w @ w.T, 3).sum()
            + torch.kron(w, w).sum()
        )
    ),
    "cross": of(
        lambda w, x: torch.linalg.cross(w, x) + torch.cross(w, w.flip(0), dim=-1), (4, 3), data="4x3"
    ),
    "fold": of(
        lambda w: F.fold(F.unfold(w, 2, padding=1, stride=2) ** 2, (4, 5), 2, padding=1, stride=2),
        (2, 3, 4, 5),
    ),
    "upsampling": of(
        lambda w: (
            F.interpolate(w, scale_factor=2, mode="nearest").sum()
            + F.interpolate(w, (5, 7), mode="bilinear").square().sum()
            + F.interpolate(w, (5, 7), mode="bilinear", align_corners=True).square().sum()
            + F.interpolate(w, (6, 8), mode="bicubic").square().sum()
        ),
        (1, 2, 3, 4),
    ),
    "upsampling 1d and 3d": of(
        lambda w: (
            F.interpolate(w[0], 6, mode="linear").square().sum()
            + F.interpolate(w[None], scale_factor=2, mode="trilinear").square().sum()
            + F.interpolate(w[None], scale_factor=2).square().sum()
            + F.interpolate(w[0], 6, mode="nearest-exact").square().sum()
        ),
        (1, 2, 3, 3),
    ),
    "sums": of(
        lambda w: (
            w.sum()
            + w.sum(0).square().sum()
            + w.mean((0, 1))
            + w.mean(1, keepdim=True) * w
            + w.prod()
            + w.prod(1).sum()
            + w.cumsum(1) * w.cumprod(0)
            + torch.count_nonzero(w)
        )
    ),
    # norms and selections
    "norms": of(
        lambda w: (
            w.norm()
            + w.norm(dim=1).square().sum()
            + w.norm(1)
            + w.norm(float("inf"))
            + torch.linalg.vector_norm(w, 3)
            + torch.linalg.matrix_norm(w)
            + torch.dist(w, 2 * w)
        )
    ),
    "distances": of(
        lambda w, x: (
            torch.cdist(w, x).sum()
            + F.pairwise_distance(w, x).sum()
            + F.cosine_similarity(w, x).sum()
            + F.normalize(w).sum()
        ),
        data="3x4",
    ),
    "spread": of(
        lambda w: (
            w.var()
            + w.std(1).sum()
            + w.var(0, unbiased=False).sum()
            + torch.var_mean(w, 1, correction=0)[0].sum() * torch.std_mean(w)[1]
        )
    ),
    "extreme values": of(
        lambda w: (
            w.max()
            + w.max(1)[0] @ w.min(1).values
            + w.amax(0).sum() * w.amin((0, 1))
            + w.aminmax()[0]
            + w.argmax() * w[0, 0]
            + (w.max(0)[1] * w[0]).sum()
        )
    ),
    "sorting": of(
        lambda w: (
            w.sort(1)[0] * w.sort(0, descending=True)[0]
            + w.argsort(1) * w
            + w.topk(2, 1)[0].sum() * w.topk(2, 1, largest=False)[1].sum()
            + w.kthvalue(2, 1)[0].sum()
            + w.msort()
        )
    ),
    "medians": of(
        lambda w: (
            w.median() + w.median(1)[0].square().sum() + w.cummax(1)[0].square() + w.cummin(0)[0].square()
        )
    ),
    "truths": of(lambda w: (w > 0).any() * w + (w > -9).all(1, keepdim=True) * w * 2 + torch.isfinite(w) * w),
    "one hot": of(lambda w: F.one_hot(w.argmax(1), 4) * w),
    "softmaxes": of(
        lambda w: (
            w.softmax(0) * w.log_softmax(1)
            + w.logsumexp(1, keepdim=True)
            + w.logsumexp((0, 1))
            + torch.logcumsumexp(w, 1)
        )
    ),
    "layer norms": of(
        lambda w, x: F.layer_norm(w * x, (4,)) + F.rms_norm(w, (4,)) + F.rms_norm(w, (4,), eps=0.1),
        data="3x4",
    ),
    "weight norm": (nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), "2x4"),
    "spectral norm": (nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)).eval(), "2x4"),
    "old weight norm": of(lambda v, g: torch._weight_norm(v, g, 0), (3, 4), (3, 1)),
    "local response norm": of(lambda w: F.local_response_norm(w, 3), (1, 4, 3, 3)),
    # attention
    "attention": of(lambda q, k, v: F.scaled_dot_product_attention(q, k, v), (2, 3, 4), (2, 5, 4), (2, 5, 2)),
    "causal attention": of(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=0.3),
        (2, 5, 4),
        (2, 5, 4),
        (2, 5, 2),
    ),
    "masked attention": of(
        lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m),
        (2, 3, 4),
        (2, 5, 4),
        (2, 5, 2),
        data="3x5",
    ),
    "grouped attention": of(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True),
        (2, 4, 3, 4),
        (2, 2, 5, 4),
        (2, 2, 5, 4),
    ),
    # losses
    "regression": of(
        lambda w, x: (
            F.mse_loss(w, x)
            + F.l1_loss(w, x, reduction="sum")
            + F.huber_loss(w, x, delta=0.3)
            + F.smooth_l1_loss(w, x, beta=0.5)
        ),
        data="3x4",
    ),
    "unreduced regression": of(
        lambda w, x: (
            F.mse_loss(w, x, reduction="none")
            + F.l1_loss(w, x, reduction="none")
            + F.huber_loss(w, x, reduction="none", delta=0.3)
            + F.smooth_l1_loss(w, x, reduction="none", beta=0.5)
        ),
        data="3x4",
    ),
    "classification": of(
        lambda w, y: (
            F.cross_entropy(w, y)
            + F.cross_entropy(
                w,
                y,
                label_smoothing=0.1,
                reduction="sum",
                weight=torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=w.dtype),
            )
            + F.nll_loss(w.log_softmax(1), y)
        ),
        data="3:int64",
    ),
    "pixels": of(
        lambda w, y: F.cross_entropy(w, y) + F.nll_loss(w.log_softmax(1), y), (1, 3, 2, 2), data="1x2x2:int64"
    ),
    "unreduced classification": of(
        lambda w, y: F.cross_entropy(w, y, reduction="none") * F.nll_loss(w, y, reduction="none"),
        data="3:int64",
    ),
    "soft classification": of(lambda w, y: F.cross_entropy(w, y.softmax(1)), data="3x4"),
    "binary": of(
        lambda w, y: (
            F.binary_cross_entropy(w.sigmoid(), y.sigmoid())
            + F.binary_cross_entropy_with_logits(w, y)
            + F.binary_cross_entropy_with_logits(w, y, weight=y * 2, pos_weight=y + 3)
        ),
        data="3x4",
    ),
    "unreduced binary": of(
        lambda w, y: (
            F.binary_cross_entropy(w.sigmoid(), y.sigmoid(), reduction="none")
            + F.binary_cross_entropy_with_logits(w, y, reduction="none", pos_weight=y + 1)
        ),
        data="3x4",
    ),
    "divergence": of(
        lambda w, y: (
            F.kl_div(w.log_softmax(1), y.softmax(1), reduction="batchmean")
            + F.kl_div(w.log_softmax(1), w.softmax(0).log(), log_target=True)
        ),
        data="3x4",
    ),
    "poisson": of(
        lambda w, y: (
            F.poisson_nll_loss(w, y.exp())
            + F.poisson_nll_loss(positive(w), y.exp(), log_input=False, full=True)
        ),
        data="3x4",
    ),
    "margins": of(
        lambda w, y: (
            F.soft_margin_loss(w, y)
            + F.hinge_embedding_loss(w, y.sign())
            + F.margin_ranking_loss(w, w * w, y, 0.3)
            + F.cosine_embedding_loss(w, w * w, y[:, 0].sign(), 0.1)
        ),
        data="3x4",
    ),
    "multi margin": of(
        lambda w, y: F.multi_margin_loss(w, y) + F.multi_margin_loss(w, y, p=2, margin=0.5), data="3:int64"
    ),
    "triplets": of(
        lambda w, v, x: F.triplet_margin_loss(w, v, x) + F.triplet_margin_loss(w, x, v, swap=True, p=1.0),
        (3, 4),
        (3, 4),
        data="3x4",
    ),
}


def _written(w: Any, x: Any) -> Any:
    """Slices written in place."""
    y = torch.zeros(3, 4, dtype=w.dtype) + x
    y[1:, 1] = w[1:, 0]
    y[0] = w[0] * 2
    y[:, ::2] += w[:, 1::2]
    y.mul_(w)
    return y


def _mask_put(w: Any, mask: Any) -> Any:
    """A number written where a mask says."""
    y = w * 2
    y[mask] = 0.5
    return y
