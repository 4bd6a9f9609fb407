"""Annotations as a Hugging Face dataset on disk, and the gold read back from any of its forms."""

from miyar.dataset.annotators import Annotators, read_annotators, with_texts
from miyar.dataset.gold import read_gold, with_articles
from miyar.dataset.layout import DATA, JSON_LINES, MARK, SPLIT
from miyar.dataset.writing import write_card, write_dataset

__all__ = [
    "DATA",
    "JSON_LINES",
    "MARK",
    "SPLIT",
    "Annotators",
    "read_annotators",
    "read_gold",
    "with_articles",
    "with_texts",
    "write_card",
    "write_dataset",
]
