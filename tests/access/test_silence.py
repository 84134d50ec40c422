"""Why nothing came from a collaborator: each cause apart, and nobody is called silent too soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.access.silence import Contact, Silence, silence_of

NOW = datetime(2026, 10, 5, tzinfo=UTC)
LONG_AGO, LATELY, NEVER = NOW - timedelta(days=30), NOW - timedelta(days=2), None


@pytest.mark.parametrize(
    ("enrolled", "seen", "sent", "held", "returned", "cause"),
    [
        (LONG_AGO, NEVER, NEVER, 0, 0, Silence.NEVER_CONNECTED),
        (LATELY, NEVER, NEVER, 0, 0, None),  # the card was handed out two days ago
        (LONG_AGO, LATELY, NEVER, 0, 0, Silence.NOTHING_SENT),
        (LONG_AGO, LATELY, LONG_AGO, 0, 0, Silence.NOTHING_SENT),
        (LONG_AGO, LATELY, NEVER, 2, 0, Silence.HELD),
        (LONG_AGO, NEVER, NEVER, 1, 0, Silence.HELD),  # sent by user name before it was noted
        (LONG_AGO, LATELY, LONG_AGO, 0, 3, Silence.RETURNED),
        (LONG_AGO, LONG_AGO, LONG_AGO, 0, 3, Silence.RETURNED),
        (LONG_AGO, LONG_AGO, LONG_AGO, 0, 0, Silence.OUT_OF_REACH),
        (LONG_AGO, LONG_AGO, LATELY, 1, 1, None),
        (LONG_AGO, NOW, NOW - timedelta(days=7), 0, 0, None),
    ],
)
def test_each_cause_of_silence_stands_apart(enrolled, seen, sent, held, returned, cause):
    assert silence_of(Contact(enrolled, seen, sent, held, returned), NOW) is cause


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_cause_has_its_words_next_step_and_reminder(catalogue, language):
    codes = [
        code
        for one in Silence
        for code in (f"console.silence.{one}", f"console.silence.{one}.next", f"console.reminder.{one}")
    ]
    assert [code for code in codes if not catalogue.has(code, language)] == []
