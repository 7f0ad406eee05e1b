"""Word lists from which companies, people and places are composed. All companies are invented."""

from __future__ import annotations

from dataclasses import dataclass


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_PARTS = _words(
    "Silver Amber Copper Iron Granite Marble Crystal Velvet Scarlet Indigo Cobalt Ivory Ember "
    "Frost Winter Summer Autumn Harvest Meadow Prairie Canyon Ridge Summit Valley River Lake "
    "Ocean Harbor Coast Island Forest Cedar Maple Willow Birch Aspen Juniper Laurel Hazel "
    "Clover Heather Thistle Bramble Fern Moss Raven Falcon Heron Osprey Swift Wren Lark Robin "
    "Badger Otter Beaver Elk Bison Fox Wolf Lynx Bear Stag North South East West High Low "
    "Bright Clear Still Deep Wide Long Far Near Old New First Prime Royal Noble Grand Fair Good "
    "True Free Gold Stone Sand Clay Slate Flint Coral Pearl Jade Opal Ruby Topaz Onyx Quartz "
    "Storm Thunder Rain Mist Cloud Wind Sun Moon Star Dawn Dusk Twilight Morning Evening "
    "Midnight Lantern Candle Anchor Compass Beacon Castle Tower Bridge Gate Mill Forge Anvil "
    "Hammer Arrow Shield Crown Banner Kings Queens Bishops Abbey"
)

SECOND_PARTS = _words(
    "brook field ford wood stone gate bridge haven port crest ridge vale dale well spring mark "
    "point side way path line land moor hill mount cliff shore bay cove creek fall lake mere "
    "pool marsh fen grove hurst holt leigh wick worth ham ton bury burgh stead croft garth "
    "thorpe by combe den firth glen rock bluff view wing feather song light fire spark glow "
    "beam root branch leaf bloom seed thorn bark acre yard house hall court keep loft barn mill "
    "forge works craft guild trust bond link weave loom thread"
)

# What the company does: the word in its name and the industry that the CRM files it under.
TRADES: tuple[tuple[str, str], ...] = (
    ("Logistics", "Transportation"),
    ("Freight", "Transportation"),
    ("Shipping", "Shipping"),
    ("Foods", "Food & Beverage"),
    ("Beverages", "Food & Beverage"),
    ("Bakeries", "Food & Beverage"),
    ("Textiles", "Apparel"),
    ("Apparel", "Apparel"),
    ("Footwear", "Apparel"),
    ("Insurance", "Insurance"),
    ("Mutual", "Insurance"),
    ("Capital", "Finance"),
    ("Payments", "Finance"),
    ("Leasing", "Finance"),
    ("Savings Bank", "Banking"),
    ("Credit Union", "Banking"),
    ("Software", "Technology"),
    ("Systems", "Technology"),
    ("Data", "Technology"),
    ("Networks", "Telecommunications"),
    ("Telecom", "Telecommunications"),
    ("Broadband", "Telecommunications"),
    ("Semiconductors", "Electronics"),
    ("Instruments", "Electronics"),
    ("Optics", "Electronics"),
    ("Robotics", "Machinery"),
    ("Tools", "Machinery"),
    ("Engineering", "Engineering"),
    ("Construction", "Construction"),
    ("Homes", "Construction"),
    ("Cement", "Construction"),
    ("Properties", "Real Estate"),
    ("Pharma", "Biotechnology"),
    ("Biosciences", "Biotechnology"),
    ("Diagnostics", "Healthcare"),
    ("Health", "Healthcare"),
    ("Clinics", "Healthcare"),
    ("Dental", "Healthcare"),
    ("Energy", "Energy"),
    ("Solar", "Energy"),
    ("Power", "Utilities"),
    ("Water", "Utilities"),
    ("Chemicals", "Chemicals"),
    ("Plastics", "Chemicals"),
    ("Coatings", "Chemicals"),
    ("Metals", "Manufacturing"),
    ("Packaging", "Manufacturing"),
    ("Furniture", "Manufacturing"),
    ("Paper", "Manufacturing"),
    ("Glass", "Manufacturing"),
    ("Media", "Media"),
    ("Publishing", "Media"),
    ("Studios", "Entertainment"),
    ("Games", "Entertainment"),
    ("Outfitters", "Retail"),
    ("Grocers", "Retail"),
    ("Pharmacies", "Retail"),
    ("Hotels", "Hospitality"),
    ("Resorts", "Hospitality"),
    ("Travel", "Hospitality"),
    ("Learning", "Education"),
    ("Academy", "Education"),
    ("Consulting", "Consulting"),
    ("Advisory", "Consulting"),
    ("Staffing", "Consulting"),
    ("Farms", "Agriculture"),
    ("Seeds", "Agriculture"),
    ("Aerospace", "Manufacturing"),
    ("Motors", "Manufacturing"),
    ("Recycling", "Environmental"),
)

