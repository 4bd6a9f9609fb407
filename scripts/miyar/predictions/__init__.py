"""Predictions of an extractor: read, and every fault in them named.

An article that is missing, unknown, given twice or of another text stops the run. A faulty span or
argument is *charged*: it stays in the table as something predicted that can match nothing, and is listed.
What is given twice is *collapsed* and counted.
"""

from miyar.predictions.lines import (
    PREDICTIONS_FILE,
    RELEASE_FILE,
    ArticleLine,
    prediction_lines,
    predictions_file,
    with_codes,
)
from miyar.predictions.model import SCHEME, Missing, Policy, Predictions, Unknown
from miyar.predictions.reading import checked_predictions, read_predictions
from miyar.predictions.writing import write_predictions

__all__ = [
    "PREDICTIONS_FILE",
    "RELEASE_FILE",
    "SCHEME",
    "ArticleLine",
    "Missing",
    "Policy",
    "Predictions",
    "Unknown",
    "checked_predictions",
    "prediction_lines",
    "predictions_file",
    "read_predictions",
    "with_codes",
    "write_predictions",
]
