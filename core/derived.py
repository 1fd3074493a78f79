"""What is worked out from stored things on request: reading a table, its profile and checks, importances, projections.

Each is an entry: `work` runs in a worker, `keep` in the supervisor. The key is the hash of everything that decides the
result, so asking twice costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from core import afterwards, confined, exam, model_files, studies
from core.catalogue import Catalogue
from core.comparison import Resampled
from core.data import files_behind
from core.derivation import Derivation, Params, derived_key
from core.records import STOPPED_EARLY, FitState, Fold, ModelSpec, Predictions, Problem, Roles, Samples, Split
from core.results import versions
from core.store import FitRow, RunRow, Store, table_info

FEWEST_ROWS = 5  # held-out rows below which importances say nothing


def source_stamp(source: str, tables: Path) -> str:
    """What changes when a source does: its files' sizes and times; where there are none the version of Bakeoff.

    Raises
    ------
    ValueError
        If a database is meant that cannot be, so that nothing of its address is kept.
    """
    from core.data.databases import is_database, stamp
    from core.data.idx import labels_beside

    if is_database(source):
        return stamp(source, tables)
    files = [each for path in files_behind(source, tables) for each in (path, labels_beside(path)) if each is not None]
    states = [path.stat() for path in files]
    return ",".join(f"{state.st_size}-{state.st_mtime_ns}" for state in states) or versions()["bakeoff"]


def _read(store: Store, params: Params) -> dict[str, Any]:
    table = confined.read(params["source"], store.tables)
    store.files.put_frame(table.fingerprint, table.frame)
    return {"info": table_info(table)}


def _patience(store: Store, params: Params) -> float:
    return confined.patience(params["source"], store.tables)


def _room(store: Store, params: Params) -> int:
    return confined.allowance(params["source"], store.tables)


def _keep_table(store: Store, params: Params, result: Params) -> None:
    store.put_table_info(result["info"], params["source"], params["stamp"])


def _importance(store: Store, params: Params) -> dict[str, Any]:
    """On the fold whose model was kept: that model, and the rows that it has not seen."""
    import numpy as np

    from core.importances import IMPORTANCES, importance
    from core.metrics import default_metric, scorer
    from core.preparation import origins
    from core.run import predict, setting

    run = store.run(params["run"])
    table = store.table(run.spec.fingerprint) if run else None
    if run is None or table is None:
        raise ValueError("The run or its table was deleted.")
    shared = setting(run.spec, table, run.problem)
    fit, pipeline = _fitted(store, run, shared, params["model"])
    test = shared.folds[fit.fold].test
    if len(test) < FEWEST_ROWS:
        raise ValueError(f"A fold holds out {len(test)} rows only: too few to say what matters. Use fewer folds.")

    weights, rows = shared.samples.weights, shared.samples.rows

    def said(estimator: Any, X: Any, y: Any) -> Predictions:
        found = predict(estimator, X, y, run.problem, np.arange(len(X)))[0]
        # `X` may be a sample; its index holds the rows' places in the table, which ascend in `rows`
        return found if weights is None else replace(found, weights=weights[np.searchsorted(rows, X.index)])

    frame = importance(
        IMPORTANCES[params["method"]].name,
        pipeline,
        shared.samples.take(test),
        shared.samples.y[test],
        run.problem,
        scorer=scorer(default_metric(run.problem).value, run.problem, said),
        origins=origins(pipeline[0], run.problem),
        seed=run.spec.seed,
    )
    return {"frame": frame.to_dict("list"), "about": dict(frame.attrs), "fold": fit.fold}


def _fitted(store: Store, run: RunRow, shared: Any, model: str) -> tuple[FitRow, Any]:
    """A fit of a model and its pipeline: from the file, or fitted once more where that was cleaned away or lost."""
    from skops.io import load

    from core.models import TRUSTED
    from core.run import execute, model_file

    fits = [each for each in store.fits(run.id) if each.model == model and each.outcome is not None]
    for fit in fits:
        if store.files.has_model(fit.key):
            with suppress(Exception):  # written by another version, or torn: it is fitted once more
                return fit, load(store.files.model_path(fit.key), trusted=TRUSTED)
    again = next((each for each in fits if STOPPED_EARLY not in each.outcome.marks), None)  # type: ignore[union-attr]
    if again is None:
        raise ValueError("No fold of it was finished, so there is no fitted model to look at.")
    spec = next(each for each in run.spec.models if each.id == model)
    pipeline = execute(shared, spec, again.fold).pipeline
    store.files.put_model(again.key, model_file(pipeline))
    return again, pipeline


def taken_out(store: Store, run: str, model: str) -> Any:
    """A model of a run as one fitted estimator that answers as was decided, where something was kept with it.

    Its ``predict`` gives class codes or numbers; it is that of the fold whose file is kept.

    Raises
    ------
    ValueError
        If the run, its table or every fit of the model is gone.
    """
    from core.decisions import Decision
    from core.decisions.carried import carried
    from core.run import setting

    row = store.run(run)
    table = store.table(row.spec.fingerprint) if row else None
    if row is None or table is None:
        raise ValueError("The run or its table was deleted.")
    _, pipeline = _fitted(store, row, setting(row.spec, table, row.problem), model)
    kept = store.decisions(run).get(model)
    return carried(pipeline, Decision.from_json(kept)) if kept else pipeline


def _looked_at(store: Store, params: Params) -> tuple[Problem, Samples]:
    """What is looked at without learning to predict; there may be no target."""
    from core.data import make_problem, samples, without_target

    table = store.table(params["fingerprint"])
    if table is None:
        raise ValueError("The table was deleted.")
    roles = Roles(**params["roles"])
    problem = make_problem(table, roles) if roles.target else without_target(table, roles)
    return problem, samples(table, problem)


def _projection(store: Store, params: Params) -> dict[str, Any]:
    from core.preparation import Needs, labels, preparation
    from core.projections import project

    problem, rows = _looked_at(store, params)
    prepared = preparation(problem, Needs(scaled=True, blind=True), params["seed"])
    values, names = prepared.fit_transform(rows.X, rows.y), labels(prepared, problem)
    frame, info = project(params["method"], values, names, seed=params["seed"], settings=params["settings"])
    frame["row"] = rows.rows[frame["row"].to_numpy()]
    return {"frame": frame.to_dict("list"), "info": info}


def _oddities(store: Store, params: Params) -> dict[str, Any]:
    from core.oddities import oddest

    problem, rows = _looked_at(store, params)
    return oddest(rows, problem, params["seed"])


def _drawn(store: Store, params: Params) -> dict[str, Any]:
    """A single fold's rows, drawn again and again."""
    from core.evidence import resampled, to_json

    run = store.run(params["run"])
    if run is None:
        raise ValueError("The run was deleted.")
    done = [fit for fit in store.fits(run.id, curves=False) if fit.state == FitState.DONE and fit.outcome]
    given = {fit.model: found for fit in done if (found := store.files.predictions(fit.key)) is not None}
    return to_json(resampled(given, run.problem, params["metric"], run.spec.seed))


