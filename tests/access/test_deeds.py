"""Kinds of deeds: each is looked for in a group and said in both languages."""

from __future__ import annotations

import pytest

from server.access.deeds import DeedGroup, DeedKind, Thing, group_of, kinds_of


def test_every_kind_is_found_in_exactly_one_group():
    found = [kind for group in DeedGroup for kind in kinds_of(group)]
    assert sorted(found) == sorted(DeedKind)
    assert all(kind in kinds_of(group_of(kind)) for kind in DeedKind)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_deed_thing_and_group_has_its_words(catalogue, language):
    codes = [f"deed.{one}" for one in DeedKind]
    codes += [f"deed.thing.{one}" for one in Thing] + [f"deed.group.{one}" for one in DeedGroup]
    assert [one for one in codes if not catalogue.has(one, language)] == []
