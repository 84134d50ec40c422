"""What the JSON door answers with, field by field; values come from operations as they are.

Numbers are JSON numbers, in the indicator's own unit; days and times are ISO 8601, times in UTC.
"""

from __future__ import annotations

from marshmallow import Schema, fields

from server.registers.households import POINT


class IndicatorShape(Schema):
    """What an indicator is."""

    code = fields.String()
    label_vi = fields.String()
    label_en = fields.String()
    definition_vi = fields.String()
    definition_en = fields.String()
    source = fields.String()
    numerator = fields.String()
    denominator = fields.String(allow_none=True)
    unit = fields.String()
    direction = fields.String()
    level = fields.String()
    note = fields.String()


class FigureShape(Schema):
    """One figure; *value* is null where nothing was counted, numerator and denominator where they may not be shown."""

    numerator = fields.Float(attribute="shown_numerator", allow_none=True)
    denominator = fields.Float(attribute="shown_denominator", allow_none=True)
    value = fields.Float(allow_none=True)
    denominator_is_typed = fields.Boolean()
    numerator_is_typed = fields.Boolean()
    is_withheld = fields.Boolean()
    left_out = fields.Integer()
    target = fields.Float(allow_none=True)
    target_is_draft = fields.Boolean()
    gap = fields.Float(allow_none=True)
    standing = fields.String()
    received = fields.Integer()
    approved = fields.Integer()


class ListedUnitShape(Schema):
    """A unit of a table."""

    unit_id = fields.Integer()
    name = fields.String()
    within = fields.String()


class TableRowShape(Schema):
    """One line of a table."""

    unit = fields.Nested(ListedUnitShape)
    figure = fields.Nested(FigureShape)


class IndicatorTableShape(Schema):
    """One indicator in one year."""

    indicator = fields.Nested(IndicatorShape)
    year = fields.Integer()
    frame = fields.String()
    rows = fields.List(fields.Nested(TableRowShape))
    unplaced = fields.Nested(FigureShape, allow_none=True)
    total = fields.Nested(FigureShape)


class RecordShape(Schema):
    """One record of a list, as the everyday desk lists it; answers are not part of it."""

    submission_id = fields.Integer(attribute="line.submission_id")
    version_id = fields.Integer(attribute="line.version_id")
    project = fields.String(attribute="line.project_name")
    form_key = fields.Integer(attribute="line.form_key")
    form_title = fields.String(attribute="line.form_title")
    instance_name = fields.String(attribute="line.instance_name")
    place = fields.List(fields.String())
    event_date = fields.Date(attribute="line.event_date", allow_none=True)
    received_at = fields.AwareDateTime(attribute="line.received_at")
    collaborator = fields.String(attribute="line.collaborator_name")
    state = fields.String(attribute="line.state")
    is_flagged = fields.Boolean(attribute="line.is_flagged")
    missing_media = fields.Integer(attribute="line.missing_media")


class RecordPageShape(Schema):
    """One page of a list; *next_after* goes into ``after`` for the next page, null on the last."""

    records = fields.List(fields.Nested(RecordShape))
    total = fields.Integer()
    next_after = fields.String(allow_none=True)


class EntityShape(Schema):
    """One entity as its list has it; where a household stands is told only as being noted."""

    key = fields.Integer(attribute="line.key")
    entity_id = fields.String(attribute="line.entity_id")
    list_name = fields.String(attribute="line.list_name")
    project = fields.String(attribute="line.project_name")
    label = fields.String(attribute="line.label")
    place = fields.List(fields.String())
    version = fields.Integer(attribute="line.version")
    standing = fields.String(attribute="line.standing")
    surveyed_year = fields.Integer(attribute="line.surveyed_year")
    is_leaving = fields.Boolean(attribute="line.is_leaving")
    conflict = fields.String(attribute="line.conflict")
    updated_at = fields.AwareDateTime(attribute="line.updated_at")
    properties = fields.Function(lambda one: {k: v for k, v in one.line.properties.items() if k != POINT})
    has_point = fields.Function(lambda one: bool(one.line.properties.get(POINT)))


class EntityPageShape(Schema):
    """One page of a list; *next_after* goes into ``after`` for the next page, null on the last."""

    entities = fields.List(fields.Nested(EntityShape))
    total = fields.Integer()
    next_after = fields.Integer(allow_none=True)


class EntityVersionShape(Schema):
    """One version of an entity: what it changed, and whether somebody settled the conflict it made."""

    version = fields.Integer(attribute="version.version")
    action = fields.String(attribute="version.action")
    recorded_at = fields.AwareDateTime(attribute="version.recorded_at")
    conflict = fields.String(attribute="version.conflict")
    is_open_conflict = fields.Boolean(attribute="version.is_open_conflict")
    changes = fields.Function(
        lambda one: {change.name: [change.before, change.after] for change in one.changes if change.name != POINT}
    )


class EntityViewShape(EntityShape):
    """One entity with its history, the newest version first; *next_before* goes into ``before`` for older ones."""

    history = fields.List(fields.Nested(EntityVersionShape), attribute="steps")
    next_before = fields.Integer(attribute="earlier_than", allow_none=True)
