"""Equal fits done once for many tests: where pages are looked at, an equal fit would only say the same again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from core import worker
from core.derivation import Params, derived_key
from core.derived import DERIVED
from core.records import ModelSpec
from core.run import Fitted, Setting, execute, fit_key, model_file
from core.store import Store

OF_A_TABLE = ("profile", "checks", "projection", "oddities")  # what is worked out from a table alone


@contextmanager
def fitted_once() -> Iterator[None]:
    """Have jobs in this process take from an earlier one of the same key how models fit and what a table is like.

    All else is done each time.
    """
    fits: dict[str, Fitted] = {}
    files: dict[int, tuple[object, bytes]] = {}  # with what was written, so that no number comes again

    def executed(shared: Setting, model: ModelSpec, fold: int) -> Fitted:
        key = fit_key(shared.spec, model, fold)
        if key not in fits:
            fits[key] = execute(shared, model, fold)
        return fits[key]

    def written(pipeline: object) -> bytes:
        if id(pipeline) not in files:
            files[id(pipeline)] = pipeline, model_file(pipeline)
        return files[id(pipeline)][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "execute", executed)
        patch.setattr(worker, "model_file", written)
        patch.setattr(worker, "DERIVED", {each.name: each for each in DERIVED.values()} | _looked_at_once())
        yield


def _looked_at_once() -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}

    def remembering(name: str) -> Any:
        def work(store: Store, params: Params) -> dict[str, Any]:
            key = derived_key(name, params)
            if key not in found or store.table(params["fingerprint"]) is None:
                found[key] = DERIVED[name].work(store, params)
            return found[key]

        return replace(DERIVED[name], work=work)

    return {name: remembering(name) for name in OF_A_TABLE}
