"""Annotations as a Hugging Face dataset on disk, and the gold read back from any of its forms."""

from miyar.dataset.gold import read_gold, with_articles
from miyar.dataset.layout import DATA, JSON_LINES, MARK, SPLIT
from miyar.dataset.writing import write_card, write_dataset

__all__ = [
    "DATA",
    "JSON_LINES",
    "MARK",
    "SPLIT",
    "read_gold",
    "with_articles",
    "write_card",
    "write_dataset",
]