# A brand that several companies share tells them apart with one of these in front.
QUALIFIERS = (
    "",
    "United",
    "Pacific",
    "Northern",
    "Central",
    "Global",
    "Allied",
    "Premier",
    "Pioneer",
    "Heritage",
    "National",
    "Continental",
)


@dataclass(frozen=True)
class Country:
    """One country of the story: how it is written, what it pays in, how its companies look."""

    iso: str
    name: str
    other_name: str  # how partners write it
    currency: str
    weight: float
    top_level_domain: str
    legal_forms: tuple[tuple[str, str], ...]  # as registered, as others write it
    cities: tuple[tuple[str, str, str], ...]  # city, state or region, phone prefix


COUNTRIES: tuple[Country, ...] = (
    Country(
        "US",
        "United States",
        "USA",
        "USD",
        0.52,
        "com",
        (
            ("Inc.", "Incorporated"),
            ("LLC", "L.L.C."),
            ("Corp.", "Corporation"),
            ("Co.", "Company"),
            ("", ""),
        ),
        (
            ("New York", "NY", "+1 212"),
            ("Boston", "MA", "+1 617"),
            ("Philadelphia", "PA", "+1 215"),
            ("Atlanta", "GA", "+1 404"),
            ("Miami", "FL", "+1 305"),
            ("Charlotte", "NC", "+1 704"),
            ("Chicago", "IL", "+1 312"),
            ("Columbus", "OH", "+1 614"),
            ("Minneapolis", "MN", "+1 612"),
            ("St. Louis", "MO", "+1 314"),
            ("Austin", "TX", "+1 512"),
            ("Dallas", "TX", "+1 214"),
            ("Denver", "CO", "+1 303"),
            ("Phoenix", "AZ", "+1 602"),
            ("Seattle", "WA", "+1 206"),
            ("Portland", "OR", "+1 503"),
            ("San Francisco", "CA", "+1 415"),
            ("Los Angeles", "CA", "+1 213"),
        ),
    ),
    Country(
        "GB",
        "United Kingdom",
        "UK",
        "GBP",
        0.12,
        "co.uk",
        (("Ltd", "Limited"), ("Limited", "Ltd."), ("PLC", "plc"), ("LLP", "L.L.P.")),
        (
            ("London", "", "+44 20"),
            ("Manchester", "", "+44 161"),
            ("Leeds", "", "+44 113"),
            ("Bristol", "", "+44 117"),
            ("Edinburgh", "", "+44 131"),
        ),
    ),
    Country(
        "DE",
        "Germany",
        "DE",
        "EUR",
        0.11,
        "de",
        (
            ("GmbH", "Gesellschaft mbH"),
            ("AG", "Aktiengesellschaft"),
            ("GmbH & Co. KG", "GmbH + Co KG"),
            ("SE", "S.E."),
        ),
        (
            ("Berlin", "Berlin", "+49 30"),
            ("München", "Bayern", "+49 89"),
            ("Hamburg", "Hamburg", "+49 40"),
            ("Köln", "Nordrhein-Westfalen", "+49 221"),
            ("Stuttgart", "Baden-Württemberg", "+49 711"),
        ),
    ),
    Country(
        "FR",
        "France",
        "FR",
        "EUR",
        0.07,
        "fr",
        (("SAS", "S.A.S."), ("SA", "S.A."), ("SARL", "S.à r.l.")),
        (
            ("Paris", "Île-de-France", "+33 1"),
            ("Lyon", "Auvergne-Rhône-Alpes", "+33 4"),
            ("Toulouse", "Occitanie", "+33 5"),
        ),
    ),
    Country(
        "CA",
        "Canada",
        "CA",
        "CAD",
        0.07,
        "ca",
        (("Inc.", "Incorporated"), ("Ltd.", "Limited"), ("Corp.", "Corporation")),
        (
            ("Toronto", "ON", "+1 416"),
            ("Montréal", "QC", "+1 514"),
            ("Vancouver", "BC", "+1 604"),
        ),
    ),
    Country(
        "JP",
        "Japan",
        "JP",
        "JPY",
        0.04,
        "co.jp",
        (("K.K.", "Kabushiki Kaisha"), ("Co., Ltd.", "Company Limited")),
        (("Tokyo", "", "+81 3"), ("Osaka", "", "+81 6")),
    ),
    Country(
        "AU",
        "Australia",
        "AU",
        "USD",
        0.04,
        "com.au",
        (("Pty Ltd", "Proprietary Limited"), ("Limited", "Ltd")),
        (("Sydney", "NSW", "+61 2"), ("Melbourne", "VIC", "+61 3")),
    ),
    Country(
        "NL",
        "Netherlands",
        "NL",
        "EUR",
        0.03,
        "nl",
        (("B.V.", "BV"), ("N.V.", "NV")),
        (("Amsterdam", "", "+31 20"), ("Utrecht", "", "+31 30")),
    ),
)
COUNTRY_INDEX = {country.iso: index for index, country in enumerate(COUNTRIES)}

