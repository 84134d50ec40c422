"""A record as its page tells it: questions with answers, findings and files beside them, in one language.

The values come from `operations.read_record`; here they are only put side by side, so that the template need not think.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from server.forms.definition import Datatype
from server.language.display import display_date, shown_text
from server.submissions.answers import Answer
from server.submissions.instance import name_key
from server.submissions.typed_answers import day_text
from server.web.console.machine_fields import machine_kind
from server.web.console.record_steps import Tellers, ToldChange, told_step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from server.forms.definition import Node
    from server.language.catalogue import Language
    from server.operations.read_record import RecordView
    from server.operations.record_history import StandingComment
    from server.storage.repositories.records import FindingLine
    from server.submissions.answers import Section
    from server.submissions.changes import Change, Within
    from server.web.console.record_steps import ToldStep

_SHOWN_AS_IMAGE: Final = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class FileAddress:
    """Where a file is to be had, and a small copy of it if it is a photo."""

    file: str
    thumb: str


@dataclass(frozen=True, slots=True)
class ToldFile:
    """A file that was answered with; no address while its bytes have not arrived."""

    name: str
    address: FileAddress | None
    is_image: bool


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """A finding ready for the catalogue; *label* is the question it is about, empty if about none."""

    code: str
    severity: str
    params: Mapping[str, object]
    label: str


@dataclass(frozen=True, slots=True)
class ToldAnswer:
    """One question as it was asked, with what was answered, as words.

    *noted* is the kind of what nobody was asked for (`machine_fields`) and is called by its name; empty for others.
    """

    path: str
    label: str
    noted: str
    words: tuple[str, ...]
    file: ToldFile | None
    findings: tuple[ToldFinding, ...]
    comments: tuple[ToldComment, ...]


@dataclass(frozen=True, slots=True)
class ToldSection:
    """A group or one instance of a repeat that holds something to tell."""

    label: str
    number: int | None
    parts: tuple[ToldAnswer | ToldSection, ...]


@dataclass(frozen=True, slots=True)
class ToldComment:
    """What a reviewer said of a question; *label* is empty beside the question itself."""

    label: str
    text: str
    account_name: str
    at: datetime
    is_of_earlier: bool
    """Said of a version before the one shown."""


@dataclass(frozen=True, slots=True)
class Told:
    """All that a record's page tells of its answers."""

    sections: tuple[ToldSection, ...]
    to_see: tuple[ToldAnswer, ...]
    """The answers that have findings."""
    by_device: tuple[ToldAnswer, ...]
    """What the phone worked out or noted by itself."""
    elsewhere: tuple[ToldFinding, ...]
    """Findings about no question that is shown."""
    commented: tuple[ToldComment, ...]
    """Comments on questions that are not shown."""
    photos: tuple[tuple[str, ToldFile], ...]
    """What can be shown of the files, each with what it is a photo of."""
    other_files: tuple[ToldFile, ...]
    steps: tuple[ToldStep, ...]
    """The history, the newest first."""
    changes: tuple[ToldChange, ...]
    """What the version shown says otherwise than the one it replaces."""
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def minutes(self) -> int | None:
        """Return how long it took to fill in, in whole minutes; None where the phone did not say or its clock erred."""
        if self.started_at is None or self.ended_at is None or self.ended_at < self.started_at:
            return None
        return round((self.ended_at - self.started_at).total_seconds() / 60)


