"""Models that misbehave, for trials of the run engine: set ``BAKEOFF_MODELS=tests.core.faulty``."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning

from core.models.entry import Cost, Model
from core.progress import Step, tell
from core.records import Param, Task


def nap(amount: float) -> None:
    """Sleep for so many seconds."""
    time.sleep(amount)


def sleep_in_c(amount: float) -> None:
    """Sleep in C without letting go of the interpreter, deaf to SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end = time.monotonic() + amount
    while time.monotonic() < end:
        ctypes.PyDLL(None).usleep(500_000)


def stay_busy(amount: float) -> None:
    """Use a core, deaf to SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end = time.monotonic() + amount
    while time.monotonic() < end:
        pass


def have_children(amount: float) -> None:
    """Start two processes that use a core each, as joblib would, and wait for them."""
    code = f"import time; end = time.monotonic() + {amount}\nwhile time.monotonic() < end: pass"
    for child in [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]:
        child.wait()


def hide_children(amount: float) -> None:
    """Start a process in a session of its own, and wait for it."""
    code = f"import time; end = time.monotonic() + {amount}\nwhile time.monotonic() < end: pass"
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True).wait()


def take_at_once(amount: float) -> None:
    """One array of so many MiB, every page touched."""
    np.ones(int(amount * 2**17))


def take_bit_by_bit(amount: float) -> None:
    """So many MiB in small pieces."""
    kept = []
    for _ in range(int(amount)):
        kept += [bytearray(2**14) for _ in range(2**6)]


def take_in_sklearn(amount: float) -> None:
    """A kernel matrix of so many MiB."""
    from sklearn.metrics.pairwise import rbf_kernel

    rbf_kernel(np.zeros((int((amount * 2**17) ** 0.5), 2)))


def take_in_torch(amount: float) -> None:
    """A tensor of so many MiB."""
    import torch

    torch.ones(int(amount * 2**18))


def kill_with(amount: float) -> None:
    """Die of a signal."""
    os.kill(os.getpid(), int(amount))
    time.sleep(5)


def leave(amount: float) -> None:
    """End the process without a word."""
    os._exit(int(amount))


def report(amount: float) -> None:
    """Tell of a thousand steps a second, for so many seconds."""
    began = time.monotonic()
    for number in range(int(amount * 1000)):
        tell(
            Step(number / (amount * 1000), f"step {number}", {"step": float(number), "train_loss": 1.0 / (1 + number)})
        )
        time.sleep(max(0.0, began + number / 1000 - time.monotonic()))


class StubbornError(Exception):
    """Cannot be pickled."""

    def __init__(self, word: str, _: object) -> None:
        super().__init__(word)


def fail(amount: float) -> None:
    """Raise what cannot be pickled."""
    raise StubbornError("it went wrong in <b>its</b> own way", lambda: amount)


class MuteError(Exception):
    """Cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def fail_without_words(amount: float) -> None:
    """Raise what has no text."""
    raise MuteError


def fail_at_length(amount: float) -> None:
    """Raise with a text of so many MiB."""
    raise ValueError("too long; " * int(amount * 2**20 / 10))


def exit_(amount: float) -> None:
    """Leave as a script would."""
    sys.exit(int(amount))


def dawdle(amount: float) -> None:
    """So many seconds in small steps; time in which the process is stopped does not count."""
    for _ in range(int(amount * 50)):
        time.sleep(0.02)


def warn(amount: float) -> None:
    """Do not settle."""
    warnings.warn("it did not converge", ConvergenceWarning, stacklevel=1)


def shout(amount: float) -> None:
    """Print so many MiB."""
    for _ in range(int(amount)):
        print("x" * 2**20)


DEEDS: dict[str, Callable[[float], None]] = {
    "naps": nap,
    "sleeps_in_c": sleep_in_c,
    "stays_busy": stay_busy,
    "has_children": have_children,
    "hides_children": hide_children,
    "takes_at_once": take_at_once,
    "takes_bit_by_bit": take_bit_by_bit,
    "takes_in_sklearn": take_in_sklearn,
    "takes_in_torch": take_in_torch,
    "dies_of": kill_with,
    "leaves": leave,
    "reports": report,
    "fails": fail,
    "fails_without_words": fail_without_words,
    "fails_at_length": fail_at_length,
    "exits": exit_,
    "dawdles": dawdle,
    "does_not_settle": warn,
    "shouts": shout,
}


class Faulty(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Does its deed, and then predicts the share of each class."""

    deed = ""

    def __init__(self, amount: float = 1.0) -> None:
        self.amount = amount

    def fit(self, X: Any, y: Any) -> Faulty:
        DEEDS[self.deed](self.amount)
        self.classes_, counts = np.unique(y, return_counts=True)
        self.shares_ = counts / counts.sum()
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        return np.tile(self.shares_, (len(X), 1))

    def predict(self, X: Any) -> np.ndarray:
        return np.full(len(X), self.classes_[self.shares_.argmax()])


for _deed in DEEDS:
    globals()[f"Faulty_{_deed}"] = type(f"Faulty_{_deed}", (Faulty,), {"deed": _deed, "__module__": __name__})

MODELS = tuple(
    Model(
        name=deed,
        title=deed.replace("_", " ").capitalize(),
        family="Faulty",
        about=str(DEEDS[deed].__doc__),
        expert="For trials.",
        build={Task.CLASSIFICATION: f"tests.core.faulty:Faulty_{deed}"},
        params={Task.CLASSIFICATION: (Param("amount", 1.0, "How much of it."),)},
        cost=Cost(0.01),
    )
    for deed in DEEDS
)
