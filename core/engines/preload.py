"""What the fork server imports once, so that a new worker has it at once and without memory of its own.

Imported by `multiprocessing`'s fork server, before any worker exists. It must start no thread: a fork would lose it.
"""

import gc
import importlib

from core.engines.orphans import die_with_parent

die_with_parent()

for name in (
    "sklearn.ensemble",
    "sklearn.impute",
    "sklearn.linear_model",
    "sklearn.neighbors",
    "sklearn.neural_network",
    "sklearn.pipeline",
    "sklearn.svm",
    "skops.io",
    "torch",
    "core.networks.estimators",
    "core.worker",
):
    importlib.import_module(name)

# What is imported stays for good: without this, every collection in a worker would touch, and so copy, all its pages.
gc.freeze()
