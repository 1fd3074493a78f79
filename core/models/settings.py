"""Whether settings fit a model: first against the entry, then, only where it does not say, against the class itself."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from core.catalogue import UnknownName, did_you_mean, resolve
from core.models.ensembles import named
from core.models.entry import Model
from core.records import Param, Task


def check(model: Model, task: Task, settings: Mapping[str, Any]) -> None:
    """Raise if a setting's name is not known or its value cannot be used.

    Raises
    ------
    UnknownName
        For a name that the class's constructor does not have, or a member that is no model; says near misses.
    ValueError
        For a value that neither the form nor the class takes. The bounds of a form are what makes sense for most;
        beyond them the class has the last word.
    """
    shown = {param.name: param for param in model.params[task]}
    open_questions = {}
    for name, value in settings.items():
        if name not in shown or not _settled(shown[name], value):
            open_questions[name] = value
        elif name == model.members:
            named(value, task)
    if open_questions:
        _ask_the_class(model, task, open_questions, shown)


def accepted(path: str) -> tuple[str, ...]:
    """The names of the constructor parameters of the class that `path` names."""
    return tuple(inspect.signature(resolve(path)).parameters)


def _settled(param: Param, value: Any) -> bool:
    """Whether the form offers the value; where it does not, only the class can say."""
    if value is None and param.none_means:
        return True
    if param.choices:
        # `True == 1 == 1.0`, but to scikit-learn a share of 1.0 is all columns and 1 is one column
        return any(value == choice and type(value) is type(choice) for choice in param.choices)
    return not _unfit(param, value)


def _unfit(param: Param, value: Any) -> str:
    """What the form would take, in words; empty if the value is that."""
    if param.choices:
        return f"one of {', '.join(repr(choice) for choice in param.choices)}"
    if isinstance(param.default, bool):
        return "" if isinstance(value, bool) else "True or False"
    if isinstance(param.default, str):
        return "" if isinstance(value, str) else f"text such as {param.default!r}"
    if isinstance(param.default, tuple):
        listed = value if isinstance(value, tuple | list) else (value,)
        good = all(_is_number(each, True, param) for each in listed)
        return "" if good else f"whole numbers {_range(param)} in brackets, such as {param.default!r}"
    whole = all(isinstance(each, int) for each in (param.default, param.low) if each is not None)
    if _is_number(value, whole, param):
        return ""
    return f"a {'whole number' if whole else 'number'} {_range(param)}" + (" or None" if param.none_means else "")


def _is_number(value: Any, whole: bool, param: Param) -> bool:
    if isinstance(value, bool) or not isinstance(value, Integral if whole else Real):
        return False
    low, high = param.low, param.high
    return (low is None or float(value) >= low) and (high is None or float(value) <= high)


def _range(param: Param) -> str:
    low, high = (
        None if bound is None else f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"
        for bound in (param.low, param.high)
    )
    if low is not None and high is not None:
        return f"from {low} to {high}"
    return f"from {low}" if low is not None else f"up to {high}" if high is not None else ""


def _ask_the_class(model: Model, task: Task, settings: Mapping[str, Any], shown: Mapping[str, Param]) -> None:
    """Check names against the constructor, and values against what the class says it takes."""
    known = accepted(model.build[task])
    for name in settings:
        if name not in known:
            raise UnknownName(did_you_mean(f"setting of {model.title}", name, known))
    estimator = resolve(model.build[task])(**settings)
    for name, value in settings.items():
        complaint = _complaint(estimator, name, value)
        # What the form does not offer must be known to the class; True passes as 1 there, and then fails or misleads.
        if name in shown and (complaint != "" or isinstance(value, bool)):
            wanted = _unfit(shown[name], value)
            raise ValueError(f"{model.title}: {name}={value!r} does not fit, it must be {wanted}.")
        if complaint:
            raise ValueError(f"{model.title}: {complaint}")


def _complaint(estimator: Any, name: str, value: Any) -> str | None:
    """What scikit-learn says against a value; empty if nothing, None if the class does not say what it takes."""
    from sklearn.utils._param_validation import InvalidParameterError, validate_parameter_constraints

    constraints = getattr(estimator, "_parameter_constraints", {})
    if name not in constraints:
        return None
    try:
        validate_parameter_constraints({name: constraints[name]}, {name: value}, type(estimator).__name__)
    except InvalidParameterError as error:
        return str(error)
    return ""
