"""The headers of every page: nothing from elsewhere, nothing inline, nothing kept, nothing framed.

Source: OWASP HTTP Security Response Headers Cheat Sheet; W3C Content Security Policy Level 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services

# Pico's signs are images inside its style sheet, the QR code one inside the page: hence data: for images alone.
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_EVERYWHERE: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_TWO_YEARS: Final = "max-age=63072000"


def add_headers(services: Services, response: Response) -> Response:
    """Return *response* with our headers; what says nothing of keeping is not kept."""
    for name, value in _EVERYWHERE.items():
        response.headers.setdefault(name, value)
    if not response.cache_control.max_age:
        response.headers["Cache-Control"] = "no-store"
    if services.settings.is_https:
        response.headers["Strict-Transport-Security"] = _TWO_YEARS
    return response
