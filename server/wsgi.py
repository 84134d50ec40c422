"""Start-up of the server: settings from the environment, then the application (``gunicorn server.wsgi:app``).

The application is made when it is first asked for, not when this module is imported: gunicorn's configuration reads
the settings from here in the parent process, where no database may be opened, since every worker opens its own.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from server.language.catalogue import LANGUAGES, load_catalogue
from server.logs import configure_logs
from server.settings import SettingsError, read_settings

if TYPE_CHECKING:
    from flask import Flask

    from server.settings import Settings

WRONG_SETTINGS = 2


def environment_settings() -> Settings:
    """Return the settings of the environment; with a wrong one, list every fault in both languages and exit with 2."""
    try:
        return read_settings(os.environ)
    except SettingsError as wrong:
        catalogue = load_catalogue()
        for fault in wrong.faults:
            params = {"variable": fault.variable, "value": fault.value}
            said = " / ".join(catalogue.sentence(fault.code, params, language) for language in LANGUAGES)
            sys.stderr.write(f"{fault.variable}: {said}\n")
        sys.exit(WRONG_SETTINGS)


@cache
def _application() -> Flask:
    from server.app import create_app, make_services  # what the parent process does without

    settings = environment_settings()
    configure_logs(settings.log_level)
    app = create_app(make_services(settings))
    if settings.is_https:
        # TLS ends at a proxy in front, so its word on who calls is good; without one, a caller could claim any address.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]  # Flask's own way
    return app


def __getattr__(name: str) -> Flask:
    """Make ``app`` when it is asked for. Source: PEP 562."""
    if name == "app":
        return _application()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
