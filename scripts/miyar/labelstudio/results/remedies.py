"""What to do in Label Studio about a result that cannot be imported, by the rule that it breaks."""

from collections.abc import Mapping

_DRAW_AGAIN = "delete the region in the task, mark it again, press Update"
_RELATE_AGAIN = "in the tab Relations of the task delete the relation, draw it again, press Update"
_CONFIG = "name the scheme of the page with --config, or "

REMEDIES: Mapping[str, str] = {
    "no_role": "in the tab Relations of the task point at the relation, press its three dots and choose the "
    "role, press Update",
    "unknown_role": f"{_CONFIG}choose a role of it in the tab Relations of the task",
    "no_trigger_and_entity": _RELATE_AGAIN,
    "two_readings": _RELATE_AGAIN,
    "missing_region": "the region was deleted: " + _RELATE_AGAIN,
    "refused_region": "mend the region first, which is named above",
    "bad_value": "select the region in the task, correct the value or empty its field, press Update",
    "no_value": "select the region in the task, leave one value in its field, press Update",
    "two_values": "select the region in the task, leave one value in its field, press Update",
    "attribute_not_allowed": "select the region in the task, empty the field, press Update",
    "unknown_label": f"{_CONFIG}give the region a label of it in the task",
    "not_one_label": "select the region in the task, leave it one label, press Update",
    "bad_offsets": _DRAW_AGAIN,
    "other_text": _DRAW_AGAIN,
    "only_white_space": "delete the region in the task, press Update",
    "no_id": _DRAW_AGAIN,
    "id_twice": _DRAW_AGAIN,
    "unknown_control": f"{_CONFIG}say what it means in a mapping: import-annotations --draft DIR",
    "unknown_type": f"{_CONFIG}say what it means in a mapping: import-annotations --draft DIR",
    "bad_annotation": "export the project again; what another program wrote has to look like Label Studio's",
}
"""To add a rule, give it its remedy here."""
