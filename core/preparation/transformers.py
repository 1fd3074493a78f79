"""Small transformers that turn columns of one kind into arrays that scikit-learn's own steps take over.

Take a frame (or an array) with columns of one kind, give one array. They learn from the training rows only, accept
values they have not seen, and leave gaps as gaps: filling them is the next step's work.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

#: What a gap in a category column is called.
MISSING = "(missing)"

# Trees and networks compute in single precision: beyond this a number is infinite to them.
_LARGEST = float(np.finfo(np.float32).max)
_EPOCH = pd.Timestamp(0)
_DAY = pd.Timedelta(1, "D")


class _Columns(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """What they share: columns are found by name, and learned from once."""

    def fit(self, X: Any, y: Any = None) -> Any:
        """Learn from the training rows.

        Parameters
        ----------
        X : DataFrame or array-like of shape (rows, columns)
        y : ignored
        """
        self._learn(self._checked(X, reset=True))
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Turn the columns into an array.

        Parameters
        ----------
        X : DataFrame or array-like of shape (rows, columns)
            A frame may hold the columns in another order, and others beside them.

        Returns
        -------
        ndarray of shape (rows, columns out)
        """
        check_is_fitted(self)
        return self._turned(self._checked(self._chosen(X), reset=False))

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> np.ndarray:
        """The names of the columns of `transform`'s array."""
        check_is_fitted(self)
        if input_features is None:
            unnamed = [f"x{number}" for number in range(self.n_features_in_)]
            input_features = getattr(self, "feature_names_in_", unnamed)
        return np.asarray(self._named([str(name) for name in input_features]), dtype=object)

    def _chosen(self, X: Any) -> Any:
        """The columns of `fit`, in their order, where they can be told by name."""
        names = getattr(self, "feature_names_in_", None)
        if names is None or not hasattr(X, "columns") or list(X.columns) == list(names):
            return X
        return X[list(names)] if X.columns.isin(names).sum() == len(names) else X

    def _checked(self, X: Any, reset: bool) -> pd.DataFrame:
        """The columns as a frame: one that was given keeps its types, anything else is checked as an array."""
        if isinstance(X, pd.DataFrame):
            validate_data(self, X, skip_check_array=True, reset=reset)
            return X
        return pd.DataFrame(validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def _learn(self, frame: pd.DataFrame) -> None:
        """Nothing to learn, unless a subclass says so."""

    def _turned(self, frame: pd.DataFrame) -> np.ndarray:
        raise NotImplementedError

    def _named(self, names: list[str]) -> list[str]:
        return names


class Numbers(_Columns):
    """Number columns as one array of float64; what is no finite number in single precision is a gap (NaN)."""

    def _turned(self, frame: pd.DataFrame) -> np.ndarray:
        values = np.ascontiguousarray(frame.to_numpy(dtype=np.float64, na_value=np.nan))
        usable = np.abs(values) <= _LARGEST  # one comparison finds infinities, oversized numbers and NaN
        return values if usable.all() else np.where(usable, values, np.nan)


class YesNo(_Columns):
    """Yes/no columns as 0 and 1 in the order of their categories; a gap or an unknown answer is NaN.

    Attributes
    ----------
    answers_ : list of list of str
        Each column's answers; the position is the number.
    """

    def _learn(self, frame: pd.DataFrame) -> None:
        self.answers_ = [_codes(frame.iloc[:, number])[1] for number in range(frame.shape[1])]

    def _turned(self, frame: pd.DataFrame) -> np.ndarray:
        turned = np.empty(frame.shape)
        for number, answers in enumerate(self.answers_):
            codes, names = _codes(frame.iloc[:, number])
            values = [float(answers.index(name)) if name in answers else np.nan for name in names]
            turned[:, number] = np.array([*values, np.nan])[codes]  # the code -1 of a gap takes the last
        return turned


class Categories(_Columns):
    """Category columns through an encoder of scikit-learn, a gap as a value of its own.

    The encoder is given each value's place in the alphabet of the training rows: texts it would compare one by one in
    Python, row by row, and in the same order.

    Parameters
    ----------
    encoder : unfitted encoder of scikit-learn
        Takes values that it has not seen.

    Attributes
    ----------
    encoder_ : fitted encoder
    values_ : list of list of str
        Each column's values in the training rows, in order.
    """

    def __init__(self, encoder: Any) -> None:
        self.encoder = encoder

    def fit(self, X: Any, y: Any = None) -> Any:
        """Learn from training rows of shape (rows, columns), and for some encoders from their target."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Learn, and give what the encoder makes of the training rows themselves."""
        frame = self._checked(X, reset=True)
        self.values_ = [_present(frame.iloc[:, number]) for number in range(frame.shape[1])]
        self.encoder_ = clone(self.encoder)
        encoded: np.ndarray = self.encoder_.fit_transform(self._places(frame), y)
        return encoded

    def _turned(self, frame: pd.DataFrame) -> np.ndarray:
        encoded: np.ndarray = self.encoder_.transform(self._places(frame))
        return encoded

    def _places(self, frame: pd.DataFrame) -> np.ndarray:
        places = np.empty(frame.shape, dtype=np.int64)
        for number, values in enumerate(self.values_):
            codes, names = _codes(frame.iloc[:, number])
            place = {value: where for where, value in enumerate(values)}
            places[:, number] = np.array([place.get(name, len(values)) for name in (*names, MISSING)])[codes]
        return places

    def _named(self, names: list[str]) -> list[str]:
        named = copy(self.encoder_)
        named.categories_ = [np.array(values, dtype=object) for values in self.values_]
        return list(named.get_feature_names_out(names))


class Dates(_Columns):
    """Dates as numbers: year, month, day of the week (Monday is 0), days since the earliest training date.

    A column with times of day in its training rows also gives the hour (with minutes as its fraction). A gap is NaN in
    all of them.

    Parameters
    ----------
    mark_gaps : bool, default=True
        Whether a column with gaps in its training rows also gives a column that is 1 where they are.

    Attributes
    ----------
    earliest_ : ndarray of shape (columns,)
        Days from 1970-01-01 to the earliest training date.
    timed_, marked_ : list of bool
        Which columns give an hour, and which a mark for gaps.
    """

    def __init__(self, mark_gaps: bool = True) -> None:
        self.mark_gaps = mark_gaps

    def _learn(self, frame: pd.DataFrame) -> None:
        columns = [_moments(frame.iloc[:, number]) for number in range(frame.shape[1])]
        days = [_days(column) for column in columns]
        self.earliest_ = np.array([np.nanmin(each) if np.isfinite(each).any() else 0.0 for each in days])
        self.timed_ = [bool((column.dt.normalize() != column)[column.notna()].any()) for column in columns]
        self.marked_ = [bool(self.mark_gaps and column.isna().any()) for column in columns]

    def _turned(self, frame: pd.DataFrame) -> np.ndarray:
        turned: list[Any] = []
        for number, earliest in enumerate(self.earliest_):
            column = _moments(frame.iloc[:, number])
            turned += [column.dt.year, column.dt.month, column.dt.day_of_week, _days(column) - earliest]
            turned += [column.dt.hour + column.dt.minute / 60] if self.timed_[number] else []
            turned += [column.isna()] if self.marked_[number] else []
        return np.column_stack([np.asarray(each, dtype=np.float64) for each in turned])

    def _named(self, names: list[str]) -> list[str]:
        named = []
        for name, timed, marked in zip(names, self.timed_, self.marked_, strict=True):
            parts = ["year", "month", "day of week", "days", *["hour"] * timed, *["missing"] * marked]
            named += [f"{name}: {part}" for part in parts]
        return named


class _Gaps(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What they share: an array of numbers with NaN for gaps, learned from once."""

    def fit(self, X: Any, y: Any = None) -> Any:
        """Learn from an array of shape (rows, columns)."""
        self._learn(np.asarray(validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")))
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Turn an array of shape (rows, columns) into another."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return self._turned(np.asarray(values))

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> np.ndarray:
        """The names of the columns of `transform`'s array."""
        return np.asarray(self._named(list(_check_feature_names_in(self, input_features))), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _learn(self, values: np.ndarray) -> None:
        raise NotImplementedError

    def _turned(self, values: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _named(self, names: list[str]) -> list[str]:
        return names


class EmptyAsZero(_Gaps):
    """Columns without a single value in the training rows become 0; gaps elsewhere stay.

    For models that take gaps as they are and still cannot learn from a column that is nothing else.

    Attributes
    ----------
    empty_ : ndarray of bool of shape (columns,)
    """

    def _learn(self, values: np.ndarray) -> None:
        self.empty_ = np.isnan(values).all(axis=0)

    def _turned(self, values: np.ndarray) -> np.ndarray:
        return np.where(self.empty_, 0.0, values) if self.empty_.any() else values


class Filled(_Gaps):
    """Gaps take the middle or the most frequent value of the training rows, 0 where there is none.

    As scikit-learn's ``SimpleImputer`` does it, whose median of a large table takes longer than many a fit.

    Parameters
    ----------
    frequent : bool, default=False
        Whether it is the most frequent value, of several the smallest; else it is the median.
    mark : bool, default=False
        Whether each column with gaps in the training rows gets another one behind all, which is 1 where they are.

    Attributes
    ----------
    fill_ : ndarray of shape (columns,)
    marked_ : ndarray of int
        The columns that got another one.
    """

    def __init__(self, frequent: bool = False, mark: bool = False) -> None:
        self.frequent = frequent
        self.mark = mark

    def _learn(self, values: np.ndarray) -> None:
        gaps = np.isnan(values)
        known = (column[~gap] for column, gap in zip(values.T, gaps.T, strict=True))
        middle = _most_frequent if self.frequent else np.median
        self.fill_ = np.array([middle(column) if len(column) else 0.0 for column in known])
        self.marked_ = np.flatnonzero(gaps.any(axis=0) & self.mark)

    def _turned(self, values: np.ndarray) -> np.ndarray:
        gaps = np.isnan(values)
        filled = np.where(gaps, self.fill_, values) if gaps.any() else values
        return np.hstack([filled, gaps[:, self.marked_]]) if len(self.marked_) else filled

    def _named(self, names: list[str]) -> list[str]:
        return [*names, *(f"missingindicator_{names[column]}" for column in self.marked_)]


class CommonScale(_Gaps):
    """Standardises columns that measure the same, such as pixels, by one mean and one deviation for all.

    scikit-learn's scalers take each column by itself: a pixel at the edge, which is black in all images but one, then
    becomes the loudest of all in that one, and how bright the pixels of one image are beside each other is lost.

    Attributes
    ----------
    scaler_ : StandardScaler
        Fitted to all values as if they were one column.
    """

    def _learn(self, values: np.ndarray) -> None:
        self.scaler_ = StandardScaler().fit(values.reshape(-1, 1))

    def _turned(self, values: np.ndarray) -> np.ndarray:
        turned: np.ndarray = self.scaler_.transform(values.reshape(-1, 1))
        return turned.reshape(values.shape)


def _most_frequent(values: np.ndarray) -> float:
    different, counts = np.unique(values, return_counts=True)
    return float(different[counts.argmax()])


def _present(column: pd.Series[Any]) -> list[str]:
    """The values of a column as text, in order, with the name of a gap where it has one."""
    codes, names = _codes(column)
    counts = np.bincount(codes + 1, minlength=len(names) + 1)
    return sorted({name for name, count in zip([MISSING, *names], counts, strict=True) if count})


def _codes(column: pd.Series[Any]) -> tuple[np.ndarray, list[str]]:
    """Each row's position among the column's values (-1 for a gap), and the values as text."""
    categorical = column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")
    return np.asarray(categorical.cat.codes, dtype=np.int64), [str(value) for value in categorical.cat.categories]


def _moments(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column as points in time, without a zone (in UTC where it had one)."""
    moments = pd.to_datetime(column)
    return moments if moments.dt.tz is None else moments.dt.tz_convert(None)


def _days(moments: pd.Series[Any]) -> np.ndarray:
    """Days since 1970-01-01, with the time of day as their fraction; NaN for a gap."""
    return np.asarray((moments - _EPOCH) / _DAY, dtype=np.float64)
