"""Whether the history still is what was sealed, at the command line."""

from __future__ import annotations

import pytest

from server.access.deeds import Deed, DeedKind, Thing
from server.operations.note_deeds import note_deeds
from server.operations.seal_deeds import seal_deeds
from server.storage.visible import Operator

pytestmark = pytest.mark.database


def test_the_newest_digest_is_told_and_asked_for_again(shell, services):
    assert "Chưa có ngày nào được khóa" in shell.says("deeds", "verify")
    with services.unit_of_work(Operator()) as uow:
        note_deeds(services, uow, None, Deed(DeedKind.CARD_PRINTED, Thing.COLLABORATOR, 1, None))
    services.now.advance(days=2)
    seal_deeds(services)
    facts = shell.json("deeds", "verify")
    assert (facts["days"], facts["deeds"]) == (1, 1)
    told = shell.says("deeds", "verify", "--noted", facts["day"], facts["digest"])
    assert f"1 ngày, 1 thao tác. Ghi lại ở nơi khác: ngày {facts['day']}, mã {facts['digest']}" in told
    refused = shell.run("deeds", "verify", "--noted", facts["day"], "0" * 64, code=1)
    assert f"Mã của ngày {facts['day']} khác" in refused.stderr
