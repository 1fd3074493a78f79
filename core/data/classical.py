"""The classical tables that come with scikit-learn, as frames with their target.

The order of the classes is scikit-learn's, so that codes equal its ``target``.
"""

from __future__ import annotations

from typing import Any

import pandas as pd


def _with_classes(bunch: Any, target: str) -> pd.DataFrame:
    classes = pd.Categorical.from_codes(bunch.target, categories=pd.Index(bunch.target_names, dtype="str"))
    return bunch.data.assign(**{target: classes})  # type: ignore[no-any-return]


def iris() -> pd.DataFrame:
    """150 flowers."""
    from sklearn.datasets import load_iris

    return _with_classes(load_iris(as_frame=True), "species")


def wine() -> pd.DataFrame:
    """178 wines."""
    from sklearn.datasets import load_wine

    return _with_classes(load_wine(as_frame=True), "grower")


def breast_cancer() -> pd.DataFrame:
    """569 tumours."""
    from sklearn.datasets import load_breast_cancer

    return _with_classes(load_breast_cancer(as_frame=True), "diagnosis")


def digits() -> pd.DataFrame:
    """1,797 images of 8 by 8 pixels, with whole numbers 0 to 9 as classes."""
    from sklearn.datasets import load_digits

    bunch = load_digits(as_frame=True)
    frame: pd.DataFrame = bunch.data.assign(digit=pd.Categorical.from_codes(bunch.target, categories=pd.RangeIndex(10)))
    return frame


def diabetes() -> pd.DataFrame:
    """442 patients; the measures are scaled as scikit-learn ships them."""
    from sklearn.datasets import load_diabetes

    bunch: Any = load_diabetes(as_frame=True)
    frame: pd.DataFrame = bunch.data.assign(progression=bunch.target)
    return frame


def linnerud() -> pd.DataFrame:
    """20 men, three exercises and three bodily measures."""
    from sklearn.datasets import load_linnerud

    bunch: Any = load_linnerud(as_frame=True)
    frame: pd.DataFrame = pd.concat([bunch.data, bunch.target], axis=1)
    return frame
