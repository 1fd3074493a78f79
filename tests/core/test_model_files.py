"""A model to take home: loaded in a process of its own it answers as was decided, and nothing else is opened."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import asking, jobs
from core.decisions import EVERYONE, FROM, PROBABILITY, SCORE, Decision
from core.model_files import ABOUT, file_key, file_name, how_to_load, load, packed, read_about
from core.records import FitState, ModelSpec, Roles, RunSpec, Split, Table
from core.store import Derived, Store
from tests.source import ROOT

CUT = Decision("default", ("no", "yes"), "yes", FROM, 0.15, PROBABILITY)
OUTSIDE = """
import json, sys
from core.data import load_table
from core.model_files import load

model, X = load(sys.argv[1]), load_table(sys.argv[2]).frame
ask = getattr(model, sys.argv[3])
print(json.dumps([model.predict(X).tolist(), ask(X).tolist(), model.classes_.tolist()]))
"""


def made(store: Store, model: ModelSpec, decision: Decision, data: str = "loan_desk:rows=300") -> tuple[Table, Derived]:
    table = jobs.read(store, data)
    spec = RunSpec(
        data, table.fingerprint, Roles(table.target, positive="yes"), Split("stratified", exam=0.2), (model,)
    )
    if data == "iris":
        spec = replace(spec, roles=Roles(table.target))
    row = asking.request_model_file(store, "", spec, model, decision.to_json())
    assert row.key == file_key(spec, model, decision.to_json())
    return table, store.derived(row.key) or row


@pytest.mark.parametrize(
    ("model", "ask", "decision"),
    [
        (ModelSpec("logistic_regression"), "predict_proba", CUT),
        (ModelSpec("svm_linear"), "decision_function", replace(CUT, cut_off=-0.3, on=SCORE)),
        (ModelSpec("feed_forward", "", {"max_epochs": 3}), "predict_proba", CUT),
    ],
    ids=lambda each: getattr(each, "name", None),
)
def test_in_a_process_of_its_own_it_answers_by_its_cut_off(
    in_place: Store, tmp_path: Path, model: ModelSpec, ask: str, decision: Decision
) -> None:
    table, row = made(in_place, model, decision)
    assert row.state == FitState.DONE, row.reason
    path, rows = tmp_path / file_name("loan desk", model.name), tmp_path / "new.csv"
    path.write_bytes(in_place.files.model_path(row.key).read_bytes())
    table.frame.to_csv(rows, index=False)
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", OUTSIDE, path, rows, ask], cwd=ROOT, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    said, sure, classes = json.loads(told.stdout)
    scores = np.array(sure)[:, 1] if ask == "predict_proba" else np.array(sure)
    assert classes == ["no", "yes"] and {*said} == {"no", "yes"}
    assert said == np.where(scores >= decision.threshold, "yes", "no").tolist()
    about = read_about(path)
    assert (about["rows"], about["sealed"], Decision.from_json(about["decision"])) == (240, 60, decision)
    code = how_to_load(path.name, about)
    assert f"model.{ask}(" in code and f'load("{path.name}")' in code and "'yes' where it is flagged" in code
    compile(code, "code", "exec")


def test_another_cut_off_needs_no_other_fit(in_place: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ModelSpec("decision_tree")
    _, row = made(in_place, tree, CUT)
    monkeypatch.setattr("core.run.execute", None)
    table, other = made(in_place, tree, replace(CUT, flags=EVERYONE, cut_off=None))
    assert other.key != row.key and other.state == FitState.DONE
    assert set(load(in_place.files.model_path(other.key)).predict(table.frame)) == {"yes"}
    in_place.remove_models()
    assert not in_place.files.has_model(other.key)


def test_of_several_classes_the_cheapest_is_called(in_place: Store) -> None:
    classes, dear = ("setosa", "versicolor", "virginica"), ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 500.0, 0.0))
    table, row = made(
        in_place, ModelSpec("gaussian_naive_bayes"), Decision("species", classes, matrix=dear), data="iris"
    )
    model = load(in_place.files.model_path(row.key))
    cost = model.predict_proba(table.frame) @ np.array(dear)
    assert model.predict(table.frame).tolist() == [classes[each] for each in cost.argmin(axis=1)]
    assert "costs least" in how_to_load("x.skops", row.result["about"])


def test_what_bakeoff_did_not_write_is_not_opened(in_place: Store, tmp_path: Path) -> None:
    (strange := tmp_path / "strange.skops").write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"strange\.skops is not a model"):
        load(strange)
    with pytest.raises(ValueError, match=r"could not be opened again: it is made of pathlib\."):
        packed({"model": Path()}, {})
    _, row = made(in_place, ModelSpec("decision_tree"), CUT)
    path = in_place.files.model_path(row.key)
    older = tmp_path / "older.skops"
    with zipfile.ZipFile(path) as file, zipfile.ZipFile(older, "w") as copy:
        for name in file.namelist():
            content = file.read(name)
            if name == ABOUT:
                about = json.loads(content)
                about["versions"]["scikit-learn"] = "1.0"
                content = json.dumps(about).encode()
            copy.writestr(name, content)
    with pytest.warns(UserWarning, match=r"written with scikit-learn 1\.0; here"):
        load(older)
