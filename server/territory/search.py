"""Finding units by name as it is typed on a small keyboard: without accents, without the kind, loosely spelt.

``dak ha`` finds ``Xã Đăk Hà`` and ``Huyện Đắk Hà``. Official lists spell 49 of the 102 old communes in two ways (Ngọc
and Ngọk, Pờ Y and Bờ Y, Măng Buk and Măng Bút), so a loose spelling is tried after the exact ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from server.language.folding import fold
from server.language.ordering import sort_key
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.territory.units import UnitPeriod

_NO_LETTER: Final = re.compile(r"[^0-9a-z]+")
_KIND_WORDS: Final = re.compile(r"^(?:tinh|huyen|thanh pho|thi xa|xa|phuong|thi tran|thon|lang|to dan pho) ")
_REMARK: Final = re.compile(r"\([^)]*\)\s*$")
_LAST_SOUND: Final = re.compile(r"[ct]\b")
_FIRST_SOUND: Final = re.compile(r"\bp")

_NO_MATCH: Final = 9
_FROM_THE_TOP: Final = tuple(Level)


def search_periods(periods: Iterable[UnitPeriod], words: str) -> tuple[UnitPeriod, ...]:
    """Return the periods whose name or code matches *words*, the best matches first.

    Equal ones come from the highest level down, in Vietnamese order.
    """
    wanted = _plain(words)
    if not wanted:
        return ()
    ranked = [(_rank(period, wanted), period) for period in periods]
    hits = [(rank, period) for rank, period in ranked if rank != _NO_MATCH]
    hits.sort(key=lambda hit: (hit[0], _FROM_THE_TOP.index(hit[1].level), sort_key(hit[1].name), hit[1].code))
    return tuple(period for _, period in hits)


def name_keys(name: str) -> tuple[str, str, str]:
    """Return what a unit's name is found by: without accents, without its kind too, and loosely spelt as well.

    A remark in brackets at the end does not count for the last two, nor does a zero before a number.
    """
    plain = _plain(name)
    bare = _KIND_WORDS.sub("", _plain(_REMARK.sub("", name)))
    numbered = re.sub(r"\b0+(?=[0-9])", "", bare)
    return plain, numbered, _loose(numbered)


def _plain(text: str) -> str:
    return _NO_LETTER.sub(" ", fold(text)).strip()


def _rank(period: UnitPeriod, wanted: str) -> int:
    """Return how well the period matches: 0 the very name or code, 4 its loose spelling only, 9 not at all."""
    name = _plain(period.name)
    bare = _KIND_WORDS.sub("", name)
    code = _plain(period.code)
    if wanted in (name, bare, code):
        return 0
    if bare.startswith(wanted) or code.startswith(wanted):
        return 1
    if f" {wanted}" in f" {name}":
        return 2
    if _squeezed(wanted) in _squeezed(name):
        return 3
    return 4 if _loose(wanted) in _loose(name) else _NO_MATCH


def _squeezed(plain: str) -> str:
    return plain.replace(" ", "")


def _loose(plain: str) -> str:
    """Return one spelling for what is written in several: final c, t or k; initial p or b."""
    return _squeezed(_FIRST_SOUND.sub("b", _LAST_SOUND.sub("k", plain)))
