"""A small form that makes and changes households, and its instances as Collect would serialise them."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

from sqlalchemy import select

from server.operations.add_project import add_project
from server.operations.carry_lists import list_content
from server.storage.models.registers import EntityRow, EntityVersionRow
from server.storage.models.submissions import FindingRow
from tests.builders import Field, enrol, load_territory, new_id, publish

REGISTER = """
| survey | | | | | | | |
| | type | name | label::vi (vi) | save_to | choice_filter | relevant | calculation |
| | today | today | | | | | |
| | date | visit_date | Ngày đến hộ | | | | |
| | select_one yes_no | is_new | Hộ mới? | | | | |
| | select_one_from_file households.csv | chosen | Hộ | | | ${{is_new}} = 'no' | |
| | select_one_from_file units.csv | village | Thôn | village | kind = 'village' | | |
| | text | head_name | Chủ hộ | head_name | | | |
| | text | spouse_name | Vợ/chồng | spouse_name | | | |
| | text | house_no | Số hộ | house_no | | | |
| | integer | size | Số người | size | | | |
| | text | status | Tình trạng | status | | | |
| | text | last_survey_year | Năm | last_survey_year | | | |
| | calculate | household_id | | | | | coalesce(${{chosen}}, once(uuid())) |
| | calculate | makes | | | | | ${{is_new}} = 'yes' |
| | calculate | shown | | | | | concat(${{head_name}}, ' (mẫu)') |
| choices | | | |
| | list_name | name | label::vi (vi) |
| | yes_no | yes | Có |
| | yes_no | no | Không |
| settings | | | | | |
| | form_title | form_id | version | default_language | client_editable |
| | Hộ mẫu | register | {version} | vi (vi) | yes |
| entities | | | | | |
| | list_name | entity_id | create_if | update_if | label |
| | households | ${{household_id}} | ${{is_new}} = 'yes' | ${{is_new}} = 'no' | ${{shown}} |
"""
VERSION = "2026100101"
VILLAGE = "23500-01"
NEIGHBOUR = "23500-03"


def register_field(services, *, unit: str = VILLAGE) -> Field:
    """Load units, make a project with the form and enrol a collaborator in a village."""
    load_territory(services)
    project = add_project(services, "Công tác gia đình (mẫu)")
    publish(services, project.project_id, version=VERSION, workbook=REGISTER)
    return Field(services, project.project_id, enrol(services, project.project_id, unit=unit))


def colleague(field: Field, *, unit: str = VILLAGE) -> Field:
    """Return the same project with another collaborator."""
    return Field(field.services, field.project_id, enrol(field.services, field.project_id, unit=unit))


def entity_id() -> str:
    return str(uuid4())


def household(
    entity: str,
    *,
    instance_id: str | None = None,
    deprecated_id: str | None = None,
    create: bool = False,
    update: bool = False,
    base: int | str = "",
    trunk: int | str = "",
    branch: str = "",
    label: str | None = None,
    visit_date: str = "2026-10-04",
    **values: str,
) -> bytes:
    """Return an instance; *values* are the saved answers that were relevant, all others are absent."""
    instance_id = instance_id or new_id()
    deprecated = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    answers = "".join(f"<{name}>{text}</{name}>" for name, text in values.items())
    label = f"{values.get('head_name', 'Hộ')} (mẫu)" if label is None else label
    branch = branch or (str(uuid4()) if update and base != "" else "")
    return (
        f'<?xml version=\'1.0\' ?><data id="register" version="{VERSION}"'
        ' xmlns:entities="http://www.opendatakit.org/xforms/entities">'
        f"<today>2026-10-04</today><visit_date>{visit_date}</visit_date>{answers}"
        f'<meta><entity dataset="households" id="{entity}" create="{int(create)}" update="{int(update)}"'
        f' baseVersion="{base}" trunkVersion="{trunk}" branchId="{branch}"><label>{label}</label></entity>'
        f"{deprecated}<instanceID>{instance_id}</instanceID></meta></data>"
    ).encode()


def created(entity: str, village: str = VILLAGE, **values: str) -> bytes:
    """Return an instance that makes a household."""
    return household(entity, create=True, village=village, **{"head_name": "A Tik", "size": "4", **values})


def on_phone(field: Field, name: str = "households") -> dict[str, dict[str, str]]:
    """Return the list as the collaborator's phone gets it, by entity id."""
    content, _ = list_content(field.services, field.sender(), name)
    return {row["name"]: row for row in csv.DictReader(io.StringIO(content.decode()))}


def list_hash(field: Field, name: str = "households") -> str:
    return list_content(field.services, field.sender(), name)[1]


def stored(services, entity: str):
    found = stored_or_none(services, entity)
    assert found is not None
    return found


def stored_or_none(services, entity: str):
    with services.engine.connect() as connection:
        return connection.execute(select(EntityRow).where(EntityRow.entity_id == entity)).one_or_none()


def versions(services, entity: str):
    with services.engine.connect() as connection:
        return connection.execute(
            select(EntityVersionRow)
            .join(EntityRow, EntityRow.id == EntityVersionRow.entity_key)
            .where(EntityRow.entity_id == entity)
            .order_by(EntityVersionRow.version)
        ).all()


def remarks(services) -> list[str]:
    """Return the codes of what registers found odd, in order of arrival."""
    with services.engine.connect() as connection:
        found = connection.execute(
            select(FindingRow.code).where(FindingRow.code.like("entity.%")).order_by(FindingRow.id)
        )
        return list(found.scalars())
