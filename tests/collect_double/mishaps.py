"""What can go wrong, or differ, while a phone sends: told to the phone by a test, carried out byte-exactly."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mishap:
    """How one sending departs from a smooth one; the default is a smooth one.

    ``cut_after``: the connection breaks after that many bytes of a POST body. ``hang_up``: the connection is closed
    after the whole body, before the answer is read. ``on_post`` says which POST (counted from 0) the two strike.
    ``reverse_posts`` sends split POSTs last first; ``reverse_parts`` puts the files before the XML within each.
    ``drop_incomplete`` leaves out ``*isIncomplete*``, as some clients do.
    """

    cut_after: int | None = None
    hang_up: bool = False
    on_post: int = 0
    reverse_posts: bool = False
    reverse_parts: bool = False
    drop_incomplete: bool = False


class Interrupted(ConnectionError):
    """The connection was broken on purpose; the phone does not know what the server did."""
