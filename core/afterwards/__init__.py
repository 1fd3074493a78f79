"""REVIEWS: what is looked for in a run once it has ended.

Takes a run's results; gives findings as sentences with their figures, in the form of the checks before training, and
the reason where a review does not apply. What is stored is answered at once; what takes fits is a derived result.
Loads scikit-learn only while it fits.
"""

from core.afterwards.entry import Finished, Review
from core.afterwards.fitting import Diagnosis, Fitting, diagnoses
from core.afterwards.job import AT_ONCE_SECONDS, DERIVATIONS, afterwards_params, known, request, told
from core.afterwards.reviewing import REVIEWS, at_once, fits_seconds, merged, with_fits

__all__ = [
    "AT_ONCE_SECONDS",
    "DERIVATIONS",
    "REVIEWS",
    "Diagnosis",
    "Finished",
    "Fitting",
    "Review",
    "afterwards_params",
    "at_once",
    "diagnoses",
    "fits_seconds",
    "known",
    "merged",
    "request",
    "told",
    "with_fits",
]
