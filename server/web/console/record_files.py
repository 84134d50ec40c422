"""What the list of records shows as a file: a workbook, or CSV; with the form's words, or with its codes; its photos.

Each is made while it is sent, of what is there at that moment, and so is none that could be taken up where it broke
off: a second answer need not be the first one's bytes. Whoever has a slow line narrows the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, request

from server.errors import NotFound
from server.language.display import display_datetime
from server.operations.export_media import export_media
from server.operations.export_records import Speech, export_records
from server.operations.sights import Desk
from server.web.console.asked import asked_list
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers import csv_file, streamed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.language.catalogue import Language
    from server.operations.browse_submissions import ListedRecord
    from server.operations.export_media import MediaExport
    from server.operations.export_records import Export
    from server.operations.services import Services
    from server.web.console.screen import Screen
    from server.web.renderers.grids import Value
    from server.web.renderers.streamed import Row

KINDS: Final = ("xlsx", "csv")
_MEDIA: Final = "zip"
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final = ("key", "name", "form", "place", "commune", "day", "received", "sender", "state", "flagged", "media")
_IN_REPEATS: Final = ("key", "parent")


@dataclass(frozen=True, slots=True)
class RecordFilePages:
    """Files of the everyday desk; there are none of incidents."""

    services: Services
    screen: Screen

    def file(self, kind: str) -> Response:
        """Send what is shown, as it is read."""
        if kind == _MEDIA:
            return self._media()
        if kind not in KINDS:
            raise NotFound("access.not_found")
        asked = asked_list(request.args, Desk.EVERYDAY)
        speech = Speech(chosen_language(), is_coded=request.args.get("as") == "codes")
        account = signed_in(self.services).account
        export = export_records(self.services, account, asked.question, speech, file_kind=kind)
        return self._sent(export, kind, speech)

    def _sent(self, export: Export, kind: str, speech: Speech) -> Response:
        sheets, rows = self._sheets(export, speech), self._rows(export, speech)
        if kind == "xlsx":
            answer, ending = Response(streamed.workbook_pieces(sheets, rows), content_type=_WORKBOOK), kind
        elif len(sheets) > 1:
            answer, ending = Response(streamed.zip_pieces(sheets, rows), content_type="application/zip"), "zip"
        else:
            answer, ending = Response(streamed.csv_pieces(sheets[0], rows), content_type=csv_file.TYPE), kind
        name = f"phieu-{self.services.today().isoformat()}.{ending}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def _media(self) -> Response:
        account, question = signed_in(self.services).account, asked_list(request.args, Desk.EVERYDAY).question
        export, language = export_media(self.services, account, question), chosen_language()
        answer = Response(streamed.archive_pieces(self._files(export, language)), content_type="application/zip")
        name = f"anh-va-tep-{self.services.today().isoformat()}.zip"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def _files(self, export: MediaExport, language: Language) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Yield the files; last, which could not be had, or that there are none."""
        for one in export.files:
            yield one.name, one.chunks
        told = ["console.export.away"] if export.away else [] if export.total else ["console.export.no_files"]
        for code in told:
            lines = [self.screen.say(code, language=language), *export.away]
            yield "CHU-Y.txt", ["\n".join(lines).encode("utf-8-sig")]

    def _sheets(self, export: Export, speech: Speech) -> list[streamed.Sheet]:
        say, first = self.screen.say, export.tables[0]
        general = [self._heading(one, speech) for one in _COLUMNS]
        in_repeats = [self._heading(one, speech) for one in _IN_REPEATS]
        name = say("console.menu.submissions", language=speech.language)
        return [
            streamed.Sheet(name, (*general, *first.headings)),
            *(streamed.Sheet(one.name, (*in_repeats, *one.headings)) for one in export.tables[1:]),
        ]

    def _heading(self, column: str, speech: Speech) -> str:
        return column if speech.is_coded else self.screen.say(f"console.export.{column}", language=speech.language)

    def _rows(self, export: Export, speech: Speech) -> Iterator[Row]:
        for one in export.records:
            yield 0, (*self._general(one.listed, speech), *one.values)
            for row in one.repeats:
                yield row.table, (row.key, row.parent, *row.values)

    def _general(self, listed: ListedRecord, speech: Speech) -> tuple[Value, ...]:
        line, say, language = listed.line, self.screen.say, speech.language
        at = display_datetime(line.received_at, self.services.settings.timezone)
        coded: tuple[Value, ...] = (line.state.value, int(line.is_flagged))
        spoken = (
            say(f"review.state.{line.state.value}", language=language),
            say("console.records.mark.flagged", language=language) if line.is_flagged else "",
        )
        return (
            str(line.submission_id),
            line.instance_name,
            line.form_title,
            listed.place[0] if listed.place else "",
            listed.place[1] if len(listed.place) > 1 else "",
            line.event_date.isoformat() if line.event_date else "",
            line.received_at.isoformat() if speech.is_coded else at,
            line.collaborator_name,
            *(coded if speech.is_coded else spoken),
            line.missing_media,
        )
