"""Settings with which models that take long are quick, where a test asks what they do and not how well."""

from __future__ import annotations

from typing import Any

from core.models import MODELS

EPOCHS = {name: {"max_epochs": 3} for name, entry in MODELS.items() if entry.family == "Networks"}
MEMBERS = {"members": "feed_forward, decision_tree"}
ENSEMBLES = {"bagging": {"n_estimators": 2}, "voting": MEMBERS, "stacking": {"cv": 2} | MEMBERS}
FORESTS = {name: {"n_estimators": 10} for name in ("random_forest", "extra_trees", "ada_boost", "gradient_boosting")}
QUICK: dict[str, dict[str, Any]] = {**EPOCHS, "sklearn_mlp": {"max_iter": 5}, **FORESTS, **ENSEMBLES}
