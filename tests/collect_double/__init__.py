"""A double of ODK Collect for tests: the real form engine (JavaRosa) and a phone that talks exactly as Collect does.

``JavaRosa`` loads served forms and fills, edits and evaluates them. ``Phone`` synchronises blank forms and sends
filled ones. Neither imports the server: they know only the wire. Collect's behaviour is taken from ODK Collect v2026.3
(OkHttpConnection, OpenRosaServerInstanceUploader, ServerFormUseCases) and OkHttp 5.
"""

from .blank_forms import BlankForm, SyncReport
from .engine import Filled, Form, JavaRosa, JavaRosaError, Node, Refusal
from .mishaps import Mishap
from .phone import Phone, Sent
from .survey import Survey

__all__ = [
    "BlankForm",
    "Filled",
    "Form",
    "JavaRosa",
    "JavaRosaError",
    "Mishap",
    "Node",
    "Phone",
    "Refusal",
    "Sent",
    "Survey",
    "SyncReport",
]