def told(view: RecordView, addresses: Mapping[str, FileAddress], language: Language) -> Told:
    """Return the record in one language; *addresses* are those of its files, by NFC name."""
    nodes = {answer.path: answer.node for answer in view.answers.answers() if answer.node}
    teller = _Teller(view, addresses, language, nodes, defaultdict(list))
    teller.place_findings()
    sections = teller.sections()
    answers = [answer for section in sections for answer in _answers(section)]
    shown = {answer.path for answer in answers}
    named = {answer.file.name for answer in answers if answer.file}
    others = tuple(
        teller.file(one.name) for one in view.attachments if one.media_key is not None and one.name not in named
    )
    steps = tuple(told_step(step, Tellers(teller.change, teller.label_of)) for step in view.history)
    shown_step = next(one for one in steps if one.version is not None and one.version is view.shown)
    return Told(
        sections,
        tuple(answer for answer in answers if answer.findings),
        teller.by_device(),
        tuple(teller.finding(one) for one in view.findings if teller.stands_at(one) not in shown),
        tuple(teller.comment(one) for one in view.comments if one.said.path not in shown),
        _photos(answers, others),
        others,
        steps,
        shown_step.changes or (),
        _moment(view.answers, "start"),
        _moment(view.answers, "end"),
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    view: RecordView
    addresses: Mapping[str, FileAddress]
    language: Language
    nodes: Mapping[str, Node]
    placed: defaultdict[str, list[FindingLine]]
    """The findings by the question they stand beside, once they were placed."""

    def place_findings(self) -> None:
        """Put each finding beside its question: there may be thousands of both."""
        for one in self.view.findings:
            self.placed[self.stands_at(one)].append(one)

    def sections(self) -> tuple[ToldSection, ...]:
        """Return the sections; questions outside every group stand in one of their own, without a heading."""
        told_parts = self._parts(self.view.answers.parts)
        found: list[ToldSection] = []
        for part in told_parts:
            if isinstance(part, ToldSection):
                found.append(part)
            elif found and found[-1].label == "" and found[-1].number is None:
                found[-1] = ToldSection("", None, (*found[-1].parts, part))
            else:
                found.append(ToldSection("", None, (part,)))
        return tuple(found)

    def by_device(self) -> tuple[ToldAnswer, ...]:
        return tuple(
            self._answer(one)
            for one in self.view.answers.answers()
            if not one.is_question and one.text and not self._is_shown(one)
        )

    def file(self, name: str) -> ToldFile:
        address = self.addresses.get(name_key(name))
        return ToldFile(name, address, name.lower().endswith(_SHOWN_AS_IMAGE))

    def comment(self, standing: StandingComment, *, beside: bool = False) -> ToldComment:
        """Return a comment in words; *beside* its question it need not say which."""
        said, is_of_earlier = standing.said, standing.version_id != self.view.shown.version_id
        label = "" if beside else self.label_of(said.path)
        return ToldComment(label, said.text, standing.account_name, standing.at, is_of_earlier)

    def label_of(self, path: str) -> str:
        """Return what the question at a path asks; its name where the version shown has no such answer."""
        node = self.nodes.get(path)
        name = path.rpartition("/")[2]
        return node.label.in_language(self.language, node.name) if node else name

    def change(self, change: Change) -> ToldChange:
        return told_change(change, self.language)

    def _parts(self, parts: Sequence[Answer | Section]) -> tuple[ToldAnswer | ToldSection, ...]:
        told_parts = (self._part(part) for part in parts)
        return tuple(part for part in told_parts if part is not None)

    def _part(self, part: Answer | Section) -> ToldAnswer | ToldSection | None:
        if isinstance(part, Answer):
            return self._answer(part) if self._is_shown(part) else None
        inner = self._parts(part.parts)
        if not inner:
            return None
        return ToldSection(part.label.in_language(self.language), part.number, inner)

    def _is_shown(self, answer: Answer) -> bool:
        """Show what a person was asked and said, and whatever has a finding or a comment."""
        is_remarked = bool(self._findings(answer.path)) or bool(self._comments(answer.path))
        return (answer.is_question and bool(answer.text)) or is_remarked

    def _answer(self, answer: Answer) -> ToldAnswer:
        is_file = answer.node is not None and answer.node.datatype is Datatype.BINARY and answer.text
        return ToldAnswer(
            answer.path,
            answer_label(answer, self.language),
            "" if answer.is_question or answer.label.in_language(self.language, "") else machine_kind(answer),
            answer_words(answer, self.language),
            self.file(answer.text) if is_file else None,
            self._findings(answer.path),
            self._comments(answer.path),
        )

    def stands_at(self, finding: FindingLine) -> str:
        """Return the question a finding stands beside: what registers found odd, beside that of the entity."""
        return self.view.entity_questions.get(finding.path, finding.path)

    def finding(self, finding: FindingLine) -> ToldFinding:
        """Return the finding with the form's own words to it."""
        node = self.nodes.get(finding.path)
        return told_finding(finding.code, finding.severity, finding.params, node=node, language=self.language)

    def _findings(self, path: str) -> tuple[ToldFinding, ...]:
        return tuple(self.finding(one) for one in self.placed.get(path, ()))

    def _comments(self, path: str) -> tuple[ToldComment, ...]:
        return tuple(self.comment(one, beside=True) for one in self.view.comments if one.said.path == path)


def told_change(change: Change, language: Language) -> ToldChange:
    """Return a difference in words."""
    either = change.after or change.before
    label = placed_label(either, change.within, language) if either else change.path
    return ToldChange(label, change.kind, answer_words(change.before, language), answer_words(change.after, language))


def told_finding(
    code: str, severity: str, params: Mapping[str, object], *, node: Node | None, language: Language
) -> ToldFinding:
    """Return a finding with the form's own words to it, for those are not kept but read from the form."""
    message = node.constraint_message.in_language(language) if node else ""
    label = node.label.in_language(language, node.name) if node else ""
    return ToldFinding(code, severity, {"message": message, **_dated(params)}, label)


def answer_label(answer: Answer, language: Language) -> str:
    """Return what a question asks, or its name."""
    return answer.label.in_language(language, answer.name) or answer.name


def placed_label(answer: Answer, within: Within, language: Language) -> str:
    """Return what a question asks, after the instances of repeats it stands in: of whom it is told."""
    places = (f"{label.in_language(language)} {number}".strip() for label, number in within)
    return " · ".join((*places, answer_label(answer, language)))


def answer_words(answer: Answer | None, language: Language) -> tuple[str, ...]:
    """Return an answer in words, several for several choices; none where nothing was answered."""
    if answer is None or not answer.text:
        return ()
    if answer.chosen:
        return tuple(shown_text(one.label.in_language(language, one.value)) for one in answer.chosen)
    return (shown_text(_written(answer)),)


def _dated(params: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters with days as days, for the catalogue to write: a finding keeps them as ISO texts."""
    return {
        name: _day(value) if name.endswith("_on") and isinstance(value, str) else value
        for name, value in params.items()
    }


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _written(answer: Answer) -> str:
    """Return a plain answer as people write it; what cannot be read stays as the phone wrote it."""
    kind = answer.node.datatype if answer.node else Datatype.STRING
    try:
        match kind:
            case Datatype.DATE if answer.node:
                return day_text(answer.text, answer.node)
            case Datatype.DATETIME:
                moment = datetime.fromisoformat(answer.text)
                return f"{display_date(moment)} {moment:%H:%M}"
            case Datatype.DECIMAL:
                return answer.text.replace(".", ",")
            case Datatype.TIME:
                return answer.text[:5]
            case _:
                return answer.text
    except ValueError:
        return answer.text


def _moment(answers: Section, name: str) -> datetime | None:
    """Return when the phone noted the start or the end, None if it did not or its clock wrote nonsense."""
    for answer in answers.answers():
        if answer.node is not None and answer.node.preload == "timestamp" and answer.node.preload_params == name:
            try:
                moment = datetime.fromisoformat(answer.text)
            except ValueError:
                return None
            return moment if moment.tzinfo else None
    return None


def _photos(answers: Iterable[ToldAnswer], others: Iterable[ToldFile]) -> tuple[tuple[str, ToldFile], ...]:
    labelled = [(one.label, one.file) for one in answers if one.file] + [(one.name, one) for one in others]
    return tuple((label, file) for label, file in labelled if file.is_image and file.address)


def _answers(section: ToldSection) -> Iterator[ToldAnswer]:
    for part in section.parts:
        if isinstance(part, ToldAnswer):
            yield part
        else:
            yield from _answers(part)
