"""A fitted network as an ONNX file, for who runs it elsewhere; needs the extra ``onnx``."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn

from core.networks.base import NetworkClassifier, NetworkEstimator
from core.networks.layers import PREDICTING

EXTRA = "ONNX files need the packages onnx and onnxscript: pip install 'bakeoff[onnx]'."


class Whole(nn.Module):
    """A fitted network from unscaled inputs to what it predicts."""

    def __init__(self, estimator: NetworkEstimator) -> None:
        super().__init__()
        self.dtype = torch.float32 if estimator._build().module.single else torch.float64
        self.network = estimator.module(torch.device("cpu"), self.dtype)
        self.scaler, self.objective = estimator.scaler(), estimator._objective
        self.classes = isinstance(estimator, NetworkClassifier)
        if not self.classes:
            self.mean, self.scale = estimator.target_mean_, estimator.target_scale_
        self.low, self.high = getattr(estimator, "target_low_", None), getattr(estimator, "target_high_", None)

    def forward(self, X: Tensor) -> Tensor:
        """Probabilities (rows, classes) or numbers (rows,) for inputs (rows, features)."""
        outputs = self.objective.combined(self.network(self.scaler(X).to(self.dtype), PREDICTING), self.network.copies)
        outputs = outputs.double()
        if outputs.dim() > 2:  # of several networks
            outputs = self.objective.combine(outputs)
        if self.classes:
            return outputs.softmax(-1)
        number: Tensor = outputs[..., 0] * self.scale + self.mean
        return number if self.low is None else number.clamp(self.low, self.high)


def to_onnx(estimator: NetworkEstimator, path: str | Path) -> None:
    """Write a fitted network to `path`, from the inputs of its ``predict`` on.

    The file has one input ``X`` of shape (rows, features), float64, for any number of rows, and one output:
    ``probabilities`` of shape (rows, classes) in the order of ``classes_``, or ``number`` of shape (rows,). What a
    `core.networks.TabularNetworkClassifier` or regressor takes for a data frame, its ``numbers`` gives.

    Raises
    ------
    ImportError
        If the extra is not installed.
    sklearn.exceptions.NotFittedError
        If there is nothing to write yet.
    """
    check_is_fitted(estimator)
    try:
        import onnx  # noqa: F401 - torch's own error names neither the extra nor both packages
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ImportError(EXTRA) from error
    whole = Whole(estimator)
    example = torch.zeros((2, estimator.n_features_in_), dtype=torch.float64)
    shapes: Any = ({0: torch.export.Dim("rows")},)
    output = "probabilities" if whole.classes else "number"
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of torch to itself, about what it deprecates
        torch.onnx.export(
            whole.eval(),
            (example,),
            str(path),
            dynamic_shapes=shapes,
            input_names=["X"],
            output_names=[output],
            external_data=False,
            verbose=False,
        )