def drawn(store: Store, run: str, metric: str) -> Resampled | None:
    """What comes of drawing a single fold's rows again and again, once somebody has asked for it and it is there."""
    from core.evidence import from_json

    row = store.derived(derived_key("drawn", {"run": run, "metric": metric}))
    return from_json(row.result) if row is not None and row.state == FitState.DONE else None


def _scores(store: Store, params: Params) -> dict[str, Any]:
    """Every metric of a run's finished fits, from their stored predictions: for a metric that came after the run."""
    from core.metrics import score_all

    run = store.run(params["run"])
    if run is None:
        raise ValueError("The run was deleted.")
    stored = {fit.key: store.files.predictions(fit.key) for fit in store.fits(run.id, curves=False) if fit.outcome}
    return {"scores": {key: score_all(found, run.problem) for key, found in stored.items() if found is not None}}


def _several(store: Store, params: Params) -> dict[str, Any]:
    """Models on several data sets, one run each."""
    from core.evidence import several

    return several(params["scores"], params["metric"], params["rope"])


def _keep_scores(store: Store, params: Params, result: Params) -> None:
    for key, (scores, undefined) in result["scores"].items():
        store.add_scores(key, scores, undefined)


def _diagnoses(store: Store, params: Params) -> dict[str, Any]:
    """Frames about one model of a run, from its stored predictions."""
    from core.diagnostics import DIAGNOSES, Held
    from core.profile import packed

    run = store.run(params["run"])
    if run is None:
        raise ValueError("The run was deleted.")
    fits = [each for each in store.fits(run.id, curves=False) if each.key in params["fits"]]
    found = {each.fold: store.files.predictions(each.key) for each in fits if each.model == params["model"]}
    held = {fold: each for fold, each in sorted(found.items()) if each is not None}
    if not held:
        raise ValueError("No prediction of this model is stored.")
    whole = Held(held)
    return {"frames": {name: packed(DIAGNOSES[name].make(whole, run.problem)) for name in params["names"]}}


def _estimate(store: Store, params: Params) -> dict[str, Any]:
    from core.estimates import probe

    settings = {name: tuple(each) if isinstance(each, list) else each for name, each in params["settings"].items()}
    spec = ModelSpec(params["model"], "", settings)
    problem, rows = _rows(store, params["fingerprint"], json.dumps(params["roles"], sort_keys=True))
    told = probe(problem, rows, spec, train=params["train"], test=params["test"], class_weight=params["class_weight"])
    return asdict(told)


