"""Engine thread: a separation network made ready for nothing but inference: the same answers, sooner.

What is done, and what each step brings, is in `docs/decisions/0013-fast-separation.md`.
"""

from __future__ import annotations

import copy
import platform
from typing import Any, TypeVar

import torch
from demucs.demucs import DConv
from demucs.transformer import CrossTransformerEncoderLayer, MyTransformerEncoderLayer
from torch import Tensor, nn
from torch.nn import functional

from engine.separation.precision import Precision

CONVOLVES = platform.machine().lower() in ("x86_64", "amd64")
"""Whether oneDNN's convolutions do the products with float32 weights: on AMD they use AVX-512, and MKL does not."""

AnyNetwork = TypeVar("AnyNetwork", bound=nn.Module)

_WEIGHTED = (nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.Embedding, nn.Linear)
_TransformerLayer = MyTransformerEncoderLayer | CrossTransformerEncoderLayer


def for_inference(network: AnyNetwork, precision: Precision) -> AnyNetwork:
    """A copy of a network that answers the same, but cannot learn; the weights that need no change are shared.

    In bfloat16 it is to be called under `torch.autocast`: what keeps float32 are the norms, the spectra and the sums
    in the transformer.
    """
    shared = {id(tensor): tensor.detach() for tensor in network.buffers()}
    shared |= {id(tensor): _fixed(tensor) for tensor in network.parameters()}
    ready = copy.deepcopy(network, shared).eval()
    for module in ready.modules():
        if isinstance(module, DConv):
            _fold_scales_of_branches(module)
        elif isinstance(module, _TransformerLayer):
            _fold_scales_of_attention(module)
    if precision == "bfloat16":
        _halve_weights(ready)
    _replace(ready, convolve=CONVOLVES and precision == "float32")
    return ready


class Attention(nn.Module):
    """What `nn.MultiheadAttention` computes for a batch of one without masks, by the quickest way in each precision."""

    def __init__(self, attention: nn.MultiheadAttention, convolve: bool) -> None:
        """Take over the weights of `attention`."""
        super().__init__()
        width, heads = attention.embed_dim, attention.num_heads
        weight, bias = attention.in_proj_weight, attention.in_proj_bias
        scale = (width // heads) ** -0.5
        self._heads = heads
        self.query = _product(weight[:width] * scale, bias[:width] * scale, convolve)
        self.key_and_value = _product(weight[width:], bias[width:], convolve)
        self.attend = PlainAttention() if weight.dtype == torch.bfloat16 else FusedAttention()
        self.out = _product(attention.out_proj.weight, attention.out_proj.bias, convolve)

    def forward(self, query: Tensor, key: Tensor, _value: Tensor, **_options: object) -> tuple[Tensor, None]:
        """The answer to `query`, (1, queries, width) both, from `key` (1, keys, width), which is the value too.

        The shape of the call and of the result are those of `nn.MultiheadAttention`; the options are about masks and
        weights, and these networks use neither.
        """
        queries = self.query(query).unflatten(-1, (self._heads, -1)).transpose(1, 2)
        keys, values = self.key_and_value(key).unflatten(-1, (2, self._heads, -1)).permute(2, 0, 3, 1, 4).contiguous()
        length = self.attend.queries_at_once
        pieces = [queries[:, :, start : start + length] for start in range(0, queries.shape[2], length)]
        answer = torch.cat([self.attend(piece, keys, values) for piece in pieces], dim=2)
        return self.out(answer.transpose(1, 2).flatten(2)), None


class FusedAttention(nn.Module):
    """Torch's own kernel, in pieces so that nobody waits long for it at a gate."""

    queries_at_once = 768

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """(1, heads, n, width / heads) from scaled queries of that shape, and keys and values with some other n."""
        return functional.scaled_dot_product_attention(queries, keys, values, scale=1.0)


class PlainAttention(nn.Module):
    """Products and a softmax: in bfloat16 twice as fast as the kernel, if the scores stay in the processor's caches."""

    queries_at_once = 192

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """As FusedAttention."""
        return torch.softmax(queries @ keys.transpose(2, 3), dim=-1) @ values


class ConvolvedLinear(nn.Module):
    """What `nn.Linear` computes, as a convolution that is one point wide."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """Weights (outputs, inputs), bias (outputs,)."""
        super().__init__()
        self.weight = _fixed(weight[:, :, None, None].contiguous(memory_format=torch.channels_last))
        self.bias = bias

    def forward(self, values: Tensor) -> Tensor:
        """(…, inputs) to (…, outputs); the image is (1, inputs, 1, all the rest), its channels innermost.

        Even the stride of the one image must be that of such a layout, or all is copied, twice: an axis put in front by
        `[None]` has another one.
        """
        image = values.reshape(1, -1, values.shape[-1]).transpose(1, 2)[:, :, None]
        answer = functional.conv2d(image, self.weight, self.bias)[:, :, 0]
        return answer.transpose(1, 2).reshape(*values.shape[:-1], -1)


def _fixed(tensor: Tensor) -> nn.Parameter:
    """The same numbers, in the same memory, as a parameter that does not learn."""
    return nn.Parameter(tensor.detach(), requires_grad=False)


def _fold_scales_of_branches(branches: DConv) -> None:
    """Scale the norm before the gate instead of what comes through the gate: a · σ(b) is linear in a."""
    branch: Any
    for branch in branches.layers:
        norm, scale = branch[-3], branch[-1].scale
        factors = torch.cat([scale, torch.ones_like(scale)])
        norm.weight, norm.bias = _fixed(norm.weight * factors), _fixed(norm.bias * factors)
        branch[-1] = nn.Identity()


def _fold_scales_of_attention(layer: _TransformerLayer) -> None:
    """Scale the weights of the last products instead of what comes out of them."""
    attention: Any = layer.self_attn if isinstance(layer, MyTransformerEncoderLayer) else layer.cross_attn
    last: Any
    for name, last in (("gamma_1", attention.out_proj), ("gamma_2", layer.linear2)):
        scale = getattr(layer, name).scale
        last.weight, last.bias = _fixed(last.weight * scale[:, None]), _fixed(last.bias * scale)
        setattr(layer, name, nn.Identity())


def _halve_weights(network: nn.Module) -> None:
    """Round the weights of all products to bfloat16, once and for all."""
    for module in network.modules():
        if isinstance(module, _WEIGHTED):
            module.to(torch.bfloat16)
        elif isinstance(module, nn.MultiheadAttention):
            module.in_proj_weight = _fixed(module.in_proj_weight.bfloat16())
            module.in_proj_bias = _fixed(module.in_proj_bias.bfloat16())


def _replace(network: nn.Module, convolve: bool) -> None:
    """Put our own attention, and where it pays our own linear layers, in the place of torch's."""
    for parent in list(network.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.MultiheadAttention):
                setattr(parent, name, Attention(child, convolve))
            elif convolve and type(child) is nn.Linear:
                setattr(parent, name, ConvolvedLinear(child.weight, child.bias))


def _product(weight: Tensor, bias: Tensor, convolve: bool) -> nn.Module:
    """A linear layer with these weights (outputs, inputs) and bias (outputs,)."""
    if convolve:
        return ConvolvedLinear(weight, bias)
    linear = nn.Linear(weight.shape[1], weight.shape[0], device="meta")
    linear.weight, linear.bias = _fixed(weight), _fixed(bias)
    return linear
