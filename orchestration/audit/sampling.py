"""Choose the deals of a sample and collect what is known of each: its story and its postings."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.answers import open_release
from orchestration.errors import CosellError
from orchestration.explain import explain_opportunity
from orchestration.explanation import Explainer, Explanation, Row
from orchestration.quarter_close import QUARTER
from orchestration.release import current_release
from orchestration.release.quarter_verification import CLOSES, quarter_of_release
from orchestration.settings import Home

PACKS_FOLDER = "audit"
MAXIMUM_DEALS = 1_000
WORKBOOK_FILE = "audit_sample.xlsx"
INDEX_FILE = "index.html"
DEALS_FOLDER = "deals"


@dataclass(frozen=True)
class SampledDeal:
    """One deal of the sample: what is published of it, its postings and its story."""

    opportunity: Row
    postings: list[Row]
    explanation: Explanation
    rep_name: str
    partner_name: str
    account_name: str

    @property
    def opportunity_id(self) -> str:
        """Its id in the CRM."""
        return str(self.opportunity["opportunity_id"])

    @property
    def page(self) -> str:
        """Its page in the pack; the name holds nothing of what the CRM calls it."""
        return (
            f"{DEALS_FOLDER}/{hashlib.sha256(self.opportunity_id.encode()).hexdigest()[:16]}.html"
        )


@dataclass(frozen=True)
class Sample:
    """A sample and what it was drawn from."""

    fiscal_quarter: str
    seed: int
    release_id: str
    released_at: datetime
    population: int
    """How many deals have a posting in the quarter."""
    postings_count: int
    postings_sha256: str
    closed: str
    """How the quarter was closed; empty while it is open."""
    company: str
    deals: list[SampledDeal]


@dataclass(frozen=True)
class AuditPack:
    """Where a pack was written, and what it holds."""

    folder: Path
    workbook: Path
    index: Path
    sample: Sample


def write_audit_pack(
    home: Home, quarter: str, number: int, seed: int, folder: Path | None = None
) -> AuditPack:
    """Draw a sample of the current release and write its workbook and pages.

    `folder` is replaced; default `<home>/audit/<quarter>_n<number>_seed<seed>`. Raises CosellError
    for a quarter that is none or has no postings, and for a number that is not possible.
    """
    from orchestration.audit.audit_workbook import write_workbook
    from orchestration.audit.deal_pages import deal_page, index_page

    sample = draw_sample(home, quarter, number, seed)
    name = f"{sample.fiscal_quarter}_n{number}_seed{seed}"
    target = folder or home.root / PACKS_FOLDER / name
    if target.exists() and not (target / WORKBOOK_FILE).is_file():
        raise CosellError(
            f"{target} exists and is no audit pack: name an empty or new folder with --to."
        )
    building = target.with_name(f".{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    (building / DEALS_FOLDER).mkdir(parents=True)
    write_workbook(building / WORKBOOK_FILE, sample)
    (building / INDEX_FILE).write_text(index_page(sample), encoding="utf-8")
    for place, deal in enumerate(sample.deals, start=1):
        (building / deal.page).write_text(deal_page(sample, deal, place), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    building.rename(target)
    return AuditPack(target, target / WORKBOOK_FILE, target / INDEX_FILE, sample)


def draw_sample(home: Home, quarter: str, number: int, seed: int) -> Sample:
    """Choose `number` deals that have a posting in the quarter.

    Each deal's place is the hash of seed and id: the choice depends on nothing else, so a deal that
    joins the quarter later can enter the sample but never reorders the others.
    """
    quarter = quarter.strip().upper()
    if not QUARTER.fullmatch(quarter):
        raise CosellError(f"{quarter!r} is no fiscal quarter: write it like FY2027-Q1.")
    if not 1 <= number <= MAXIMUM_DEALS:
        raise CosellError(
            f"--n is {number}: an audit sample has between 1 and {MAXIMUM_DEALS:,} deals."
        )
    release = current_release(home)
    if release is None:
        raise CosellError(
            f"There is no release in {home.root}: run `cosell refresh` first, then sample."
        )
    content = quarter_of_release(release, quarter)
    if not content.postings:
        raise CosellError(
            f"Nothing is posted in {quarter} in release {release.release_id}: "
            "`cosell summary` shows the quarters that have postings."
        )
    with open_release(release.database) as connection:
        explainer = Explainer(home, release, connection)
        population = [
            str(row["opportunity_id"])
            for row in explainer.rows(
                "select distinct opportunity_id from attribution.fct_attribution_ledger"
                " where posted_quarter = ?",
                quarter,
            )
        ]
        chosen = sorted(population, key=lambda one: (_place(seed, one), one))[:number]
        return Sample(
            fiscal_quarter=quarter,
            seed=seed,
            release_id=release.release_id,
            released_at=release.created_at,
            population=len(population),
            postings_count=len(content.postings),
            postings_sha256=content.sha256,
            closed=_how_closed(explainer, quarter),
            company=_company_name(home),
            deals=[_sampled(explainer, opportunity_id) for opportunity_id in chosen],
        )


def _place(seed: int, opportunity_id: str) -> str:
    return hashlib.sha256(f"{seed}|{opportunity_id}".encode()).hexdigest()


def _company_name(home: Home) -> str:
    from orchestration.settings import load_company

    return load_company(home).name


def _how_closed(explainer: Explainer, quarter: str) -> str:
    if CLOSES not in explainer.release.manifest["tables"]:
        return ""
    row = explainer.row(CLOSES, "fiscal_quarter", quarter)
    if row is None:
        return ""
    if row["closed_by"] == "signature":
        return f"signed by {row['signed_by']} on {row['signed_on']}"
    return "closed by policy"


def _sampled(explainer: Explainer, opportunity_id: str) -> SampledDeal:
    opportunity = explainer.row(
        "attribution.fct_attributed_opportunities", "opportunity_id", opportunity_id
    )
    explanation = explain_opportunity(explainer, opportunity_id)
    assert (
        opportunity is not None and explanation is not None
    )  # it has postings, so it is published
    postings: list[dict[str, Any]] = explainer.rows(
        "select * from attribution.fct_attribution_ledger where opportunity_id = ?"
        " order by known_step, measure desc, posting_id",
        opportunity_id,
    )
    return SampledDeal(
        opportunity=opportunity,
        postings=postings,
        explanation=explanation,
        rep_name=explainer.name_of_rep(opportunity["rep_id"]),
        partner_name=explainer.name_of_partner(opportunity["partner_id"]),
        account_name=explainer.name_of_account(opportunity["account_id"]),
    )
