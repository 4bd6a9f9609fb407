"""The label scheme: the single source of the Label Studio config, guideline tables and inventories."""

from miyar.scheme.changes import (
    Change,
    Outcome,
    changes_after,
    changes_digest,
    outcome,
    version_number,
)
from miyar.scheme.codes import one_of
from miyar.scheme.inventory import NO_MAP, Inventory, inventory
from miyar.scheme.model import LAYERS, Attribute, Label, Layer, Role, Scheme
from miyar.scheme.reading import Configured, find_config, own_folders, read_scheme

__all__ = [
    "LAYERS",
    "NO_MAP",
    "Attribute",
    "Change",
    "Configured",
    "Inventory",
    "Label",
    "Layer",
    "Outcome",
    "Role",
    "Scheme",
    "changes_after",
    "changes_digest",
    "find_config",
    "inventory",
    "one_of",
    "outcome",
    "own_folders",
    "read_scheme",
    "version_number",
]
