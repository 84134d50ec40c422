"""The ways a household comes into a register twice: how another hand writes its names, its number and its place.

TUNED holds the ways the weights were set on; UNSEEN holds ways nobody looked at while setting them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from sample_households import bare, decomposed, marked, moved_point, without_accents

from server.language.folding import fold
from server.registers.compared_household import Place

TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
VNI_TONES = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
SHAPES = {"\u0302": "{}", "\u0306": "w", "\u031b": "w"}
VNI_SHAPES = {"\u0302": "6", "\u0306": "8", "\u031b": "7"}
ANSWERS = {
    "hh_type": ("one_generation", "two_generations", "one_parent", "three_or_more", "other"),
    "relations": ("couple parent_child", "couple", "couple parent_child siblings", "parent_child"),
    "poverty": ("none", "poor", "near_poor"),
    "groups": ("none", "policy", "hardship"),
}
NEIGHBOURS = {"a": "s", "n": "m", "o": "p", "i": "o", "h": "g", "u": "i", "t": "r", "e": "w", "g": "h", "l": "k"}


def keys_of(name, tones, shapes, stroke):
    """Return the name as the keys that were struck, when the keyboard did not put them together."""
    words = []
    for word in unicodedata.normalize("NFD", name.lower()).split():
        typed, tone, last = "", "", ""
        for letter in word:
            if letter in tones:
                tone = tones[letter]
            elif letter in shapes:
                typed += shapes[letter].format(last)
            else:
                typed, last = typed + letter.replace("đ", stroke), letter
        words.append((typed + tone).capitalize())
    return " ".join(words)


def telex(rng, name):
    return keys_of(name, TONES, SHAPES, "dd")


def vni(rng, name):
    return keys_of(name, VNI_TONES, VNI_SHAPES, "d9")


def abbreviated(rng, name):
    first, *rest = name.split()
    if first in ("A", "Y") or not rest:
        return without_accents(name)
    family = {"Nguyễn": "Ng."}.get(first, f"{first[0]}.") if rng.random() < 0.7 else first
    between = [f"{word[0]}." for word in rest[:-1]]
    return " ".join([family, *between, rest[-1]])


def middle_left_out(rng, name):
    words = name.split()
    return f"{words[0]} {words[-1]}" if len(words) > 2 else name.upper()


def turned(rng, name):
    words = name.split()
    return " ".join([words[-1], *words[:-1]])


def long_word(rng, name):
    """Return the name's words and the place of one of its longest, which is where slips are made."""
    words = name.split()
    longest = max(len(word) for word in words)
    return words, rng.choice([place for place, word in enumerate(words) if len(word) >= min(4, longest)])


def in_a_word(change):
    def rewrite(rng, name):
        words, place = long_word(rng, name)
        words[place] = change(rng, words[place])
        return " ".join(words)

    return rewrite


@in_a_word
def two_letters_turned(rng, word):
    at = rng.randrange(max(1, len(word) - 1))
    return (word[:at] + word[at : at + 2][::-1] + word[at + 2 :]).capitalize()


@in_a_word
def doubled_letter(rng, word):
    at = rng.randrange(len(word))
    return (word[: at + 1] + word[at:]).capitalize()


@in_a_word
def letter_left_out(rng, word):
    at = rng.randrange(1, len(word)) if len(word) > 2 else 0
    return (word[:at] + word[at + 1 :]).capitalize()


@in_a_word
def neighbouring_key(rng, word):
    places = [at for at, letter in enumerate(word.lower()) if letter in NEIGHBOURS]
    if not places:
        return word
    at = rng.choice(places)
    return (word[:at] + NEIGHBOURS[word[at].lower()] + word[at + 1 :]).capitalize()


def other_spelling(rng, name):
    """Return y for i, k for c, the tone on the other vowel."""
    for one, other in (("Lý", "Lí"), ("Mỹ", "Mĩ"), ("Quý", "Quí"), ("Thúy", "Thuý"), ("Thủy", "Thuỷ"), ("Hòa", "Hoà")):
        name = name.replace(one, other)
    return re.sub(r"c\b", "k", re.sub(r"\bC(?=[aoôưuă])", "K", name))


def by_ear(rng, name):
    """Return x for s, ch for tr, a final n for ng, the tone hỏi for ngã: as it is spoken, so it is written."""
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).replace("\u0303", "\u0309"))
    for one, other in (("Tr", "Ch"), ("S", "X"), ("ng ", "n ")):
        if one in name:
            return name.replace(one, other, 1)
    return name


def titled(rng, name):
    return f"{rng.choice(('Ông', 'Bà', 'Hộ'))} {name}"


def with_a_note(rng, name):
    return f"{name} (con bà Y Mẫu)"


