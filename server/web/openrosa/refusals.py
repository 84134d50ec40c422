"""Every refusal as Collect shows it: a status it understands and a Vietnamese sentence that names the next step."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException

from server.errors import DomainError
from server.web.openrosa.digest import Challenge
from server.web.openrosa.responses import message
from server.web.statuses import status_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from server.operations.services import Services

log = logging.getLogger(__name__)
PREFIX = "/v1/"
_SENTENCE = {
    "xml.doctype": "openrosa.doctype",
    "xml.malformed": "openrosa.not_xml",
    "xml.too_deep": "openrosa.too_deep",
    "xml.too_large": "openrosa.too_many",  # elements or attributes: its bytes were counted at the door
    "submission.no_form_id": "openrosa.no_form_id",
    "access.not_found": "openrosa.not_found",
    "media.full": "openrosa.full",
}
_BY_STATUS = {
    400: "openrosa.wrong_multipart",
    404: "openrosa.not_found",
    405: "openrosa.not_found",
    413: "openrosa.too_large",
}


def refuse(services: Services, fault: Exception) -> Response:
    """Return the answer to *fault*; what nobody foresaw is logged and answered as 500, never with its words.

    A redirect to a tidier address is a 404: a phone that followed it would send its form as GET.
    """
    if isinstance(fault, DomainError):
        return _refuse_domain(services, fault)
    if isinstance(fault, HTTPException) and fault.code is not None and fault.code < 500:  # noqa: PLR2004
        params = {"limit_mb": services.settings.largest_post_bytes // 1_000_000}
        status = fault.code if fault.code >= HTTPStatus.BAD_REQUEST else HTTPStatus.NOT_FOUND
        return message(_sentence(services, _BY_STATUS.get(status, "openrosa.wrong_multipart"), params), status)
    log.error("openrosa.failed", exc_info=fault)
    return message(_sentence(services, "openrosa.failed", {}), 500)


def _refuse_domain(services: Services, fault: DomainError) -> Response:
    status = status_of(fault)
    default = "openrosa.unavailable" if status == 503 else fault.code  # noqa: PLR2004
    limits = {"limit_mb": services.settings.largest_post_bytes // 1_000_000, "limit": 200}
    answer = message(_sentence(services, _SENTENCE.get(fault.code, default), limits | fault.params), status)
    challenge = fault.params.get("challenge")
    if isinstance(challenge, Challenge):
        for name, value in challenge.headers():
            answer.headers.add(name, value)
    if status == 503:  # noqa: PLR2004
        answer.headers["Retry-After"] = "60"
    return answer


def _sentence(services: Services, code: str, params: Mapping[str, object]) -> str:
    return services.catalogue.sentence(code, params, "vi")
