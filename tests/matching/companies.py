"""Companies of both sides whose matches are known, and texts that are no companies at all."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Company:
    """A record of either side; what it lacks is None."""

    record_id: str
    account_name: str | None
    website: str | None = None
    country: str | None = None
    city: str | None = None
    phone: str | None = None
    duns: str | None = None


# Case -> the same text in the name of both sides: none of them names a company.
NO_NAMES = {
    "empty": "",
    "blank": "   ",
    "dash": "-",
    "dots": "...",
    "one_letter": "A",
    "one_letter_wide": "Ａ",
    "one_letter_right_to_left": "א",
    "signs": "!!! ??? ***",
    "unseen": "\u200b\u200f\ufeff",
    "one_letter_form": "X Ltd",
    "only_form": "GmbH",
    "test": "Test",
    "test_account": "TEST ACCOUNT",
    "not_available": "N/A",
    "not_available_wide": "Ｎ／Ａ",
    "to_be_done": "TBD",
    "unknown": "Unknown",
    "emoji": "🚀🚀",
    "emoji_form": "🚀 GmbH",
    "long": "Endless " * 1250,
}
# Websites that name no company, with names that have nothing in common.
NO_WEBSITES = {
    "localhost": "localhost",
    "port": "http://localhost:8080",
    "address": "192.168.10.4",
    "address_six": "http://[2001:db8::1]/",
    "mailbox": "ann@quillfeather.com",
    "mailto": "mailto:ann@quillfeather.com",
    "free_mail": "gmail.com",
    "words": "see attachment",
    "two_schemes_and_no_domain": "http://https://",
    "dot_first": ".quillfeather.com",
    "suffix": "co.uk",
    "host_of_pages": "github.io",
}
_WORDS = ["Quillfeather", "Brambleworth", "Ostrander", "Zephyrine", "Kestrelway", "Marchbanks"]
_OTHER = ["Tollgate", "Underhill", "Vanterpool", "Wickersham", "Yarborough", "Isenberg"]

# 315 dentists behind one website, each under a name of its own.
SHARED_HOST_ACCOUNTS = [
    Company(f"a_shared_{number}", f"{first}{last} Dental", "https://www.rh.com/")
    for number, (first, last) in enumerate(
        itertools.product(
            *(
                (
                    "Alder",
                    "Birch",
                    "Cedar",
                    "Dun",
                    "Elm",
                    "Fern",
                    "Glen",
                    "Haw",
                    "Ivy",
                    "Juni",
                    "Kirk",
                    "Lin",
                    "Map",
                    "Nut",
                    "Oak",
                    "Pin",
                    "Quin",
                    "Row",
                    "Syc",
                    "Thorn",
                    "Up",
                ),
                (
                    "brook",
                    "mont",
                    "holm",
                    "more",
                    "hurst",
                    "wood",
                    "rock",
                    "field",
                    "ford",
                    "gate",
                    "ham",
                    "land",
                    "ley",
                    "ridge",
                    "worth",
                ),
            )
        )
    )
]

ACCOUNTS: list[Company] = [
    Company("a_schwab", "Schwab Charles Corp", country="US"),
    Company("a_delta_air", "Delta Air Lines, Inc.", country="US", city="Atlanta"),
    Company("a_typo", "Wexford Software Holdings", country="US", city="Reno"),
    Company("a_duns", "Larkspur Foods", "larkspur.com", duns="12-345-6789"),
    Company("a_duns_other", "Hazelmere Foods", "hazelmere.com", "US", "Boise", duns="111111118"),
    Company("a_scheme", "Ironvale Metals", "http://https://ironvale.com", "US"),
    Company("a_idn", "Mueller Brauerei", "https://www.müller-brauerei.de/", "DE"),
    Company("a_idn_only", "Ostwind Kaffee", "https://käffchen-ostwind.de/", "DE"),
    Company("a_wide", "Ｐｉｎｅｃｒｏｆｔ　Ｌａｂｓ", country="US", city="Omaha"),
    Company("a_ligature", "Oﬃce Fjord", country="US", city="Omaha"),
    Company("a_superscript", "Cubic M³ Metrics", country="US", city="Omaha"),
    Company("a_hangul", "한라전자 주식회사", country="KR", city="Seoul"),
    Company("a_hebrew", "מעבדות כרמל בע״מ", country="IL", city="Haifa"),
    Company("a_emoji_name", "Rocketfern 🚀 Travel", country="US", city="Omaha"),
    Company("a_apollo", "Apollo", country="US"),
    Company("a_apollo_bare", "Mercurian Apollonia"),
    Company("a_cjk", "株式会社リテックス", country="JP", city="Tokyo"),
    Company("a_arabic", "شركة الخزامى للتجارة", country="SA", city="Riyadh"),
    Company("a_twin_one", "Gullhaven Ports", country="US", city="Tampa"),
    Company("a_twin_two", "Gullhaven Ports", country="US", city="Boston"),
    *SHARED_HOST_ACCOUNTS,
    *(Company(f"a_{name}", text) for name, text in NO_NAMES.items()),
    *(
        Company(f"a_{name}", f"{_WORDS[number % 6]} {number} Works", text)
        for number, (name, text) in enumerate(NO_WEBSITES.items())
    ),
]
RECORDS: list[Company] = [
    Company("p_schwab", "The Charles Schwab Corporation", country="United States"),
    Company("p_delta_dental", "Delta Dental", country="US"),
    Company("p_typo", "WEXFROD SOFTWARE HOLDINGS, L.L.C.", country="USA", city="Reno"),
    Company("p_duns", "Larkspur Fine Foods", duns="123456789"),
    Company("p_duns_other", "Hazelmere Foods", "hazelmere.com", "US", "Boise", duns="222222226"),
    Company("p_scheme", "Ironvale Metals Inc", "ironvale.com", "US"),
    Company("p_idn", "Müller Brauerei GmbH", "xn--mller-brauerei-gsb.de", "DE"),
    Company("p_idn_only", "Nordlicht Handel", "xn--kffchen-ostwind-0kb.de", "DE"),
    Company("p_wide", "Pinecroft Labs, Inc.", country="US", city="Omaha"),
    Company("p_ligature", "Office Fjord", country="US", city="Omaha"),
    Company("p_superscript", "Cubic M3 Metrics", country="US", city="Omaha"),
    Company("p_hangul", unicodedata.normalize("NFD", "한라전자㈜"), country="KR", city="Seoul"),
    Company("p_hebrew", "מעבדות כרמל", country="IL", city="Haifa"),
    Company("p_emoji_name", "Rocketfern Travel", country="US", city="Omaha"),
    Company("p_apollo", "Apollo Inc"),
    Company("p_cjk", "リテックス", country="Japan", city="tokyo"),
    Company("p_arabic", "شركة الخزامى للتجارة", country="Saudi Arabia", city="Riyadh"),
    Company("p_twin", "Gullhaven Ports", country="US"),
    Company("p_shared", "Nobodys Surgery", "https://www.rh.com/"),
    *(Company(f"p_{name}", text) for name, text in NO_NAMES.items()),
    *(
        Company(f"p_{name}", f"{_OTHER[number % 6]} {number} Partners", text)
        for number, (name, text) in enumerate(NO_WEBSITES.items())
    ),
]
