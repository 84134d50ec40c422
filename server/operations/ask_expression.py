"""Answer one expression handed over as the fields of a JSON object; nothing is stored and no form is needed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from server.errors import InvalidInput
from server.forms.logic.asking import Answer, Question, answer
from server.forms.xform import datatype_of
from server.forms.xml_reader import read_xml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from server.forms.definition import Datatype

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\Z", re.ASCII)
_POSITION = re.compile(r"\[[^\]]*\]")


def ask_expression(fields: Mapping[str, object], zone: tzinfo, now: datetime) -> Answer:
    """Return the answer to ``expr`` at ``context_path`` of ``context_xml``.

    ``tz`` and ``now`` replace *zone* and *now*; ``binds`` maps paths to bind types. Raises LogicError, and InvalidInput
    ``ask.no_field``, ``ask.not_text``, ``ask.bad_zone``, ``ask.bad_moment``, ``ask.no_node`` or ``xml.…``.
    """
    zone = _zone(text_field(fields, "tz")) or zone
    return answer(
        Question(
            expression=needed_field(fields, "expr"),
            record=read_xml(needed_field(fields, "context_xml").encode("utf-8", "surrogatepass")),
            zone=zone,
            now=_moment(text_field(fields, "now"), zone) or now,
            place=text_field(fields, "context_path"),
            datatypes=_datatypes(fields.get("binds")),
        )
    )


def needed_field(fields: Mapping[str, object], name: str) -> str:
    """Return a field that must be there; raises InvalidInput ``ask.no_field`` or ``ask.not_text``."""
    if fields.get(name) is None:
        raise InvalidInput("ask.no_field", field=name)
    return text_field(fields, name)


def text_field(fields: Mapping[str, object], name: str) -> str:
    """Return a field as text, empty where it is left out; raises InvalidInput ``ask.not_text``."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput("ask.not_text", field=name)
    return value


def _zone(text: str) -> tzinfo | None:
    """Return the zone of a name (``Asia/Ho_Chi_Minh``), an offset (``+07:00``) or ``Z``; None for the empty text."""
    if not text:
        return None
    if text == "Z":
        return UTC
    found = _OFFSET.match(text)
    try:
        if found is None:
            return ZoneInfo(text)
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-offset if found[1] == "-" else offset)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput("ask.bad_zone", zone=text) from error


def _moment(text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(zone)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("ask.bad_moment", moment=text) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _datatypes(binds: object) -> dict[str, Datatype]:
    if binds is None:
        return {}
    if not isinstance(binds, dict) or not all(isinstance(one, str) for one in binds.values()):
        raise InvalidInput("ask.not_text", field="binds")
    return {_plain_path(str(path)): datatype_of(bind_type) for path, bind_type in binds.items()}


def _plain_path(path: str) -> str:
    """Return *path* without positions and prefixes, as the tree's own paths are compared."""
    steps = _POSITION.sub("", path.strip()).strip("/").split("/")
    return "/" + "/".join(step.rpartition(":")[2] for step in steps)