GIVEN_NAMES = _words(
    "Ava Liam Noah Emma Mia Owen Ella Lucas Ivy Hugo Nora Felix Clara Oscar Ruth Simon Alma "
    "Peter Iris Martin Vera Paul Edith Karl Anna Jonas Lena David Maya Henry Zoe Samuel Lucy "
    "Adrian Helen Victor Rosa Thomas Julia Daniel Sofia George Laura Edward Grace Walter Marta "
    "Frank Elena Ralph Priya Arjun Mei Kenji Yuki Aiko Omar Layla Amir Nadia Diego Carmen Mateo "
    "Ines Chloe Louis"
)

FAMILY_NAMES = _words(
    "Abbott Barlow Calder Dawson Ellery Fenwick Garland Hadley Ingram Jarvis Kendrick Langley "
    "Mercer Norwood Oakes Prescott Quinn Radcliffe Sawyer Thornton Upton Vance Whitfield "
    "Yardley Ashby Blake Corbin Draper Easton Farrell Gibbons Hollis Irving Jessup Keller Lowry "
    "Marsh Nolan Orchard Porter Reeve Shelby Tilden Underhill Vaughn Weston Becker Brandt "
    "Fischer Hartmann Keil Lorenz Vogel Moreau Lambert Girard Tanaka Sato Mori Nair Rao Mehta "
    "Chen Lin Okafor Mensah Silva Costa Rossi Novak Horvat Larsen Nilsson Virtanen Kowalski "
    "Byrne Doyle Murray"
)

PRODUCTS = (
    "Insight Platform",
    "Metrics Cloud",
    "Forecast Suite",
    "Usage Analytics",
    "Planning Workbench",
    "Executive Dashboards",
)

NEXT_STEPS = (
    "Send proposal",
    "Security review with IT",
    "Technical deep dive",
    "Confirm budget owner",
    "Legal redlines",
    "Executive sponsor call",
    "Pilot read-out",
    "Reference call",
    "Procurement onboarding",
)