def glued(rng, name):
    words = name.split()
    return "".join(words) if len(words) == 2 else "".join(words[:2]) + " " + " ".join(words[2:])


def upper(rng, name):
    return fold(name).upper()


def same(rng, name):
    return name


def swapped(rng, household):
    told = household.properties
    if not told["spouse_name"]:
        return household
    return household.saying(head_name=told["spouse_name"], spouse_name=told["head_name"])


def widowed(rng, household):
    """The spouse is the head now, and the only one."""
    told = household.properties
    return household.saying(head_name=told["spouse_name"] or told["head_name"], spouse_name="")


def renamed(change, *, both=False):
    """Return the rewriting of the head's name, or of both."""

    def rewrite(rng, household):
        told = household.properties
        names = {"head_name": marked(change(rng, bare(told["head_name"])))}
        if both and told["spouse_name"]:
            names["spouse_name"] = marked(change(rng, bare(told["spouse_name"])))
        return household.saying(**names)

    return rewrite


def elsewhere(rng, household):
    """Return what another visit writes besides: the point is taken anew, and often one thing more is told otherwise."""
    told = household.properties
    point = "" if rng.random() < 0.4 else moved_point(rng, told["point"], (0, 0), 9)
    change = rng.choices(list(CHANGES), list(CHANGES.values()))[0]
    return change(rng, answered_anew(rng, household).saying(point=point, parent=""))


def answered_anew(rng, household):
    """Return it with one answer in eight about the family given otherwise, and one in fourteen not given."""
    anew = {name: rng.choice(ANSWERS[name]) for name in ANSWERS if rng.random() < 1 / 8}
    return household.saying(**anew, **{name: "" for name in ANSWERS if name not in anew and rng.random() < 1 / 14})


def nothing_more(rng, household):
    return household


def number_left_out(rng, household):
    return household.saying(house_no="")


def number_written_otherwise(rng, household):
    number = household.properties["house_no"]
    return household.saying(house_no=rng.choice((f"{number}a", f"Số {number}", f"{number}/1")) if number else "")


def number_turned(rng, household):
    """Return it with two neighbouring digits changed about."""
    number = household.properties["house_no"]
    at = rng.randrange(max(1, len(number) - 1))
    return household.saying(house_no=number[:at] + number[at : at + 2][::-1] + number[at + 2 :])


def other_number(rng, household):
    return household.saying(house_no=str(rng.randrange(1, 250)))


def people_counted_again(rng, household):
    told = household.properties
    size = max(1, int(told["size"]) + rng.choice((-1, 1)))
    return household.saying(size=str(size), u16=str(min(size - 1, int(told["u16"]) + rng.choice((0, 0, 1)))))


def people_not_told(rng, household):
    return household.saying(size="", u16="", n60="")


def in_another_village(rng, household):
    """Return it under the village the old one was joined to, or under the neighbours' village of the commune."""
    villages = household.place.villages
    if len(villages) > 1:
        return replace(household, place=Place(frozenset({min(villages)}), household.place.commune))
    number = min(villages)
    neighbour = number + 1 if number % 6 < 5 else number - 1
    return replace(household, place=Place(frozenset({neighbour}), household.place.commune))


CHANGES = {
    nothing_more: 35, people_counted_again: 22, number_written_otherwise: 14, number_left_out: 10, number_turned: 5,
    other_number: 4, people_not_told: 5, in_another_village: 5,
}  # fmt: skip


def kinds(ways):
    """Return named ways, each followed by what else another visit writes."""

    def after(way):
        return lambda rng, household: elsewhere(rng, way(rng, household))

    return [(name, after(way)) for name, way in ways.items()]


TUNED = kinds(
    {
        "same": renamed(same),
        "without accents": renamed(lambda rng, name: without_accents(name), both=True),
        "decomposed": renamed(lambda rng, name: decomposed(name), both=True),
        "capitals": renamed(upper, both=True),
        "abbreviated": renamed(abbreviated, both=True),
        "middle left out": renamed(middle_left_out),
        "turned round": renamed(turned),
        "two letters turned": renamed(two_letters_turned),
        "doubled letter": renamed(doubled_letter),
        "telex": renamed(telex, both=True),
        "other spelling": renamed(other_spelling, both=True),
        "swapped": swapped,
    }
)
UNSEEN = kinds(
    {
        "vni": renamed(vni, both=True),
        "letter left out": renamed(letter_left_out),
        "neighbouring key": renamed(neighbouring_key),
        "by ear": renamed(by_ear, both=True),
        "titled": renamed(titled),
        "with a note": renamed(with_a_note),
        "glued": renamed(glued),
        "swapped without accents": lambda rng, one: swapped(rng, renamed(lambda r, n: without_accents(n))(rng, one)),
        "widowed": widowed,
    }
)
