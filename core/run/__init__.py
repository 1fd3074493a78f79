"""A RunSpec in, Outcomes out: the only room that knows the order of the stages.

Takes a table and a spec; gives fits to execute, and executes one. Knows no store and no queue: the worker calls
`execute` for one fit, a notebook calls `compare` for all of them in its own process.
"""

from core.run.comparing import compare
from core.run.execution import Fitted, Setting, execute, model_file, out_of_memory, predict, reason_of, setting
from core.run.planning import PlannedFit, fit_key, plan, with_baseline
from core.run.together import execute_together

__all__ = [
    "Fitted",
    "PlannedFit",
    "Setting",
    "compare",
    "execute",
    "execute_together",
    "fit_key",
    "model_file",
    "out_of_memory",
    "plan",
    "predict",
    "reason_of",
    "setting",
    "with_baseline",
]
