"""The label scheme: the single source of the Label Studio config, guideline tables and inventories."""

from miyar.scheme.checks import one_of
from miyar.scheme.model import Attribute, Label, Layer, Role, Scheme
from miyar.scheme.reading import find_config, own_folders, read_scheme

__all__ = [
    "Attribute",
    "Label",
    "Layer",
    "Role",
    "Scheme",
    "find_config",
    "one_of",
    "own_folders",
    "read_scheme",
]
