"""CHECKS: what is looked for in a table before models are trained, and the split that follows from it.

Takes a table, a problem, its samples and a split; gives findings as sentences with their figures, the reason where a
check does not apply, and a proposal of how to divide the rows. May not know models, metrics, or how tables are read;
loads scikit-learn only while it looks.
"""

from core.checks.checking import CHECKS, check_all, propose_split, propose_weight
from core.checks.entry import Check, Checked, Finding, Setting, Severity, Suggestion, always

__all__ = [
    "CHECKS",
    "Check",
    "Checked",
    "Finding",
    "Setting",
    "Severity",
    "Suggestion",
    "always",
    "check_all",
    "propose_split",
    "propose_weight",
]
