"""One engine for all tests of the double: a start costs a second, a filling milliseconds."""

from collections.abc import Iterator

import pytest

from .engine import Form, JavaRosa
from .form_server import FormServer
from .recording_server import RecordingServer, accepting, recording_server
from .sample_forms import COUNTED, HOMES, HOUSEHOLD, LISTED, xform


@pytest.fixture(scope="session")
def engine() -> Iterator[JavaRosa]:
    with JavaRosa() as engine:
        yield engine


@pytest.fixture(scope="session")
def household(engine: JavaRosa) -> Form:
    return engine.load(xform(HOUSEHOLD))


@pytest.fixture(scope="session")
def counted(engine: JavaRosa) -> Form:
    return engine.load(xform(COUNTED))


@pytest.fixture(scope="session")
def listed(engine: JavaRosa) -> Form:
    return engine.load(xform(LISTED), {"homes.csv": HOMES})


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with recording_server(accepting()) as server:
        yield server


@pytest.fixture
def shelf() -> Iterator[FormServer]:
    forms = FormServer()
    with recording_server(forms.answer) as recording:
        forms.recording = recording
        yield forms
