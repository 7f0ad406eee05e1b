"""What each character becomes when texts are compared, from the Unicode tables that Python carries.

    python -m tests.matching.character_foldings

writes the seed `character_foldings`. Neither engine has NFKC, so it is a table there; this module
says what the table must hold, and a test compares them.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

SEED = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "character_foldings.csv"
# Letters that Unicode does not take apart and that people type without their stroke.
WITHOUT_STROKE = {
    **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ĸ": "k", "ŋ": "n"},
    **{"æ": "ae", "œ": "oe", "þ": "th"},
}
# A trade mark is a sign beside the name; NFKC would make letters of it.
KEPT = {"™", "℠"}
# The marks of Latin, Greek and Cyrillic letters. Marks of other scripts are vowels and stay.
ACCENTS = range(0x300, 0x370)
IGNORABLE = {
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE1000),
}


def folded(character: str) -> str:
    """NFKD, casefold, without accents, strokes and what nobody sees."""
    taken_apart = unicodedata.normalize("NFKD", character)
    plain = unicodedata.normalize("NFKD", taken_apart.casefold())
    kept = (
        WITHOUT_STROKE.get(each, each)
        for each in plain
        if ord(each) not in ACCENTS and ord(each) not in IGNORABLE
    )
    return "".join(kept)


def foldings() -> dict[str, str]:
    """Folded text -> the characters beyond ASCII that become it, '' for those that go."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code in range(0x80, sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character) in ("Cn", "Cs", "Co") or character in KEPT:
            continue
        text = folded(character)
        is_seen = bool(text.strip()) or code in ACCENTS or code in IGNORABLE
        if text != character and is_seen:
            found[text].append(character)
    return {text: "".join(characters) for text, characters in sorted(found.items())}


def main() -> None:
    """Write the seed."""
    with SEED.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("folded", "characters"))
        writer.writerows(foldings().items())


if __name__ == "__main__":
    main()
