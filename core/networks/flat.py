"""All numbers of a network in a few flat tensors.

One tensor instead of one per layer makes a step of the optimiser a single call (a tenth of the training time of a
128-128 network), and a copy of the best weights a single copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

Pace = tuple[float, float]
"""What the learning rate and the weight decay are multiplied by."""

USUAL: Pace = (1.0, 1.0)


class Block:
    """Some parameters or buffers of a module, moved into one flat tensor.

    Parameters
    ----------
    parts : mapping of str to Tensor
        They become views: who writes to one writes to the other. Those of several members have them along the first
        axis.
    members : int or None

    Attributes
    ----------
    flat : Tensor of shape (numbers,)
        Part by part; if they are parameters, with the gradient in place.
    """

    def __init__(
        self, parts: Mapping[str, Tensor], members: int | None, device: torch.device, dtype: torch.dtype
    ) -> None:
        self.count = members or 1
        self.sizes = [part.numel() for part in parts.values()]
        self.flat = torch.zeros(sum(self.sizes), device=device, dtype=dtype)
        learned = any(isinstance(part, nn.Parameter) for part in parts.values())
        slope = torch.zeros_like(self.flat) if learned else None
        for part, place in zip(parts.values(), self._places(), strict=True):
            part.data = self.flat[place].view(part.shape)
            if slope is not None:
                part.grad = slope[place].view(part.shape)
        self.flat.grad = slope

    def _places(self) -> list[slice]:
        return [slice(start, end) for start, end in pairwise(accumulate(self.sizes, initial=0))]

    def by_member(self, flat: Tensor) -> Tensor:
        """What lies as `flat` does, in rows of shape (members, numbers)."""
        none = flat.new_zeros((self.count, 0))
        return torch.cat([none, *(flat[place].view(self.count, -1) for place in self._places())], dim=1)

    def laid_out(self, rows: Tensor) -> Tensor:
        """What `by_member` gave, as `flat` lies."""
        widths = [size // self.count for size in self.sizes]
        return torch.cat([part.reshape(-1) for part in rows.split(widths, dim=1)]) if widths else self.flat


class Flat:
    """The parameters and buffers of a module, moved into flat tensors.

    Parameters
    ----------
    module : Module
    members : int or None

    Attributes
    ----------
    groups : list of (Pace, Block)
        What is learned; one for each pace that `module.pace` gives.
    still : Block
        Buffers, which no optimiser touches.
    """

    def __init__(self, module: nn.Module, members: int | None, device: torch.device, dtype: torch.dtype) -> None:
        self.module, self.members = module, members
        pace = getattr(module, "pace", lambda name: USUAL)
        paced: dict[Pace, dict[str, Tensor]] = {}
        for name, parameter in module.named_parameters():
            paced.setdefault(pace(name), {})[name] = parameter
        self.groups = [(each, Block(parts, members, device, dtype)) for each, parts in paced.items()]
        self.still = Block(dict(module.named_buffers()), members, device, dtype)

    @property
    def blocks(self) -> list[Block]:
        """What is learned, then what is not."""
        return [*(block for _, block in self.groups), self.still]

    def clear_gradient(self) -> None:
        """Set the gradient to zero, in place."""
        for _, block in self.groups:
            block.flat.grad.zero_()  # type: ignore[union-attr]

    def _lengths(self) -> Tensor:
        """The length of each member's gradient."""
        squares = [block.by_member(block.flat.grad).square().sum(1) for _, block in self.groups]  # type: ignore[arg-type]
        return torch.stack(squares).sum(0).sqrt()

    def gradient_norms(self) -> list[float]:
        """The length of each member's gradient."""
        norms: list[float] = self._lengths().tolist()
        return norms

    def cut_gradient(self, longest: float) -> None:
        """Shorten each member's gradient to a length, where it is longer (Pascanu et al. 2013, arXiv 1211.5063)."""
        share = (longest / (self._lengths() + 1e-6)).clamp_max(1.0)
        for parameter in self.module.parameters():
            each: Tensor = parameter.grad  # type: ignore[assignment]
            each *= share.view(-1, *[1] * (each.dim() - 1)) if self.members else share

    def rows(self) -> list[Tensor]:
        """All numbers, a row per member: those that are learned, pace by pace, then the others."""
        return [block.by_member(block.flat) for block in self.blocks]

    def put(self, rows: Sequence[Tensor]) -> None:
        """Take over what `rows` gave."""
        with torch.no_grad():
            for block, each in zip(self.blocks, rows, strict=True):
                block.flat.copy_(block.laid_out(each))

    def arrays(self) -> dict[str, Any]:
        """The parameters and buffers by name, as numpy arrays of their own."""
        return {name: part.detach().cpu().numpy().copy() for name, part in self._named().items()}

    def _named(self) -> dict[str, Tensor]:
        return dict([*self.module.named_parameters(), *self.module.named_buffers()])

    def load(self, arrays: Mapping[str, Any]) -> None:
        """Take over what `arrays` gave.

        Raises
        ------
        ValueError
            If they are not those of a network of this shape.
        """
        named = self._named()
        wanted = {name: tuple(part.shape) for name, part in named.items()}
        found = {name: np.shape(array) for name, array in arrays.items()}
        if found != wanted:
            raise ValueError(f"the weights have the shapes {found}, and the settings ask for {wanted}")
        for name, part in named.items():
            part.data.copy_(torch.from_numpy(np.array(arrays[name])))
