"""The words of household lists and the values of the forms they stand for, without accents.

Source: the choices of the form *1 Hộ gia đình* (xlsforms/household_register); the peoples as the statistics office
names them, with the spellings met in the lists of communes.
"""

from __future__ import annotations

from typing import Final

from server.registers.headings import heading_key

_OTHER_PEOPLES: Final = (
    "dân tộc khác, khác, "
    "Tày, Thái, Hoa, Khơ-me, Mường, Nùng, HMông, Mông, Dao, Ngái, Ê Đê, Sán Chay, Cơ Ho, Chăm, Sán Dìu, Mnông, "
    "Ra Glai, Xtiêng, Bru Vân Kiều, Thổ, Giáy, Cơ Tu, Mạ, Khơ Mú, Co, Cor, Tà Ôi, Chơ Ro, Kháng, Xinh Mun, Hà Nhì, "
    "Chu Ru, Lào, La Chí, La Ha, Phù Lá, La Hủ, Lự, Lô Lô, Chứt, Mảng, Pà Thẻn, Cơ Lao, Cống, Bố Y, Si La, Pu Péo, "
    "Ơ Đu"
)
_PEOPLES: Final = {
    "01": "Kinh",
    "10": "Gia Rai, Jrai, Gia-rai, Ja rai, Jarai",
    "12": "Ba Na, Bana, Ba-na, Bahnar, Rơ Ngao, Giơ Lâng",
    "16": "Xơ Đăng, Xê Đăng, Sê Đăng, Xơ-đăng, Xơ Teng, Mơ Nâm, Ca Dong, Hà Lăng, Tơ Đrá",
    "18": "Hrê, H rê, H'rê, Hre",
    "27": "Giẻ Triêng, Giẻ-triêng, Gié Triêng, Dẻ Triêng, Triêng, Giẻ",
    "52": "Rơ Măm, Rơ-măm, Rmăm",
    "53": "Brâu, B râu",
    "99": _OTHER_PEOPLES,
    "refuse": "không trả lời",
}
_POVERTY: Final = {
    "poor": "nghèo, hộ nghèo, hn, poor",
    "near_poor": "cận nghèo, hộ cận nghèo, hcn, cn, near_poor",
    "none": (
        "không, không thuộc diện, không thuộc diện nghèo, không nghèo, bình thường, trung bình, khá, giàu, thoát nghèo,"
        " thoát cận nghèo, none"
    ),
}
_HOUSEHOLD_TYPES: Final = {
    "gen1": "một thế hệ, 1 thế hệ, chỉ vợ chồng, vợ chồng, gen1",
    "gen2": "hai thế hệ, 2 thế hệ, cha mẹ và con, gen2",
    "one_parent": "cha hoặc mẹ với con, đơn thân, mẹ đơn thân, cha đơn thân, chỉ cha hoặc chỉ mẹ sống với con",
    "gen3": "ba thế hệ, 3 thế hệ, ba thế hệ trở lên, 3 thế hệ trở lên, bốn thế hệ, 4 thế hệ, gen3",
    "other": "khác, loại khác, other",
}
_RELATIONS: Final = {
    "couple": "vợ chồng, couple",
    "parent_child": "cha mẹ và con, bố mẹ và con, cha mẹ con, parent_child",
    "grandparent_grandchild": "ông bà và cháu, ông bà cháu, grandparent_grandchild",
    "siblings": "anh chị em, siblings",
    "alone": "sống một mình, một mình, độc thân, alone",
}
_GROUPS: Final = {
    "policy": "chính sách, gia đình chính sách, hộ chính sách, người có công, policy",
    "disabled": "có người khuyết tật, người khuyết tật, khuyết tật, disabled",
    "hardship": "hoàn cảnh khó khăn, khó khăn, hộ khó khăn, hardship",
    "none": "không, không thuộc nhóm nào, none",
}
_STATUS: Final = {
    "active": "đang ở, còn, đang sinh sống, thường trú, active",
    "moved_out": "đã chuyển đi, chuyển đi, đã chuyển, moved_out",
    "gone": "không còn hộ, không còn, gone",
}
_SEXES: Final = {"male": "nam, trai, m", "female": "nữ, gái, f"}
_TICKS: Final = {"yes": "x, v, có, 1, yes, true, đúng", "no": "không, 0, no, false"}


def _by_word(meanings: dict[str, str]) -> dict[str, str]:
    found = {heading_key(word): value for value, words in meanings.items() for word in words.split(",")}
    return found | {heading_key(value): value for value in meanings}


PEOPLES: Final = _by_word(_PEOPLES)
POVERTY: Final = _by_word(_POVERTY)
HOUSEHOLD_TYPES: Final = _by_word(_HOUSEHOLD_TYPES)
RELATIONS: Final = _by_word(_RELATIONS)
GROUPS: Final = _by_word(_GROUPS)
STATUSES: Final = _by_word(_STATUS)
SEXES: Final = _by_word(_SEXES)
TICKS: Final = _by_word(_TICKS)

WORDS_OF: Final = {
    "ethnic": _PEOPLES,
    "poverty": _POVERTY,
    "hh_type": _HOUSEHOLD_TYPES,
    "relations": _RELATIONS,
    "groups": _GROUPS,
    "status": _STATUS,
    "head_sex": _SEXES,
}
"""The words of each column as they are written, for the template's page of hints."""


def said(column: str, value: str) -> str:
    """Return a value of the forms as lists say it: ``cận nghèo`` for ``near_poor``; several with commas between."""
    words = WORDS_OF.get(column)
    if words is None:
        return value
    return ", ".join(words.get(one, one).partition(",")[0] for one in value.split())
