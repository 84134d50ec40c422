"""The paper blank as one HTML document for A4 that prints anywhere: no script, no other file, no address.

It only dresses what `server.forms.paper` laid out; every text is escaped, every fixed word comes from the catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from markupsafe import Markup

from server.forms.paper import Blank, Grid, Line, Question, Remark, Section, Table, Ticks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.forms.paper import Block, Room
    from server.language.catalogue import Catalogue

_TABLE_ROWS = 6
_TABLE_TIMES = 3
_WIDEST = 6
"""Columns an A4 page still holds."""
_WRITTEN_LINES = 3
_STYLE = Markup("""
@page { size: A4; margin: 14mm 14mm 16mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.35 "Noto Sans", "DejaVu Sans", Arial, sans-serif; color: #000; margin: 0 auto; max-width: 182mm; }
h1 { font-size: 16pt; margin: 0 0 2mm; }
h2 { font-size: 12pt; margin: 5mm 0 2mm; padding: 1mm 2mm; background: #e8e8e8; break-after: avoid;
     print-color-adjust: exact; }
h3 { font-size: 11pt; margin: 3mm 0 1mm; break-after: avoid; }
p { margin: 0; }
.about { color: #333; margin-bottom: 2mm; }
.head { display: flex; gap: 6mm; border: 1px solid #000; padding: 3mm 2mm; }
.head span { flex: 1; border-bottom: 1px dotted #000; min-height: 7mm; }
.question { margin: 2mm 0; break-inside: avoid; display: grid; grid-template-columns: 9mm 1fr; }
.number { font-weight: bold; }
.label { font-weight: 600; }
.hint { font-style: italic; color: #333; }
.ticks { list-style: none; margin: 1mm 0 0; padding: 0; columns: 2; column-gap: 8mm; }
.ticks.few { columns: 1; display: flex; flex-wrap: wrap; gap: 0 7mm; }
.ticks li { break-inside: avoid; padding-left: 6mm; text-indent: -6mm; }
.box { display: inline-block; width: 3.6mm; height: 3.6mm; border: 1px solid #000; margin-right: 2.4mm; text-indent: 0;
       vertical-align: -0.5mm; }
.round { border-radius: 50%; }
.line { border-bottom: 1px dotted #000; min-height: 7.5mm; padding-top: 2.5mm; color: #333; }
.skip { margin: 1mm 0 0; font-weight: bold; }
.skip::before { content: "→ "; }
.only { border-left: 2px solid #000; padding-left: 2mm; margin: 2mm 0 1mm; font-style: italic; break-after: avoid; }
.remark { border: 1px solid #777; padding: 1.5mm 2mm; margin: 2mm 0; break-inside: avoid; }
table { width: 100%; border-collapse: collapse; margin: 2mm 0; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 1px solid #555; padding: 1mm 1.5mm; vertical-align: top; font-weight: normal; text-align: left; }
.grid td + td { text-align: center; vertical-align: middle; }
.grid th + th { text-align: center; width: 12%; font-weight: 600; font-size: 9pt; }
.grid .box { margin: 0; }
.rows td { height: 10mm; }
.upright th + th, .upright td + td { width: 20%; }
.upright .only, .upright .skip { font-size: 9pt; }
.foot { margin-top: 6mm; break-inside: avoid; }
""")


def paper_html(blank: Blank, catalogue: Catalogue) -> str:
    """Return the document of *blank*, in its language."""
    dress = _Dress(blank, catalogue)
    page = Markup(
        '<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title>'
        "<style>{style}</style></head>\n<body>\n<h1>{title}</h1>\n{head}\n{body}\n{foot}\n</body>\n</html>\n"
    )
    return page.format(
        language=blank.language,
        title=blank.title,
        style=_STYLE,
        head=dress.head(),
        body=dress.blocks(blank.blocks, 2),
        foot=Markup('<p class="foot">{}</p>').format(dress.say("foot")),
    )


class _Dress:
    """The blocks of one blank as HTML."""

    def __init__(self, blank: Blank, catalogue: Catalogue) -> None:
        self._blank = blank
        self._catalogue = catalogue

    def say(self, word: str, **params: object) -> str:
        return self._catalogue.sentence(f"form.paper.{word}", params, self._blank.language)

    def head(self) -> Markup:
        about = self.say("about", form_id=self._blank.form_id, version=self._blank.version)
        fields = Markup("").join(
            Markup("<span>{}</span>").format(self.say(f"head.{field}")) for field in ("who", "place", "date")
        )
        return Markup('<p class="about">{}</p>\n<div class="head">{}</div>').format(about, fields)

    def blocks(self, blocks: Iterable[Block], level: int) -> Markup:
        return Markup("\n").join(self._block(block, level) for block in blocks)

    def _block(self, block: Block, level: int) -> Markup:
        match block:
            case Question():
                return self._question(block)
            case Remark(text, only_if):
                return Markup('{}<p class="remark">{}</p>').format(_only(only_if), text)
            case Grid():
                return self._grid(block)
            case Table():
                return self._table(block)
            case Section(title, inner, only_if):
                heading = Markup("<h{0}>{1}</h{0}>").format(level, title) if title else Markup("")
                return Markup("{}{}{}").format(heading, _only(only_if), self.blocks(inner, min(level + 1, 3)))
            case _:
                assert_never(block)

    def _question(self, question: Question) -> Markup:
        return Markup(
            '{only}<div class="question"><p class="number">{number}.</p><div><p class="label">{label}</p>'
            "{hint}{room}{skips}</div></div>"
        ).format(
            only=_only(question.only_if),
            number=question.number,
            label=_label(question),
            hint=_paragraph("hint", question.hint),
            room=self._room(question.room),
            skips=_skips(question),
        )

    def _room(self, room: Room) -> Markup:
        match room:
            case Ticks(labels, is_several, is_order):
                few = " few" if sum(map(len, labels)) < 70 else ""  # noqa: PLR2004  # they fit on one line
                shape = "" if is_several or is_order else " round"
                ticks = Markup("").join(
                    Markup('<li><span class="box{}"></span>{}</li>').format(shape, label) for label in labels
                )
                advice = self.say("tick.order" if is_order else "tick.several") if is_order or is_several else ""
                return Markup('{}<ul class="ticks{}">{}</ul>').format(_paragraph("hint", advice), few, ticks)
            case Line("lines"):
                return Markup('<p class="line"></p>') * _WRITTEN_LINES
            case Line(kind):
                return Markup('<p class="line">{}</p>').format(self.say(f"line.{kind}"))
            case _:
                assert_never(room)

    def _grid(self, grid: Grid) -> Markup:
        titles = Markup("").join(Markup("<th>{}</th>").format(label) for label in grid.labels)
        boxes = Markup('<td><span class="box round"></span></td>') * len(grid.labels)
        rows = Markup("\n").join(
            Markup("<tr><td><b>{}.</b> {}{}</td>{}</tr>").format(
                question.number, _label(question), _paragraph("hint", question.hint), boxes
            )
            for question in grid.questions
        )
        return Markup('<table class="grid"><thead><tr><th>{}</th>{}</tr></thead><tbody>{}</tbody></table>').format(
            self.say("tick.one"), titles, rows
        )

    def _table(self, table: Table) -> Markup:
        body = self._upright(table) if len(table.questions) > _WIDEST else self._rows(table)
        return Markup("<h3>{}</h3>{}{}").format(table.title, _only(table.only_if), body)

    def _rows(self, table: Table) -> Markup:
        """Return a table with a column for each question and a row for each time."""
        titles = Markup("").join(Markup("<th>{}</th>").format(self._short(question)) for question in table.questions)
        row = Markup("<tr>{}</tr>").format(Markup("<td></td>") * len(table.questions))
        rules = Markup("").join(Markup("{}{}").format(_only(one.only_if), _skips(one)) for one in table.questions)
        return Markup('<table class="rows"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}').format(
            titles, row * _TABLE_ROWS, rules
        )

    def _upright(self, table: Table) -> Markup:
        """Return a table with a row for each question and a column for each time, for those too wide for the page."""
        times = Markup("").join(
            Markup("<th>{}</th>").format(self.say("time", number=n + 1)) for n in range(_TABLE_TIMES)
        )
        rows = Markup("").join(
            Markup("<tr><td>{}{}{}</td>{}</tr>").format(
                _only(question.only_if), self._short(question), _skips(question), Markup("<td></td>") * _TABLE_TIMES
            )
            for question in table.questions
        )
        return Markup('<table class="upright"><thead><tr><th></th>{}</tr></thead><tbody>{}</tbody></table>').format(
            times, rows
        )

    def _short(self, question: Question) -> Markup:
        """Return number, label and choices, for a table has no room to tick them each time."""
        codes = " / ".join(question.room.labels) if isinstance(question.room, Ticks) else ""
        return Markup("<b>{}.</b> {}{}").format(question.number, _label(question), _paragraph("hint", codes))


def _label(question: Question) -> Markup:
    return Markup("{}{}").format(question.label, " *" if question.is_required else "")


def _only(text: str) -> Markup:
    return _paragraph("only", text)


def _skips(question: Question) -> Markup:
    return Markup("").join(_paragraph("skip", text) for text in question.skips)


def _paragraph(style: str, text: str) -> Markup:
    return Markup('<p class="{}">{}</p>').format(style, text) if text else Markup("")