@lru_cache(maxsize=2)
def _rows(store: Store, fingerprint: str, roles: str) -> tuple[Problem, Samples]:
    """What many models are tried on, one after the other."""
    from core.data import make_problem, samples

    table = store.table(fingerprint)
    if table is None:
        raise ValueError("The table was deleted.")
    problem = make_problem(table, Roles(**json.loads(roles)))
    return problem, samples(table, problem)


def _profile(store: Store, params: Params) -> dict[str, Any]:
    from core.profile import PARTS, packed

    table = store.table(params["fingerprint"])
    if table is None:
        raise ValueError("The table was deleted.")
    return packed(PARTS[params["part"]].work(table, params["settings"]))


def _checks(store: Store, params: Params) -> dict[str, Any]:
    """What is found in a table before anything is trained, and how its rows should be divided."""
    from core.checks import check_all, propose_split
    from core.data import Unusable, folds, make_problem, samples

    table = store.table(params["fingerprint"])
    if table is None:
        raise ValueError("The table was deleted.")
    problem, split = make_problem(table, Roles(**params["roles"])), Split(**params["split"])
    rows = samples(table, problem)
    divided: Sequence[Fold] = ()
    with suppress(Unusable):  # the page says why; all else can be looked at
        divided = folds(rows, problem, split, params["seed"])
    found = check_all(table, problem, rows, split, divided, seed=params["seed"])
    return {"checked": found.to_json(), "split": asdict(propose_split(table, problem, found.findings, split))}


def _synthetic(store: Store, params: Params) -> dict[str, Any]:
    """Invented rows beside the table's copy, under their own key; what they are worth as the result."""
    from core.data import make_problem
    from core.synthetic import judge

    table = store.table(params["fingerprint"])
    if table is None:
        raise ValueError("The table was deleted.")
    roles = Roles(**params["roles"])
    problem, split = make_problem(table, roles), Split(**params["split"])
    invented, told = judge(table, problem, roles, split, params["models"], params["seed"])
    store.files.put_frame(derived_key("synthetic", params), invented)
    return told


def _groups(store: Store, params: Params) -> dict[str, Any]:
    from core.for_whom import groups

    return groups(store, params)


def _segments(store: Store, params: Params) -> dict[str, Any]:
    from core.for_whom import segments

    return segments(store, params)


def synthetic_params(fingerprint: str, roles: Roles, split: Split, models: Sequence[str], seed: int) -> dict[str, Any]:
    """The parameters of invented rows and what they are worth."""
    return {**checks_params(fingerprint, roles, split, seed), "models": list(models)}


def checks_params(fingerprint: str, roles: Roles, split: Split, seed: int) -> dict[str, Any]:
    """The parameters of the checks of a table that is to be divided so."""
    return {"fingerprint": fingerprint, "roles": roles.values(), "split": asdict(split), "seed": seed}


def projection_params(fingerprint: str, roles: Roles, method: str, seed: int, settings: Params) -> dict[str, Any]:
    """The parameters of a projection."""
    return {
        "fingerprint": fingerprint,
        "roles": roles.values(),
        "method": method,
        "seed": seed,
        "settings": dict(settings),
    }


def oddities_params(fingerprint: str, roles: Roles, seed: int = 0) -> dict[str, Any]:
    """The parameters of a search for odd rows."""
    return {"fingerprint": fingerprint, "roles": roles.values(), "seed": seed}


def estimate_params(
    fingerprint: str, roles: Roles, spec: ModelSpec, train: int, test: int, class_weight: str
) -> dict[str, Any]:
    """The parameters of an estimate: of a fit on `train` rows that is judged on `test` rows."""
    return {
        "fingerprint": fingerprint,
        "roles": roles.values(),
        "model": spec.name,
        "settings": dict(spec.settings),
        "train": train,
        "test": test,
        "class_weight": class_weight,
    }


DERIVED: Catalogue[Derivation] = Catalogue(
    "derived result",
    Derivation("table", _read, _keep_table, _patience, _room, confined.told),
    Derivation("importance", _importance),
    Derivation("projection", _projection),
    Derivation("oddities", _oddities),
    Derivation("profile", _profile, seconds=lambda store, params: 120.0),
    Derivation("checks", _checks, seconds=lambda store, params: 120.0),
    Derivation(
        "synthetic", _synthetic, seconds=lambda store, params: 1800.0, memory=lambda store, params: 2 * 2**30, long=True
    ),
    Derivation("scores", _scores, _keep_scores),
    Derivation("drawn", _drawn),
    Derivation("several", _several, seconds=lambda store, params: 120.0),
    Derivation("diagnoses", _diagnoses, seconds=lambda store, params: 120.0),
    Derivation("groups", _groups, seconds=lambda store, params: 180.0),
    Derivation("segments", _segments, seconds=lambda store, params: 180.0),
    Derivation("estimate", _estimate, seconds=lambda store, params: 60.0),
    *exam.DERIVATIONS,
    *model_files.DERIVATIONS,
    *studies.DERIVATIONS,
    *afterwards.DERIVATIONS,
)
