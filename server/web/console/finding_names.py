"""What findings are called where only their codes are at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.language.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.language.catalogue import Catalogue, Language


def names_of(codes: Iterable[str], catalogue: Catalogue, language: Language) -> dict[str, str]:
    """Return what findings are called, by code, in the order of their names; one without a name stands bare."""
    named = [
        (code, catalogue.sentence(f"{code}.name", {}, language) if catalogue.has(f"{code}.name") else code)
        for code in codes
    ]
    return dict(sorted(named, key=lambda one: fold(one[1])))
