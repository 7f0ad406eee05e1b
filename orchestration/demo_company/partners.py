"""The partner programme: who the partners are and in which dialect each one writes its list."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from orchestration.demo_company.clock import NEVER, Days, day
from orchestration.demo_company.sizes import DemoSize

CUSTOMER, FORMER_CUSTOMER, OPEN_OPPORTUNITY, PROSPECT = range(4)
STATES = ("customer", "former_customer", "open_opportunity", "prospect")

FULL_LIST, OVERLAP_ONLY, COUNTS_ONLY = "full_list", "overlap_only", "counts_only"
MONTHLY, QUARTERLY, WEEKLY = "monthly", "quarterly", "weekly"
CADENCE_DAYS = {WEEKLY: 7, MONTHLY: 31, QUARTERLY: 92}


@dataclass(frozen=True)
class Dialect:
    """How a partner writes its list: our column -> its header, our state -> its word.

    `dates` is iso, us, eu_dot or excel; `country` is name, iso or other_name; columns that are
    not in `headers` are not shared.
    """

    file_format: str  # csv, tsv, xlsx, jsonl, parquet
    dates: str
    headers: dict[str, str]
    statuses: tuple[str, str, str, str]
    country: str = "name"
    duns: str = "plain"  # plain, dashed, number (leading zeros are lost)
    hands_back_crm_id: float = 0.0  # share of overlapping rows that carry our account id


@dataclass(frozen=True)
class Partner:
    """One partner organisation and its agreement with us."""

    number: int
    partner_id: str
    name: str
    domain: str
    coverage: str
    mode: str
    cadence: str
    dialect: Dialect
    overlap: float  # share of its list that is in our CRM too
    weight: float  # how active it is with our reps
    valid_from: int = day("2023-01-01")
    valid_to: int = int(NEVER)
    successor: str | None = None
    roles: frozenset[str] = field(default_factory=frozenset)  # what the cases look for

    @property
    def is_active(self) -> bool:
        """Whether the agreement holds at the end of the story."""
        return self.valid_to == NEVER

    @property
    def delivers_rows(self) -> bool:
        """Whether account rows arrive at all."""
        return self.coverage != COUNTS_ONLY


_CLASSIC = {
    "partner_account_id": "Account ID",
    "account_name": "Account Name",
    "website": "Website",
    "country": "Country",
    "state": "State",
    "city": "City",
    "industry": "Industry",
    "employees": "Employees",
    "duns": "DUNS",
    "phone": "Phone",
    "status": "Status",
    "customer_since": "Customer Since",
    "owner_name": "Account Owner",
    "owner_email": "Owner Email",
    "crm_account_id": "Your CRM ID",
}
_GERMAN = {
    "partner_account_id": "Kundennummer",
    "account_name": "Firma",
    "website": "Webseite",
    "country": "Land",
    "city": "Ort",
    "industry": "Branche",
    "employees": "Mitarbeiter",
    "duns": "D-U-N-S",
    "status": "Status",
    "customer_since": "Kunde seit",
    "owner_name": "Betreuer",
}
_TECHNICAL = {
    "partner_account_id": "account_key",
    "account_name": "company",
    "website": "domain_url",
    "country": "country_code",
    "state": "region",
    "city": "city",
    "industry": "vertical",
    "employees": "headcount",
    "duns": "duns_number",
    "status": "lifecycle",
    "customer_since": "first_invoice_on",
    "owner_email": "rep_email",
    "parent_partner_account_id": "parent_key",
}
_CONSULTING = {
    "partner_account_id": "Client No.",
    "account_name": "Client",
    "website": "Web Address",
    "country": "Country",
    "city": "Office",
    "phone": "Telephone",
    "duns": "D&B Number",
    "status": "Relationship",
    "customer_since": "Since",
    "owner_name": "Engagement Lead",
    "owner_email": "Engagement Lead Email",
    "crm_account_id": "Vendor Account Id",
}

_PLAIN_WORDS = ("Customer", "Churned", "Open Opportunity", "Prospect")
_GERMAN_WORDS = ("Bestandskunde", "Ehemaliger Kunde", "Offene Chance", "Interessent")
_TECHNICAL_WORDS = ("active", "churned", "pipeline", "target")
_CONSULTING_WORDS = ("Active Client", "Past Client", "In Negotiation", "Target")


def _partner(number: int, partner_id: str, name: str, **settings: object) -> Partner:
    domain = partner_id.replace("_", "") + ".com"
    return Partner(number, partner_id, name, domain, **settings)  # type: ignore[arg-type]


_DIALECTS = {
    "classic_csv": Dialect("csv", "iso", _CLASSIC, _PLAIN_WORDS, hands_back_crm_id=0.25),
    "german_tsv": Dialect("tsv", "eu_dot", _GERMAN, _GERMAN_WORDS, "iso", "dashed"),
    "us_csv": Dialect(
        "csv", "us", _CONSULTING, _CONSULTING_WORDS, "other_name", hands_back_crm_id=0.4
    ),
    "market_csv": Dialect("csv", "iso", _CLASSIC, _PLAIN_WORDS, "iso", "number", 0.3),
    "excel": Dialect("xlsx", "excel", _CLASSIC, _PLAIN_WORDS, "name", "number", 0.1),
    "parquet": Dialect("parquet", "iso", _TECHNICAL, _TECHNICAL_WORDS, "iso"),
    "json": Dialect("jsonl", "iso", _TECHNICAL, _TECHNICAL_WORDS, "iso", "dashed"),
    "consulting_tsv": Dialect("tsv", "iso", _CONSULTING, _CONSULTING_WORDS, "other_name"),
}


def _all_partners() -> list[dict[str, object]]:
    def row(
        partner_id: str,
        name: str,
        coverage: str,
        cadence: str,
        dialect: str,
        overlap: float,
        weight: float,
        **more: object,
    ) -> dict[str, object]:
        settings: dict[str, object] = {
            "partner_id": partner_id,
            "name": name,
            "coverage": coverage,
            "cadence": cadence,
            "mode": "full",
            "dialect": _DIALECTS[dialect],
            "overlap": overlap,
            "weight": weight,
        }
        return settings | more

    return [
        row(
            *("skybridge", "Skybridge Cloud", FULL_LIST, MONTHLY, "classic_csv", 0.45, 3.0),
            roles=frozenset({"largest", "successor"}),
        ),
        row(
            *("alpenglow", "Alpenglow Data GmbH", FULL_LIST, QUARTERLY, "german_tsv", 0.4, 1.6),
            roles=frozenset({"customer"}),
        ),
        row(
            *("brightloom", "Brightloom", FULL_LIST, QUARTERLY, "json", 0.45, 1.0),
            valid_to=day("2026-01-31"),
            successor="skybridge",
            roles=frozenset({"acquired"}),
        ),
        row(
            *("copperfield", "Copperfield Systems", FULL_LIST, QUARTERLY, "us_csv", 0.5, 0.8),
            valid_to=day("2026-05-15"),
            roles=frozenset({"departed"}),
        ),
        row(
            *("marisol", "Marisol Marketplace", OVERLAP_ONLY, WEEKLY, "market_csv", 1.0, 1.2),
            mode="delta",
            valid_from=day("2026-02-01"),
            roles=frozenset({"delta"}),
        ),
        row(
            *("aurelia", "Aurelia Networks", COUNTS_ONLY, QUARTERLY, "classic_csv", 0.0, 0.7),
            roles=frozenset({"counts_only"}),
        ),
        row("ledgerline", "Ledgerline ERP", FULL_LIST, QUARTERLY, "excel", 0.5, 2.0),
        row("harborview", "Harborview Consulting", FULL_LIST, MONTHLY, "us_csv", 0.55, 2.2),
        row("tessellate", "Tessellate Analytics", FULL_LIST, QUARTERLY, "parquet", 0.4, 1.3),
        row("quillstream", "Quillstream", FULL_LIST, QUARTERLY, "json", 0.35, 1.0),
        row("northgate", "Northgate Identity", OVERLAP_ONLY, QUARTERLY, "excel", 1.0, 0.9),
        row("kestrelworks", "Kestrelworks", OVERLAP_ONLY, QUARTERLY, "consulting_tsv", 1.0, 0.6),
        row("mossfield", "Mossfield Payments", FULL_LIST, QUARTERLY, "parquet", 0.4, 1.0),
        row("verdigris", "Verdigris Security", FULL_LIST, MONTHLY, "classic_csv", 0.45, 1.4),
        row("oakhelm", "Oakhelm Integrators", FULL_LIST, QUARTERLY, "us_csv", 0.5, 0.9),
    ]


def partners_of(size: DemoSize) -> list[Partner]:
    """The partners of one size; every size has those that a case needs."""
    return [
        _partner(number, **row)  # type: ignore[arg-type]
        for number, row in enumerate(_all_partners()[: size.partners])
    ]


def with_role(partners: list[Partner], role: str) -> Partner:
    """The partner that plays a role in the cases."""
    return next(partner for partner in partners if role in partner.roles)


def active_weights(partners: list[Partner]) -> npt.NDArray[np.float64]:
    """How often a touch is with each partner."""
    return np.array([partner.weight for partner in partners])


def is_active_on(
    partners: list[Partner], numbers: npt.NDArray, days: Days
) -> npt.NDArray[np.bool_]:
    """Whether the agreement of each partner held on each day."""
    valid_from = np.array([partner.valid_from for partner in partners])[numbers]
    valid_to = np.array([partner.valid_to for partner in partners])[numbers]
    return np.asarray((valid_from <= days) & (days <= valid_to), np.bool_)


def delivery_days(partner: Partner, landings: Days) -> Days:
    """The landing days on which the partner's list arrives."""
    if not partner.delivers_rows:
        return landings[:0]
    within = landings[(landings >= partner.valid_from) & (landings <= partner.valid_to)]
    if partner.cadence == WEEKLY or len(within) == 0:
        return within
    months = within.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    periods = months if partner.cadence == MONTHLY else (months + 1 + partner.number) // 3
    return within[np.unique(periods, return_index=True)[1]]
