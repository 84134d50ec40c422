"""Invented households of a province, for looking for duplicates: every name is a sample, marked (mẫu) after it.

Half the villages are Kinh, half are of the native peoples, where a handful of short names serves everybody, so that
two couples *A Tik* and *Y Bét* in one village are nothing rare. Sons live beside their fathers under one number, a
part of the rows has no number, no point, no spouse. Some villages were joined: a part of their rows still stands under
the old one. Then rows are copied and the copies written as another hand would have written them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from math import cos, radians
from random import Random
from uuid import UUID

from server.language.folding import fold
from server.registers.compared_household import Place


def listed(names: str) -> list[str]:
    return names.split()


NATIVE_MEN = listed(
    "Tik Tít Thuk Thuih Blưn Blong Bun Byă Chương Dũng Djrăng Đen Đông Gran Grôh Hiêu Hlom Huynh Hùng Jring Kam "
    "Khôi Kiêm Klưh Krung Lăng Lip Long Mao Mik Nam Nghĩa Ngọc Ngưr Nhơn Nhum Phiên Phong Phut Plơm Rin Sang Sơn "
    "Stăng Thái Thiêu Thim Thong Thơi Toan Trang Tuấn Tuyn U Vang Viêng Vinh Wer Xem Xương Yưk"
)
NATIVE_WOMEN = listed(
    "Bét Blai Bluh Byơn Chăm Dăm Diên Djoan Giang Gyin Hà Hiền Hlim Hlin Hơn Hrin Hương Jăk Krông Kưih Lan Lel "
    "Liên Linh Lui Ly Mai Mân Mơi Nga Ngăn Ngem Nhar Nhung Oanh Per Phương Plao Puk Rơi Róc Sen Sương Thảo Thăng "
    "Thi Thoai Thu Thuêm Thuy Trinh Tuyết Umi Vân Vi Viên Xanh Xoa Xuân Yen"
)
FAMILIES = {
    "Nguyễn": 38, "Trần": 11, "Lê": 10, "Phạm": 7, "Huỳnh": 5, "Phan": 5, "Võ": 4, "Vũ": 3, "Đặng": 3, "Bùi": 3,
    "Đỗ": 2, "Hồ": 2, "Ngô": 2, "Dương": 1, "Lý": 1, "Đinh": 1, "Trương": 1, "Mai": 1,
}  # fmt: skip
MEN_BETWEEN = {"Văn": 50, "Đức": 8, "Hữu": 8, "Xuân": 6, "Minh": 6, "Ngọc": 6, "Thanh": 6, "Quốc": 5, "Đình": 5}
WOMEN_BETWEEN = {"Thị": 66, "Thị Thu": 6, "Thị Kim": 6, "Thị Ngọc": 6, "Thị Bích": 4, "Thị Hồng": 4, "Thúy": 4, "Mỹ": 4}
MEN = listed(
    "An Anh Bảo Bình Cảnh Chiến Chung Công Cường Dũng Duy Đạt Điệp Đông Giang Hà Hải Hậu Hiếu Hòa Hoàng Hùng Huy "
    "Hưng Khánh Khoa Kiên Lâm Long Lợi Lộc Lực Mạnh Minh Nam Nghĩa Nhân Phong Phú Phúc Phước Quang Quân Quý Sáng "
    "Sơn Sỹ Tài Tâm Tân Thái Thành Thắng Thiện Thịnh Thuận Tiến Tín Toàn Trí Trung Trường Tuấn Tùng Tú Việt Vinh "
    "Vũ Vương"
)
WOMEN = listed(
    "An Anh Ánh Bích Chi Cúc Diễm Dung Duyên Đào Điệp Giang Hà Hạnh Hằng Hiền Hoa Hòa Hoàng Hồng Huệ Huyền Hương "
    "Khánh Lan Lệ Liên Linh Loan Lý Mai Minh Mỹ Nga Ngân Nguyệt Nhàn Nhi Nhung Oanh Phượng Phương Quyên Quỳnh Sen "
    "Sương Tâm Thanh Thảo Thắm Thu Thủy Thúy Trang Trâm Trinh Tuyết Tú Uyên Vân Vy Xuân Yến"
)

VILLAGE_SIZE = 165
VILLAGES_IN_A_COMMUNE = 6
METRES_IN_A_DEGREE = 111_195


@dataclass(frozen=True)
class SampleHousehold:
    """One row of the register: what it says and where it stands."""

    entity_id: str
    properties: dict[str, str]
    place: Place

    def saying(self, **properties: str) -> SampleHousehold:
        return replace(self, properties=self.properties | properties)


def marked(name: str) -> str:
    return f"{name} (mẫu)" if name else ""


def bare(name: str) -> str:
    """Return a sample's name without the mark."""
    return name.removesuffix(" (mẫu)")


def weighted(rng: Random, names) -> str:
    """Return a name; of a plain list the first ones are the commonest by far, as in a village."""
    if isinstance(names, dict):
        return rng.choices([*names], [*names.values()])[0]
    return rng.choices(names, [1 / (12 + rank) for rank in range(len(names))])[0]


