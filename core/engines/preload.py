"""What the fork server imports once, so that a new worker has it at once and without memory of its own.

Imported by `multiprocessing`'s fork server, before any worker exists. It must start no thread: a fork would lose it.
PyTorch doubles the time that takes, and the first comparison need not wait for it: the engine asks for it by a signal
when there is nothing to do. Until then a worker that trains a network imports it itself.
"""

import atexit
import contextlib
import gc
import importlib
import os
import signal

from core.engines.limits import PLAIN_ARROW
from core.engines.orphans import KILL, die_with_parent
from core.engines.watching import MORE, children, descendants

FIRST = (
    "sklearn.ensemble",
    "sklearn.impute",
    "sklearn.linear_model",
    "sklearn.neighbors",
    "sklearn.neural_network",
    "sklearn.pipeline",
    "sklearn.svm",
    "core.worker",
)
# skops imports torch itself; the first optimiser that is made imports torch._dynamo, which takes as long again
LATER = ("torch", "skops.io", "core.networks.estimators", "torch._dynamo")


def load(names: tuple[str, ...]) -> None:
    """Import modules for good: without freezing, every collection in a worker would touch, and so copy, their pages."""
    for name in names:
        importlib.import_module(name)
    gc.freeze()


def load_later(*_: object) -> None:
    """Import the rest; runs between two forks, for the server does both in one thread."""
    load(LATER)


def take_along(*_: object) -> None:
    """Kill every worker with all that it has started, and end: the supervisor is gone.

    A worker alone would be killed by the kernel, but not the processes that a model has started.
    """
    below = descendants(os.getpid())  # some may have made a group of their own, and some have lost their parents
    for worker in children(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker, KILL)
    for process in below:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, KILL)
    os._exit(1)


signal.signal(signal.SIGTERM, take_along)
atexit.register(take_along)
die_with_parent(signal.SIGTERM)
os.environ.update(PLAIN_ARROW)
load(FIRST)
if MORE is not None:
    signal.signal(MORE, load_later)
