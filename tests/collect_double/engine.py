"""The form engine of the double: a Java process on JavaRosa, spoken to in JSON lines.

It loads XForms as served, fills them question by question as a person would, edits earlier instances, and says what
the engine thinks of an instance. It sends nothing: see ``phone``.
"""

import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from .jvm import command_line
from .survey import Survey, instance_file_name

SAMPLE_DEVICE = {"deviceid": "collect:sampledevice0001", "username": "sample"}


class JavaRosaError(RuntimeError):
    """The engine refused: the form does not parse, an expression fails, the instance is of another form."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form the engine has loaded."""

    key: str
    form_id: str
    version: str | None
    title: str
    questions: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer the phone did not accept: required, constraint, not_a_choice or unreadable."""

    path: str
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The outcome of one filling.

    ``valid`` is whether Collect would have finalised it; if not, ``failed`` says where it stops. ``unused`` are given
    paths that met no relevant, writable question. ``survey`` is written in either case.
    """

    survey: Survey
    valid: bool
    failed: Refusal | None
    refused: tuple[Refusal, ...]
    unused: tuple[str, ...]
    deprecated_id: str | None
    instance_name: str | None
    attachment_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """What the engine thinks of one node. ``sent`` is the value received, ``value`` the one after recalculation.

    Both are None for a group or repeat instance.
    """

    path: str
    relevant: bool
    required: bool
    readonly: bool
    constraint_ok: bool
    sent: str | None
    value: str | None


