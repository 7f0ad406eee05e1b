"""Companies of both sides whose matches are known, and texts that are no companies at all."""

from __future__ import annotations

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
    "one_letter_form": "X Ltd",
    "only_form": "GmbH",
    "test": "Test",
    "test_account": "TEST ACCOUNT",
    "not_available": "N/A",
    "to_be_done": "TBD",
    "unknown": "Unknown",
    "emoji": "🚀🚀",
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
    "suffix": "co.uk",
    "host_of_pages": "github.io",
}
_WORDS = ["Quillfeather", "Brambleworth", "Ostrander", "Zephyrine", "Kestrelway", "Marchbanks"]
_OTHER = ["Tollgate", "Underhill", "Vanterpool", "Wickersham", "Yarborough", "Isenberg"]

SHARED_HOST_ACCOUNTS = [
    Company(f"a_shared_{number}", f"{name} Dental", "https://www.rh.com/")
    for number, name in enumerate(
        ["Alderbrook", "Birchmont", "Cedarholm", "Dunmore", "Elmhurst", "Fernwood", "Glenrock"]
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
