"""Data: the catalogue of data sets, reading tables, what they are used for, and how their rows are divided.

Takes a name or a file, gives a `Table`; takes a table and roles, gives a `Problem` and its `Samples`; takes these and a
`Split`, gives folds. May not know models, metrics or any screen; loads scikit-learn only where a data set
or a split needs it.
"""

from core.data.datasets import DATASETS
from core.data.entry import Dataset
from core.data.errors import Unreadable, Unusable
from core.data.fetched import PLACES
from core.data.frames import table_of_frame
from core.data.problem import make_problem, samples, without_target
from core.data.proposals import propose_positive, propose_target, propose_task
from core.data.reading import FORMATS, READ_AS, Format, read_table
from core.data.report import RULES
from core.data.settings import settings_of, with_settings
from core.data.sources import catalogue_sources, files_behind, is_named, load_table, own_file
from core.data.splits import (
    SEAL,
    SPLITS,
    SplitKind,
    check_split,
    default_split,
    fold_count,
    folds,
    practice_and_exam,
)

__all__ = [
    "DATASETS",
    "FORMATS",
    "PLACES",
    "READ_AS",
    "RULES",
    "SEAL",
    "SPLITS",
    "Dataset",
    "Format",
    "SplitKind",
    "Unreadable",
    "Unusable",
    "catalogue_sources",
    "check_split",
    "default_split",
    "files_behind",
    "fold_count",
    "folds",
    "is_named",
    "load_table",
    "make_problem",
    "own_file",
    "practice_and_exam",
    "propose_positive",
    "propose_target",
    "propose_task",
    "read_table",
    "samples",
    "settings_of",
    "table_of_frame",
    "with_settings",
    "without_target",
]
