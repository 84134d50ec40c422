"""What tests build with: a small field project, its people, and instances as a phone would send them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from uuid import uuid4

from server.forms.convert import Converter, Source
from server.forms.sheets import SourceKind
from server.operations.add_collaborator import Enrolment, NewCollaborator, add_collaborator
from server.operations.add_project import add_practice, add_project
from server.operations.envelope import Envelope, SentFile
from server.operations.identify_sender import sender_by_token
from server.operations.load_units import SAMPLE_FILE, SEED_FILE, load_units, seed_text
from server.operations.publish_form import Audience, FormSource, check_source, publish_checked
from server.operations.receive_submission import receive_submission

SURVEY = """
| survey | | | | | | |
| | type | name | label::vi (vi) | required | constraint | choice_filter |
| | start | start | | | | |
| | today | today | | | | |
| | date | visit_date | Ngày đến hộ | yes | | |
| | select_one_from_file units.csv | commune | Xã/phường | | | kind = 'commune' |
| | text | household | Mã hộ | yes | | |
| | integer | members | Số người | | . > 0 and . < 31 | |
| | select_one yes_no | registered | Đã đăng ký? | | | |
| | image | photo | Ảnh | | | |
| | image | photo_2 | Ảnh thứ hai | | | |
| choices | | | |
| | list_name | name | label::vi (vi) |
| | yes_no | yes | Có |
| | yes_no | no | Không |
| settings | | | | | |
| | form_title | form_id | version | default_language | client_editable |
| | Phiếu mẫu | survey | {version} | vi (vi) | yes |
| measures | | | | | | |
| | name | label::vi | label::en | where | subject | combine |
| | visited | Hộ đã đến | Visited | | ${{household}} | latest |
| | registered | Hộ đã đăng ký | Registered | ${{registered}} = 'yes' | ${{household}} | latest |
"""
VERSION = "2026100101"
COMMUNE = "23500"


@dataclass(frozen=True)
class Field:
    """A project with one form, one collaborator and her key."""

    services: object
    project_id: int
    enrolment: Enrolment

    def sender(self):
        return sender_by_token(self.services, self.project_id, self.enrolment.token)

    def send(self, xml: bytes, files: dict[str, bytes] | None = None, *, device_id: str = "collect:phone"):
        """Receive one POST as the door would and return the receipt."""
        return receive_submission(self.services, self.sender(), self.envelope(xml, files, device_id))

    def envelope(self, xml: bytes, files: dict[str, bytes] | None = None, device_id: str = "collect:phone") -> Envelope:
        sent = []
        for name, content in (files or {}).items():
            incoming = self.services.media.incoming()
            incoming.write(content)
            sent.append(SentFile(name, "image/jpeg", incoming))
        return Envelope(xml, tuple(sent), device_id)


def load_territory(services) -> None:
    """Load the seed and the sample villages."""
    load_units(services, seed_text(SEED_FILE))
    load_units(services, seed_text(SAMPLE_FILE))


def publish(services, project_id: int, *, version: str = VERSION, is_sensitive: bool = False, workbook: str = SURVEY):
    source = FormSource(workbook.format(version=version).encode(), SourceKind.MARKDOWN)
    checked = _checked(workbook, version, is_sensitive, services.settings.public_url)
    audience = Audience(allows_empty_lists=True)
    return publish_checked(services, project_id, source, checked, audience=audience, is_sensitive=is_sensitive)


@cache
def _checked(workbook: str, version: str, is_sensitive: bool, public_url: str):
    source = FormSource(workbook.format(version=version).encode(), SourceKind.MARKDOWN)
    return check_source(source, Once(), public_url=public_url, is_sensitive=is_sensitive)


class Once:
    """Converting costs a second, mostly of starting the converter; one source is converted once a session."""

    @staticmethod
    @cache
    def outcome(source: Source):
        with Converter() as converter:
            return converter.outcome(source)


def make_field(services, *, unit: str = COMMUNE, with_form: bool = True) -> Field:
    """Load units, make a project with the sample form and enrol a collaborator at *unit*."""
    load_territory(services)
    project = add_project(services, "Công tác gia đình (mẫu)")
    if with_form:
        publish(services, project.project_id)
    return Field(services, project.project_id, enrol(services, project.project_id, unit=unit))


def enrol(services, project_id: int, *, unit: str = COMMUNE, name: str = "Y Bét (mẫu)") -> Enrolment:
    return add_collaborator(services, NewCollaborator(project_id, name, (unit,)))


def practice_field(field: Field) -> Field:
    twin = add_practice(field.services, field.project_id)
    return Field(field.services, twin.project_id, enrol(field.services, twin.project_id))


def new_id() -> str:
    return f"uuid:{uuid4()}"


def instance(
    instance_id: str | None = None,
    *,
    deprecated_id: str | None = None,
    form_id: str = "survey",
    version: str = VERSION,
    household: str = "ho-1",
    members: str = "4",
    registered: str = "yes",
    visit_date: str = "2026-10-04",
    commune: str = COMMUNE,
    photo: str = "",
    photo_2: str = "",
) -> bytes:
    """Return an instance of the sample form as Collect serialises one."""
    instance_id = instance_id if instance_id is not None else new_id()
    named = f"<instanceID>{instance_id}</instanceID>" if instance_id else ""
    deprecated = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    return (
        f'<?xml version=\'1.0\' ?><data id="{form_id}" version="{version}"'
        ' xmlns:orx="http://openrosa.org/xforms">'
        "<start>2026-10-04T08:00:00.000+07:00</start><today>2026-10-04</today>"
        f"<visit_date>{visit_date}</visit_date><commune>{commune}</commune><household>{household}</household>"
        f"<members>{members}</members><registered>{registered}</registered><photo>{photo}</photo>"
        f"<photo_2>{photo_2}</photo_2><meta>{deprecated}{named}</meta></data>"
    ).encode()
