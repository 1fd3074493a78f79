"""Equal fits done once for many tests: where pages are looked at, an equal fit would only say the same again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core import worker
from core.records import ModelSpec
from core.run import Fitted, Setting, execute, fit_key, model_file


@contextmanager
def fitted_once() -> Iterator[None]:
    """Have jobs in this process take a fit from an earlier one of the same key; all else is done each time."""
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
        yield
