"""A double of ODK Collect for tests: the real form engine (JavaRosa) and a phone that talks exactly as Collect does.

``JavaRosa`` loads served forms and fills, edits and evaluates them. ``Phone`` synchronises blank forms and sends
filled ones; its ``EntityStore`` holds the entities it knows, merged with the server's lists and changed by the forms
finished on it. None imports the server: they know only the wire. Collect's behaviour is taken from ODK Collect v2026.3
(OkHttpConnection, OpenRosaServerInstanceUploader, ServerFormUseCases, LocalEntityUseCases) and OkHttp 5.
"""

from .blank_forms import BlankForm, SyncReport
from .engine import Filled, Form, JavaRosa, JavaRosaError, Node, Refusal
from .entity_store import EntityState, EntityStore, LocalEntity
from .mishaps import Mishap
from .phone import Phone, Sent
from .survey import Survey

__all__ = [
    "BlankForm",
    "EntityState",
    "EntityStore",
    "Filled",
    "Form",
    "JavaRosa",
    "JavaRosaError",
    "LocalEntity",
    "Mishap",
    "Node",
    "Phone",
    "Refusal",
    "Sent",
    "Survey",
    "SyncReport",
]
