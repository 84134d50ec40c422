"""What an address of the JSON door may ask for: known parameters with sound values, or a refusal naming each wrong one.

Unknown parameters are refused too: a misspelt filter must not quietly give everything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from server.errors import InvalidInput
from server.operations.browse_register import Show
from server.operations.browse_submissions import FIRST_DAY, LAST_DAY
from server.storage.repositories.record_orders import Cursor
from server.submissions.review import ReviewState

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_WORDS: Final = 100
_ID: Final = validate.Range(min=1, max=2**53)
_DAY: Final = validate.Range(min=FIRST_DAY, max=LAST_DAY)


class Parameters(Schema):
    """Parameters of an address; unknown ones are refused."""

    class Meta:
        """How the schema reads."""

        unknown = RAISE


def read_cursor(text: str | None) -> Cursor | None:
    """Return the place in a list that `cursor_text` wrote and `SubmissionParameters` let through."""
    if text is None:
        return None
    microseconds, _, last = text.partition(".")
    return Cursor(_EPOCH + timedelta(microseconds=int(microseconds)), int(last), None, None)


def cursor_text(cursor: Cursor | None) -> str | None:
    """Return a place in a list for an address (microseconds of receipt, a dot, the record), None at the end."""
    if cursor is None:
        return None
    return f"{(cursor.received_at - _EPOCH) // timedelta(microseconds=1)}.{cursor.submission_id}"


class FigureParameters(Parameters):
    """``year`` (this year), ``unit`` (``CODE`` or ``CODE@day``: its row alone), ``frame``, ``project``."""

    year = fields.Integer(load_default=None)
    unit = fields.String(load_default=None, validate=validate.Length(max=40))
    frame = fields.String(load_default=None, validate=validate.Length(max=24))
    project = fields.Integer(load_default=None, validate=_ID)


class SubmissionParameters(Parameters):
    """How a list of records is narrowed; days are of receipt and both included, ``after`` goes on with a list."""

    form = fields.Integer(load_default=None, validate=_ID)
    unit = fields.String(load_default=None, validate=validate.Length(max=40))
    state = fields.Enum(ReviewState, by_value=True, load_default=None)
    flagged = fields.Boolean(load_default=None)
    practice = fields.Boolean(load_default=False)
    first_day = fields.Date(load_default=None, data_key="from", validate=_DAY)
    last_day = fields.Date(load_default=None, data_key="to", validate=_DAY)
    words = fields.String(load_default="", data_key="q", validate=validate.Length(max=_LONGEST_WORDS))
    after = fields.String(load_default=None, validate=validate.Regexp(r"[0-9]{1,17}\.[0-9]{1,15}\Z"))


class RegisterParameters(Parameters):
    """How a list of a register is narrowed; ``after`` is the last entity of the page before."""

    unit = fields.String(load_default=None, validate=validate.Length(max=40))
    show = fields.Enum(Show, by_value=True, load_default=Show.ACTIVE)
    practice = fields.Boolean(load_default=False)
    words = fields.String(load_default="", data_key="q", validate=validate.Length(max=_LONGEST_WORDS))
    after = fields.Integer(load_default=None, validate=_ID)


class EntityParameters(Parameters):
    """``before`` goes on with the history of an entity: the oldest version told so far."""

    before = fields.Integer(load_default=None, validate=_ID)


def read_parameters(schema: Parameters) -> dict[str, Any]:
    """Return the parameters of this request; raises InvalidInput ``api.bad_parameters`` (names, faults by name)."""
    given = {name: values[-1] for name, values in request.args.lists()}
    try:
        read: dict[str, Any] = schema.load(given)
    except ValidationError as wrong:
        faults = wrong.messages_dict
        raise InvalidInput("api.bad_parameters", names=sorted(faults), faults=faults) from wrong
    return read
