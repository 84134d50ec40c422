"""The settings a QR code carries to ODK Collect: JSON, compressed with zlib, in base64.

Scanning clears all settings of the phone's project and applies these. Project names hold the person's name, so that two
people on one phone stay apart. Source: https://docs.getodk.org/collect-import-export/ and Collect's settings schema.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

_LOCKED = (
    "change_server",
    "form_update_mode",
    "periodic_form_updates_check",
    "automatic_update",
    "hide_old_form_versions",
    "change_autosend",
    "delete_after_send",
    "change_constraint_behavior",
    "image_size",
    "change_form_metadata",
    "analytics",
    "bulk_finalize",
)
_SEALED_AWAY = ("edit_saved", "view_sent", "delete_saved", "save_as_draft", "save_mid", "jump_to", "get_blank")
"""What a phone for incidents hides besides: nothing may linger on it or be looked at again."""

_MAIN = ("🏡", "#2E7D32")
_PRACTICE = ("✏", "#F2C200")
_SEPARATE = ("▫", "#607D8B")


@dataclass(frozen=True, slots=True)
class PhoneProject:
    """What a phone's project is to be."""

    project_name: str
    project_kind: str
    person: str
    server_url: str
    """With the token, without a trailing slash."""
    username: str
    admin_password: str


def collect_settings(phone: PhoneProject) -> dict[str, Any]:
    """Return the settings as Collect's schema names them."""
    is_separate = phone.project_kind == "separate"
    icon, color = {"practice": _PRACTICE, "separate": _SEPARATE}.get(phone.project_kind, _MAIN)
    return {
        "general": {
            "server_url": phone.server_url,
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_one_hour",
            "autosend": "wifi_and_cellular",
            "delete_send": is_separate,
            "image_size": "small",
            "font_size": "25",
            "navigation": "swipe_buttons",
            "guidance_hint": "yes_collapsed",
            "constraint_behavior": "on_swipe",
            "app_language": "vi",
            "analytics": False,
            "metadata_username": phone.username,
        },
        "admin": {
            "admin_pw": phone.admin_password,
            **dict.fromkeys((*_LOCKED, *(_SEALED_AWAY if is_separate else ())), False),
        },
        "project": {"name": f"{phone.project_name} – {phone.person}", "icon": icon, "color": color},
    }


def qr_text(settings: dict[str, Any]) -> str:
    """Return what the QR code says."""
    text = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")
