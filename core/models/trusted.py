"""The types that a stored model may be made of, beyond those that skops trusts by itself.

A file that was written here is read back with exactly these; whatever else is found in a file is refused. A test fits
every model and holds the list to what they need.
"""

from core.networks import PREDICTORS

TRUSTED: tuple[str, ...] = (
    *(place.replace(":", ".") for place in PREDICTORS.values()),
    "core.models.weights.Unweighted",
    "core.preparation.transformers.Categories",
    "core.preparation.transformers.CommonScale",
    "core.preparation.transformers.Dates",
    "core.preparation.transformers.EmptyAsZero",
    "core.preparation.transformers.Filled",
    "core.preparation.transformers.Numbers",
    "core.preparation.transformers.YesNo",
    # How hist_gradient_boosting remembers to read the columns that are no categories: partial(check_array, …). What a
    # partial calls must be trusted as well.
    "functools.partial",
    "sklearn.utils.validation.check_array",
    "sklearn.utils._bunch.Bunch",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
    "sklearn.gaussian_process.kernels.ConstantKernel",
    "sklearn.gaussian_process.kernels.Product",
    "sklearn.gaussian_process.kernels.RBF",
    "sklearn.metrics._dist_metrics.ChebyshevDistance64",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.metrics._dist_metrics.MinkowskiDistance64",
    "sklearn.model_selection._split.KFold",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
)
