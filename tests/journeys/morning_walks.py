"""What is walked through in a morning beside the ten tasks: households found twice, and reviewing small and by keys."""

from __future__ import annotations

import re

from morning_world import KNOWN_TWICE, TWINS


def finds_the_twins(hand, kept):
    """Three households that came yesterday are on the list already: side by side, and made one."""
    hand.open("/")
    hand.go("nav a:has-text('Hộ gia đình')")
    hand.go("a[href='/households/duplicates']")
    assert hand.clicks <= 2
    pairs = hand.page.locator("li.record")
    assert pairs.count() == TWINS
    for head, _, number, sent_as in KNOWN_TWICE:
        row = hand.page.locator("li.record", has_text=head).inner_text()
        assert sent_as in row
        assert f"cùng số hộ {number}" in row
    head = KNOWN_TWICE[0][0]
    hand.go(f"li.record a:has-text('{head}')")
    hand.go("button:has-text('Gộp')")
    assert hand.clicks <= 2
    assert len(kept.rows("SELECT id FROM entity WHERE merged_into_id IS NOT NULL")) == 1
    hand.open("/households/duplicates")
    assert pairs.count() == TWINS - 1
    assert head not in hand.words("ul.records")


def reviews_on_a_small_phone(hand, kept):
    """From the first page to the record that waits, decided about, and the one after it, as wide as a small phone."""
    hand.open("/")
    sizes = [hand.overflows]
    hand.go("ul.cards a:has-text('Chờ duyệt')")
    sizes.append(hand.overflows)
    hand.go("nav.chips a:has-text('Thôn 1 (mẫu)')")
    sizes.append(hand.overflows)
    waiting = hand.page.locator("li.record").count()
    hand.go("li.record > a >> nth=0")
    first, approved = record_of(hand), len(kept.deeds("giam.sat", "decision.approve"))
    sizes.append(hand.overflows)
    hand.go("button:has-text('Duyệt')")
    assert hand.clicks <= 4
    second = record_of(hand)
    assert second != first, "the next one lies there"
    assert kept.states(first) == {"approved"}
    sizes.append(hand.overflows)
    hand.click("summary:has-text('Trả lại')")
    hand.page.fill("textarea[name=comment]", "Hỏi lại ngày (mẫu).")
    sizes.append(hand.overflows)
    hand.go("#sending-back button")
    assert hand.clicks <= 2
    assert kept.states(second) == {"has_issues"}
    hand.go("main p a >> nth=0")
    assert hand.page.locator("li.record").count() == waiting - 2
    assert len(kept.deeds("giam.sat", "decision.approve")) == approved + 1
    assert sizes == [False] * 6


def reviews_by_keyboard(hand, kept):
    """The same without a mouse: one record is decided about, the next sent back, two of the list approved at once."""
    hand.open("/submissions")
    waiting = record_count(hand)
    hand.press("j", "j", "k")
    hand.turn("Enter")
    first = record_of(hand)
    hand.turn("d")
    second = record_of(hand)
    assert kept.states(first) == {"approved"}
    hand.press("t")
    hand.page.keyboard.type("Hỏi lại ngày (mẫu).")
    hand.press("Tab")
    hand.turn("Enter")
    assert kept.states(second) == {"has_issues"}
    assert hand.keys == 8
    hand.open("/submissions")
    assert record_count(hand) == waiting - 2
    hand.press("j", "x", "j", "x")
    hand.turn("a")
    hand.page.wait_for_selector("button[autofocus]:focus")
    hand.turn("Enter")
    assert hand.keys == 6
    assert "Đã duyệt 2 phiếu" in hand.words()
    assert hand.page.evaluate("window.mice") == 0


def record_of(hand):
    return int(hand.page.locator("[name=record]").first.get_attribute("value").partition(":")[0])


def record_count(hand):
    return int(re.search(r"[0-9]+", hand.words("p.count"))[0])