class Province:
    """The households of one seed: *households*, among them the copies of *pairs*."""

    def __init__(self, seed: int, count: int = 10_000):
        self.rng = Random(seed)
        self.households: list[SampleHousehold] = []
        self.kinds: dict[frozenset[str], str] = {}
        for number in range(-(-count // VILLAGE_SIZE)):
            self._fill_village(number, min(VILLAGE_SIZE, count - len(self.households)))

    def copy(self, kinds, count: int) -> None:
        """Add a copy of *count* households, written anew in these ways, in place of as many others."""
        sources = self.rng.sample(range(len(self.households)), 2 * count)
        for number, (source, given_up) in enumerate(zip(sources[:count], sources[count:], strict=True)):
            name, rewrite = kinds[number % len(kinds)]
            original = self.households[source]
            copied = rewrite(self.rng, replace(original, entity_id=self._id()))
            self.households[given_up] = copied
            self.kinds[frozenset((original.entity_id, copied.entity_id))] = name

    def _id(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def _fill_village(self, number: int, count: int) -> None:
        rng = self.rng
        self.people = "kinh" if rng.random() < 0.47 else rng.choice(("xo_dang", "ba_na", "gie_trieng", "gia_rai"))
        # Not every village knows the same names, or knows them as well.
        self.men, self.women = rng.sample(NATIVE_MEN, 55), rng.sample(NATIVE_WOMEN, 55)
        self.kinh_men, self.kinh_women = rng.sample(MEN, len(MEN)), rng.sample(WOMEN, len(WOMEN))
        self.centre = (14.3 + rng.random() * 0.8, 107.6 + rng.random() * 0.8)
        commune = 9_000 + number // VILLAGES_IN_A_COMMUNE
        today, old = Place(frozenset({number}), commune), Place(frozenset({number, 50_000 + number}), commune)
        was_joined = rng.random() < 0.2
        for house in range(1, count + 1):
            place = old if was_joined and rng.random() < 0.4 else today
            self.households.append(SampleHousehold(self._id(), self._household(house), place))

    def _household(self, house: int) -> dict[str, str]:
        rng = self.rng
        kind = rng.random()
        head, spouse = (self._man(), self._woman()) if kind < 0.84 else (self._woman(), "")
        if 0.76 < kind < 0.80:
            head, spouse = spouse, head
        elif 0.80 <= kind < 0.84:
            spouse = ""
        told = {"head_name": marked(head), "spouse_name": marked(spouse), **self._people(is_couple=bool(spouse))}
        told |= {"house_no": str(house), "point": self._near((house * 25 % 400, house // 16 * 30))}
        beside = rng.random()
        if beside < 0.05 and self.households:
            father = self.households[-1]
            told["house_no"] = father.properties["house_no"] + rng.choice(("", "A", "a", "/1"))
            told["point"] = father.properties["point"]
            if beside < 0.025:
                told["parent"] = father.entity_id
        if rng.random() < 0.08:
            told["house_no"] = ""
        if rng.random() < 0.4:
            told["point"] = ""
        return told

    def _people(self, *, is_couple: bool) -> dict[str, str]:
        rng = self.rng
        size = rng.choices(range(1, 11), (5, 11, 17, 25, 18, 11, 6, 4, 2, 1))[0] + is_couple
        under16 = sum(rng.random() < 0.45 for _ in range(max(0, size - 2)))
        old = sum(rng.random() < 0.12 for _ in range(size - under16))
        counts = {"size": str(size), "u16": str(under16), "n60": str(old)}
        return counts | self._traits(size - is_couple, is_couple=is_couple)

    def _traits(self, others: int, *, is_couple: bool) -> dict[str, str]:
        rng = self.rng
        has_old = rng.random() < 0.2
        relations = ["couple"] * is_couple + ["parent_child"] * (others > 1) + ["grandparent_grandchild"] * has_old
        relations += ["siblings"] * (others > 2 and rng.random() < 0.7)
        family = "three_or_more" if has_old else "one_generation" if others == 1 else "two_generations"
        return {
            "ethnic": self.people,
            "hh_type": family if is_couple or has_old else "one_parent",
            "relations": " ".join(relations) or "alone",
            "poverty": rng.choices(("none", "poor", "near_poor"), (80, 12, 8))[0],
            "groups": rng.choices(("none", "policy", "disabled", "hardship"), (84, 7, 4, 5))[0],
        }

    def _man(self) -> str:
        if self.people != "kinh":
            return f"A {weighted(self.rng, self.men)}"
        between = weighted(self.rng, MEN_BETWEEN) + " "
        return f"{weighted(self.rng, FAMILIES)} {between}{weighted(self.rng, self.kinh_men)}"

    def _woman(self) -> str:
        if self.people != "kinh":
            return f"Y {weighted(self.rng, self.women)}"
        return (
            f"{weighted(self.rng, FAMILIES)} {weighted(self.rng, WOMEN_BETWEEN)} {weighted(self.rng, self.kinh_women)}"
        )

    def _near(self, metres: tuple[float, float]) -> str:
        return moved_point(self.rng, f"{self.centre[0]} {self.centre[1]} 600 5", metres, 6)


def moved_point(rng: Random, point: str, metres: tuple[float, float], accuracy: float) -> str:
    """Return the point so many metres to the north and east, as a phone of that accuracy writes it."""
    if not point:
        return ""
    latitude, longitude = (float(part) for part in point.split()[:2])
    north, east = (way + rng.gauss(0, accuracy) for way in metres)
    latitude += north / METRES_IN_A_DEGREE
    longitude += east / METRES_IN_A_DEGREE / cos(radians(latitude))
    return f"{latitude:.7f} {longitude:.7f} 600.0 {accuracy:.1f}"


def without_accents(name: str) -> str:
    return " ".join(part.capitalize() for part in fold(name).split())


def decomposed(name: str) -> str:
    return unicodedata.normalize("NFD", name)
