"""Images to learn from, each time a little different."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from core.networks.choices import Augmentation


def changed(images: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """Each image shifted, turned and zoomed by chance; beyond its edge it goes on as it is there.

    Parameters
    ----------
    images : Tensor of shape (rows, channels, height, width)
    how : Augmentation
    generator : torch.Generator
        On the device of the images.
    """
    if not how.changes:
        return images
    rows, _, height, width = images.shape
    draws = torch.rand((5, rows), generator=generator, device=generator.device).to(images.dtype) * 2 - 1
    angle, zoom = draws[0] * math.radians(how.turn), 1 + draws[1] * how.zoom
    mirror = torch.where(draws[2] < 0, -1.0, 1.0) if how.mirrored else torch.ones_like(zoom)
    turned, slanted, tall = angle.cos() / zoom, angle.sin() / zoom, width / height
    across = torch.stack([turned * mirror, -slanted / tall, 2 * how.shift * draws[3]], 1)
    along = torch.stack([slanted * tall * mirror, turned, 2 * how.shift * draws[4]], 1)
    places = functional.affine_grid(torch.stack([across, along], 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, places, padding_mode="border", align_corners=False)
