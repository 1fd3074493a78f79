"""A model as one file to take home: fitted on all practice rows, with what was decided about its answers in it.

Takes a run's spec, a chosen model and a `Decision`; gives a file of skops, which is never a pickle, and opens it again.
Making one is a derived result. scikit-learn is imported when a file is written or opened, never with this module.
"""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.derivation import Derivation, Params, derived_key
from core.models import model_title
from core.progress import Step, retelling, tell
from core.records import Fold, ModelSpec, RunSpec, Table
from core.results import versions
from core.store import Store

KIND = "model_file"
ABOUT, FORMAT = "about.json", 1
JUDGED = 5  # practice rows that a fit predicts in the place of held-out ones, of which there are none
MATTERS = ("bakeoff", "scikit-learn", "torch")  # versions with which the same file may answer otherwise

# How a file is opened, as it stands in the file itself and on the page.
USE = """\
from core.data import load_table
from core.model_files import load

model = load({file})
table = load_table("new_rows.csv")  # with the same columns
model.predict(table.frame)  # {says}
model.{method}(table.frame)  # {gives}
"""


def file_params(spec: RunSpec, model: ModelSpec, decision: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a model's file: what a run says with this model alone and without its limits, and a decision.

    Parameters
    ----------
    decision : mapping
        See `core.decisions.Decision.to_json`.
    """
    chosen = replace(spec, models=(model,), time_limit=0.0, memory_limit=0.0, run_limit=0.0)
    return {"fingerprint": spec.fingerprint, "spec": json.loads(chosen.to_json()), "decision": dict(decision)}


def file_key(spec: RunSpec, model: ModelSpec, decision: Mapping[str, Any]) -> str:
    """The key under which the file of a model with this decision is found, in the store and among its models."""
    return derived_key(KIND, file_params(spec, model, decision))


def file_name(dataset: str, model: str) -> str:
    """What the file of a model is called."""
    parts = (re.sub(r"[^A-Za-z0-9]+", "_", each).strip("_") for each in (dataset, model))
    return "-".join(each or "table" for each in parts) + ".skops"


def how_to_load(name: str, about: Mapping[str, Any]) -> str:
    """The lines of code that open a file of this name, by what it says about itself."""
    decision, scores = about["decision"], ("predict_proba", "a column for each of model.classes_")
    if not about["probabilities"]:
        scores = "decision_function", f"how far each row leans to {about['classes'][-1]!r}"
    says = "the class that costs least" if decision.get("matrix") else f"{decision['positive']!r} where it is flagged"
    return USE.format(file=json.dumps(name), says=says, method=scores[0], gives=scores[1])


# ---- making one


def _work(store: Store, params: Params) -> dict[str, Any]:
    from core.decisions import Decision
    from core.decisions.carried import carried, named

    table = store.table(params["fingerprint"])
    if table is None:
        raise ValueError("The table was deleted.")
    spec, decision = RunSpec.from_json(json.dumps(params["spec"])), Decision.from_json(params["decision"])
    pipeline, rows, sealed = _fitted(store, table, spec)
    tell(Step(0.9, "the file is written"))
    model = named(carried(pipeline, decision), decision.classes)
    about = _about(spec, table, params["decision"], rows, sealed)
    about["probabilities"] = hasattr(pipeline, "predict_proba")
    content = packed(model, about)
    return {"about": about, "size": store.files.put_model(derived_key(KIND, params), content)}


def _fitted(store: Store, table: Table, spec: RunSpec) -> tuple[Any, int, int]:
    """The spec's one model fitted on all practice rows, how many these are, and how many are sealed.

    The fit is kept beside the files, until it is cleared away as a leftover: another cut-off needs no other fit.
    """
    from skops.io import loads

    from core.data import make_problem, practice_and_exam, samples
    from core.models import TRUSTED
    from core.run import Setting, execute, model_file

    problem = make_problem(table, spec.roles)
    rows = samples(table, problem)
    practice, sealed = practice_and_exam(rows, problem, spec.split)
    key = derived_key("fitted on all", json.loads(spec.to_json()))
    counts = len(practice), len(sealed)
    with suppress(Exception):  # not there, of another version, or torn: it is fitted once more
        return loads(store.files.model_path(key).read_bytes(), trusted=TRUSTED), *counts
    [model] = spec.models
    tell(Step(0.0, f"{model_title(model)} learns from all practice rows"))
    shared = Setting(spec, problem, rows, [Fold(0, practice, practice[:JUDGED])])
    with retelling(lambda step: replace(step, fraction=0.9 * step.fraction, point={})):
        pipeline = execute(shared, model, 0).pipeline
    store.files.put_model(key, model_file(pipeline))
    return pipeline, *counts


def _about(spec: RunSpec, table: Table, decision: Mapping[str, Any], rows: int, sealed: int) -> dict[str, Any]:
    """What a file says about itself, as plain values."""
    from core.data import make_problem

    [model] = spec.models
    problem = make_problem(table, spec.roles)
    return {
        "format": FORMAT,
        "model": model.name,
        "title": model_title(model),
        "settings": dict(model.settings),
        "dataset": {"name": spec.dataset, "fingerprint": spec.fingerprint},
        "target": problem.target,
        "classes": list(problem.classes),
        "features": [{"name": each.name, "kind": str(each.kind)} for each in problem.features],
        "rows": rows,
        "sealed": sealed,
        "seed": spec.seed,
        "class_weight": spec.class_weight,
        "split": asdict(spec.split),
        "decision": dict(decision),
        "versions": versions(),
    }


def packed(model: Any, about: Mapping[str, Any]) -> bytes:
    """The file of a fitted model that says about itself what `about` holds.

    Raises
    ------
    ValueError
        If it is made of something that `load` would refuse.
    """
    from skops.io import get_untrusted_types

    from core.run import model_file

    content = model_file(model)
    if strange := sorted(set(get_untrusted_types(data=content)) - set(_trusted())):
        raise ValueError(f"Its file could not be opened again: it is made of {', '.join(strange)}.")
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(ABOUT, json.dumps(about, indent=2, ensure_ascii=False, default=list))
    return buffer.getvalue()


def _trusted() -> Sequence[str]:
    """All that a file may be made of; whatever else is found in one is refused."""
    from core.decisions import carried
    from core.models import TRUSTED

    return (*TRUSTED, *carried.TRUSTED)


# ---- opening it


def read_about(path: str | Path) -> dict[str, Any]:
    """What a model's file says about itself; nothing of the model is loaded.

    Raises
    ------
    ValueError
        If Bakeoff wrote no such file.
    """
    try:
        with zipfile.ZipFile(path) as file:
            about: dict[str, Any] = json.loads(file.read(ABOUT))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ValueError(f"{Path(path).name} is not a model's file of Bakeoff, or it is damaged.") from error
    if about.get("format", 0) > FORMAT:
        raise ValueError(f"{Path(path).name} was written by a later version of Bakeoff.")
    return about


def load(path: str | Path) -> Any:
    """A model from its file, as a fitted classifier that answers as was decided.

    Only types on a fixed list are made, so opening a file runs nothing that is in it. Where it was written with other
    versions of Bakeoff, scikit-learn or PyTorch, there is a warning.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    core.decisions.carried.Named
        ``predict`` gives classes by their names, for a DataFrame with the columns that the model learned from.

    Raises
    ------
    ValueError
        If Bakeoff wrote no such file.
    skops.io.exceptions.UntrustedTypesFoundException
        If it is made of anything else than models of Bakeoff.
    """
    from skops.io import load as read

    about, now = read_about(path), versions()
    unlike = [f"{name} {about['versions'][name]}" for name in MATTERS if about["versions"].get(name) != now[name]]
    if unlike:
        told = ", ".join(f"{name} {now[name]}" for name in MATTERS)
        warnings.warn(
            f"{Path(path).name} was written with {', '.join(unlike)}; here are {told}. Its answers may differ.",
            stacklevel=2,
        )
    return read(path, trusted=list(_trusted()))


DERIVATIONS = (Derivation(KIND, _work, seconds=lambda store, params: 3600.0, long=True),)
