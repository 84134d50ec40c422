"""The one refusal of the expression language, at compile time and at evaluation.

Codes at compile time: ``logic.syntax`` (reason, position), ``logic.unknown_function``, ``logic.wrong_arity``,
``logic.not_a_nodeset``. At evaluation: ``logic.repeated`` (several nodes where one value is needed),
``logic.above_root`` (a path that climbs out of the record), ``logic.type``,
``logic.not_a_date``, ``logic.out_of_range``, ``logic.unknown_list``, ``logic.unrepeatable`` (only the device can say),
``logic.regex_unsupported`` and ``logic.too_costly``. Parameters never hold an answer.
"""

from __future__ import annotations

from server.errors import InvalidInput


class LogicError(InvalidInput):
    """An expression that cannot be compiled, or has no value in this context."""


def syntax_error(reason: str, position: int) -> LogicError:
    """Return the error for source text that is no expression; *position* counts characters from 0."""
    return LogicError("logic.syntax", reason=reason, position=position)
