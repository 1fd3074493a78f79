"""The face's questions: tables, exams, studies, diagnoses, groups; answered by whoever works off the queue.

Takes a store and what is asked about; gives the derived result, which is there at once when somebody asked before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core import exam, jobs, model_files
from core.checks import Checked
from core.derivation import derived_key
from core.derived import checks_params, oddities_params
from core.profile import PARTS
from core.records import FitState, ModelSpec, Proposal, Roles, RunSpec, Split
from core.store import Derived, Store
from core.studies import study_params


def request_profile(store: Store, part: str, fingerprint: str, **settings: Any) -> Derived:
    """A part of a table's profile, or the job that works it out.

    Parameters
    ----------
    part : str
        A name of `core.profile.PARTS`.
    fingerprint : str
        Of the table.
    **settings
        What the part takes, see its ``work``; plain values.

    Raises
    ------
    UnknownName
        If there is no such part.
    """
    return _request(store, "profile", {"part": PARTS[part].name, "fingerprint": fingerprint, "settings": settings})


def request_checks(store: Store, fingerprint: str, roles: Roles, split: Split, seed: int = 0) -> Derived:
    """What is found in a table that is to be divided so, or the job that looks."""
    return _request(store, "checks", checks_params(fingerprint, roles, split, seed))


def request_checks_of(store: Store, spec: RunSpec) -> Derived:
    """The same for the table, the roles and the split of a run."""
    return request_checks(store, spec.fingerprint, spec.roles, spec.split, spec.seed)


def request_oddities(store: Store, fingerprint: str, roles: Roles) -> Derived:
    """The rows of a table that fit least (see `core.oddities.oddest`), or the job that looks for them."""
    return _request(store, "oddities", oddities_params(fingerprint, roles))


def request_exam(store: Store, spec: RunSpec, model: ModelSpec) -> Derived:
    """Have the sealed rows of a run opened for one model, see `core.exam`; what was opened before is there at once."""
    return _request(store, exam.KIND, exam.exam_params(spec, model))


def request_model_file(store: Store, run: str, spec: RunSpec, model: ModelSpec, decision: Mapping[str, Any]) -> Derived:
    """A model of a run as a file, with a decision in it (see `core.model_files`), or the job that makes it."""
    return _request(store, model_files.KIND, model_files.file_params(spec, model, decision), run)


def request_study(store: Store, kind: str, spec: RunSpec, model: ModelSpec) -> Derived:
    """A study of one model of a run, or the job that works it out.

    Parameters
    ----------
    kind : str
        One of `core.studies.KINDS`.
    """
    return _request(store, kind, study_params(spec, model))


def request_drawn(store: Store, run: str, metric: str) -> Derived:
    """The rows of a run's single fold, drawn again and again (see `core.evidence.resampled`), or the job that does."""
    return _request(store, "drawn", {"run": run, "metric": metric}, run)


def request_several(store: Store, scores: Mapping[str, Mapping[str, float]], metric: str, rope: float) -> Derived:
    """Models on several data sets (see `core.comparison.compare_many`), or the job that compares them.

    Parameters
    ----------
    scores : mapping of str to mapping of str to float
        Data set to model to score.
    """
    return _request(store, "several", {"scores": scores, "metric": metric, "rope": rope})


def request_diagnoses(store: Store, run: str, model: str, names: Sequence[str], fits: Sequence[str]) -> Derived:
    """Frames about a model of a run, from the predictions of the fits with these keys, or the job that makes them.

    Parameters
    ----------
    names : sequence of str
        Names of `core.diagnostics.DIAGNOSES`.
    """
    return _request(store, "diagnoses", {"run": run, "model": model, "names": [*names], "fits": [*fits]}, run)


def request_groups(store: Store, params: Mapping[str, Any]) -> Derived:
    """Scores and treatment by group (see `core.for_whom.groups_params`), or the job that works them out."""
    return _request(store, "groups", params, params["run"])


def request_segments(store: Store, params: Mapping[str, Any]) -> Derived:
    """The segments that a model errs in most (see `core.for_whom.segments_params`), or the job that looks."""
    return _request(store, "segments", params, params["run"])


def checks_told(row: Derived) -> tuple[Checked, Proposal] | None:
    """What was found and how the rows should be divided; None while that is not known."""
    if row.state != FitState.DONE:
        return None
    return Checked.from_json(row.result["checked"]), Proposal(**row.result["split"])


def _request(store: Store, kind: str, params: Mapping[str, Any], run: str = "") -> Derived:
    row = store.request(derived_key(kind, params), kind, params, run)
    if row.state in (FitState.QUEUED, FitState.RUNNING):
        jobs.ensure_supervisor(store)
    return row