class JavaRosa:
    """A running engine; use it as a context manager. One start serves any number of forms and fillings."""

    def __init__(self, timezone: str = "Asia/Ho_Chi_Minh") -> None:
        self._timezone = timezone
        self._turn = threading.Lock()
        self._loads = 0

    def __enter__(self) -> "JavaRosa":
        command = command_line(self._timezone)
        self._folder = tempfile.TemporaryDirectory(prefix="collect-double-")
        self._errors = (Path(self._folder.name) / "stderr").open("w+b")
        self._java = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._java.stdin is not None
        assert self._java.stdout is not None
        self._java.stdin.close()
        self._java.wait(timeout=10)
        self._java.stdout.close()
        self._errors.close()
        self._folder.cleanup()

    def load(self, xform: bytes, media: Mapping[str, bytes] | None = None) -> Form:
        """Load an XForm, byte for byte as served, with its media files by name."""
        self._loads += 1
        folder = Path(self._folder.name) / f"form-{self._loads}"
        media_folder = folder / "media"
        media_folder.mkdir(parents=True)
        (folder / "form.xml").write_bytes(xform)
        for name, content in (media or {}).items():
            (media_folder / name).write_bytes(content)
        told = self._ask("load", xform_path=str(folder / "form.xml"), media_dir=str(media_folder))
        return Form(
            key=told["form"],
            form_id=told["form_id"],
            version=told["version"],
            title=told["title"],
            questions=told["questions"],
            warnings=tuple(told["warnings"]),
        )

    def fill(
        self,
        form: Form,
        answers: Mapping[str, object] | None = None,
        *,
        seed: int | None = None,
        now: datetime | None = None,
        meta: Mapping[str, str] | None = None,
        edit_of: Survey | None = None,
        last_saved: Survey | None = None,
        location: str = "",
        instance_id: str = "",
        constraint_behavior: str = "on_swipe",
    ) -> Filled:
        """Fill a form once: given answers first; with a *seed*, random valid ones where a question is left empty.

        *answers* maps paths (``/data/member[2]/name``; ``[n]`` on repeat instances only) to values as they stand in an
        instance, None to leave a question empty, or a number for a repeat's own path to say how many it has.
        *now* (aware) fixes the phone's clock at the start; six seconds pass with every question. *edit_of* edits that
        survey as Collect does. *last_saved* is what ``${last-saved#…}`` reads, None on a phone that has saved none yet.
        *location* is what start-geopoint finds.
        """
        told = self._ask(
            "fill",
            form=form.key,
            answers=dict(answers or {}),
            seed=seed,
            now=None if now is None else now.isoformat(),
            meta=dict(meta or SAMPLE_DEVICE),
            edit_of=None if edit_of is None else edit_of.xml.decode(),
            last_saved=None if last_saved is None else last_saved.xml.decode(),
            location=location,
            instance_id=instance_id,
            constraint_behavior=constraint_behavior,
            folder=self._folder.name,
        )
        return self._filled(told, now or datetime.now(ZoneInfo(self._timezone)), edit_of)

    def evaluate(self, form: Form, xml: bytes, *, now: datetime | None = None) -> dict[str, Node]:
        """Return what the engine thinks of each node of an instance, by path, in document order."""
        told = self._ask("evaluate", form=form.key, xml=xml.decode(), now=None if now is None else now.isoformat())
        return {
            node["path"]: Node(
                path=node["path"],
                relevant=node["relevant"],
                required=node["required"],
                readonly=node["readonly"],
                constraint_ok=node["constraint_ok"],
                sent=node.get("sent"),
                value=node.get("value"),
            )
            for node in told["nodes"]
        }

    def xpath(
        self,
        form: Form,
        expressions: Sequence[str],
        *,
        xml: bytes | None = None,
        context: str = "/",
        now: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Evaluate expressions at *context* in an instance (or a new one), one answer each.

        An answer has ``type`` (boolean, number, string, date), ``text`` (as string() gives it) and for a node-set
        ``nodes``; or ``error`` and ``message``.
        """
        told = self._ask(
            "xpath",
            form=form.key,
            expressions=list(expressions),
            xml=None if xml is None else xml.decode(),
            context=context,
            now=None if now is None else now.isoformat(),
        )
        values: list[dict[str, Any]] = told["values"]
        return values

    def photo(self, *, width: int, height: int, seed: int) -> bytes:
        """Return a real JPEG of that size in pixels; the same seed gives the same bytes."""
        path = Path(self._folder.name) / "photo.jpg"
        self._ask("photo", path=str(path), width=width, height=height, seed=seed)
        return path.read_bytes()

    def _filled(self, told: dict[str, Any], at: datetime, edit_of: Survey | None) -> Filled:
        names = {attachment["path"]: attachment["name"] for attachment in told["attachments"]}
        earlier = {} if edit_of is None else edit_of.files
        survey = Survey(
            form_id=told["form_id"],
            version=told["version"],
            instance_id=told["instance_id"],
            file_name=instance_file_name(told["title"], at.astimezone(ZoneInfo(self._timezone))),
            xml=told["xml"].encode(),
            files={**self._recorded(names.values()), **{n: f for n, f in earlier.items() if n in names.values()}},
        )
        failed = told.get("failed")
        return Filled(
            survey=survey,
            valid=told["valid"],
            failed=None if failed is None else Refusal(failed["path"], None, failed["reason"]),
            refused=tuple(Refusal(one["path"], one["value"], one["reason"]) for one in told["refused"]),
            unused=tuple(told["unused"]),
            deprecated_id=told["deprecated_id"],
            instance_name=told["instance_name"],
            attachment_names=names,
        )

    def _recorded(self, names: Any) -> dict[str, bytes]:
        recorded = {}
        for name in names:
            path = Path(self._folder.name) / name
            if path.is_file():
                recorded[name] = path.read_bytes()
                path.unlink()
        return recorded

    def _ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        line = json.dumps({"do": command, **arguments}) + "\n"
        assert self._java.stdin is not None
        assert self._java.stdout is not None
        with self._turn:
            self._java.stdin.write(line.encode())
            self._java.stdin.flush()
            answer = self._java.stdout.readline()
        if not answer:
            self._errors.seek(0)
            raise JavaRosaError(f"the engine stopped: {self._errors.read().decode(errors='replace')[-2000:]}")
        told: dict[str, Any] = json.loads(answer)
        if "error" in told:
            raise JavaRosaError(f"{told['error']}: {told['message']}")
        return told
