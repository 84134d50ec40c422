"""How faults are written on a terminal: refusals, faults of a form or plan by cell, and wrong settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from server.cli.terminal import echo
from server.language.catalogue import LANGUAGES
from server.operations.empty_lists import MOST_NAMED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from server.cli.terminal import Terminal
    from server.errors import DomainError
    from server.forms.faults import Fault
    from server.operations.empty_lists import EmptyList
    from server.settings import SettingFault


ALLOW_EMPTY_LISTS = "Vẫn làm dù có người nhận danh sách trống. / Go on although somebody gets an empty list."


def show_refusal(terminal: Terminal, refusal: DomainError) -> None:
    """Say why the command was refused, and the cure where that is a sentence of its own."""
    terminal.tell(refusal.code, **refusal.params)
    cure = f"{refusal.code}.cure"
    if terminal.catalogue.has(cure, terminal.language):
        terminal.tell(cure, **refusal.params)


def show_settings(terminal: Terminal, faults: Sequence[SettingFault]) -> None:
    """List every wrong setting in both languages: whoever starts the server may read only one of them."""
    for fault in faults:
        said = [
            terminal.catalogue.sentence(fault.code, {"variable": fault.variable, "value": fault.value}, language)
            for language in LANGUAGES
        ]
        echo(f"{fault.variable}: {' / '.join(said)}", err=True)


def show_faults(terminal: Terminal, faults: Sequence[Fault]) -> None:
    """List faults of a form or plan: how grave, where, what, and what to do."""
    for fault in faults:
        echo(fault_line(terminal, fault), err=True)
    errors = sum(1 for fault in faults if fault.is_error)
    terminal.tell("cli.faults", errors=errors, warnings=len(faults) - errors)


def end_with_faults(ctx: click.Context, terminal: Terminal, faults: Sequence[Fault], *, as_json: bool) -> NoReturn:
    """List faults, as JSON if asked for, and end the command with exit code 1."""
    if as_json:
        terminal.show([fault_facts(terminal, fault) for fault in faults])
    else:
        show_faults(terminal, faults)
    ctx.exit(1)


def show_empty_lists(terminal: Terminal, lists: Sequence[EmptyList]) -> None:
    """Tell beside the result whose phones get a list without a row."""
    for one in lists:
        if one.is_empty_everywhere:
            terminal.tell("list.empty_everywhere", list=one.name)
        else:
            named = list(one.people[:MOST_NAMED])
            terminal.tell("list.left_empty", list=one.name, people=named, count=len(one.people))


def fault_line(terminal: Terminal, fault: Fault) -> str:
    """Return one fault as a line."""
    grave = terminal.sentence("cli.fault.error" if fault.is_error else "cli.fault.warning")
    places = [fault.sheet, str(fault.row or ""), fault.column]
    where = "/".join(one for one in places if one)
    what = [terminal.sentence(fault.code, **fault.params)]
    if terminal.catalogue.has(fault.cure_code, terminal.language):
        what.append(terminal.sentence(fault.cure_code, **fault.params))
    return f"{grave} {where + ': ' if where else ''}{' '.join(what)}"


def fault_facts(terminal: Terminal, fault: Fault) -> dict[str, Any]:
    """Return one fault for JSON."""
    has_cure = terminal.catalogue.has(fault.cure_code, terminal.language)
    return {
        "severity": fault.severity.value,
        "code": fault.code,
        "sheet": fault.sheet,
        "row": fault.row,
        "column": fault.column,
        "message": terminal.sentence(fault.code, **fault.params),
        "cure": terminal.sentence(fault.cure_code, **fault.params) if has_cure else "",
    }
