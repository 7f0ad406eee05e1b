"""A small home after three refreshes: what people decided holds, whatever becomes of records."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from orchestration.company_defaults import initialise_home
from orchestration.dbt_invocation import DbtProject
from orchestration.landing import (
    ensure_landing_schema,
    land_company_configuration,
    land_inbox,
    open_refresh,
)
from orchestration.settings import Home, load_settings

pytestmark = pytest.mark.slow

FIRST, SECOND, THIRD = (datetime.date(2026, 1, day) for day in (5, 12, 19))
ACME, ACME_AGAIN, ZETA = "001A00000AcmeAAIAX", "001A00000AcmeBBIAX", "001A00000ZetaAAIAX"
ACCOUNTS = "\n".join(
    [
        "Id,Name,Website,DunsNumber,ParentId,GlobalUltimateDunsNumber,CreatedDate,BillingCountry",
        f"{ACME},Acme,acme.com,,,,2025-01-01T10:00:00Z,US",
        f"{ACME_AGAIN},ACME,www.acme.com,,,,2025-02-01T10:00:00Z,US",
        f"{ZETA},Zeta,zeta.io,,,999999991,2025-03-01T10:00:00Z,US",
        "001A00000ZetaDDIAX,Zeta Holding,zetaholding.com,999999991,,,2025-03-02T10:00:00Z,US",
        "001A00000LoopAAIAX,Loop One,loop-1.com,,001A00000LoopBBIAX,,2025-03-03T10:00:00Z,US",
        "001A00000LoopBBIAX,Loop Two,loop-2.com,,001A00000LoopAAIAX,,2025-03-04T10:00:00Z,US",
        "",
    ]
)
LINE = "{id},{name},{website},US,prospect"
HEADER = "partner_account_id,account_name,website,country,status"
LISTS = {
    FIRST: [("R1", "Acme", "acme.com"), ("R2", "Zeta", "zeta.io"), ("R3", "Gone", "gone.example")],
    # R1 is renamed and has a new id, as platforms do that make ids of names.
    SECOND: [("R9", "Acme Group", "acme.com"), ("R2", "Zeta", "zeta.io")],
    THIRD: [("R9", "Acme Group", "acme.com"), ("R2", "Zeta Labs", "zeta.io")],
}
# What the tests read of the last station, and what that needs.
READ = (
    *("+fct_match_decisions", "+fct_account_duplicates", "+dim_companies"),
    *("+fct_company_records", "+fct_company_relations"),
)
DECISION_COLUMNS = (
    "crm_account_id,partner_id,partner_account_id,decision,decided_by,decided_at,reason,expires_on"
)
DECISIONS = {
    FIRST: [
        # Written with 15 characters; the record is renamed a week later.
        f"{ACME[:15]},p,R1,reject,ann,2026-01-05T10:00:00Z,Another house,",
        f"{ZETA},p,R2,accept,ann,2026-01-05T10:00:00Z,Same register number,",
        f"{ZETA},p,R3,accept,ann,2026-01-05T10:00:00Z,Same owner,",
    ],
    # The newest word counts, though an older one arrives later; one of yesterday has expired.
    SECOND: [f"{ZETA[:15]},p,R2,reject,bob,2026-01-12T10:00:00Z,Sold in January,"],
    THIRD: [
        f"{ZETA},p,R2,accept,carl,2026-01-08T10:00:00Z,Found in an old mail,",
        f"{ACME_AGAIN},p,R9,reject,carl,2026-01-13T10:00:00Z,For a while,2026-01-18",
    ],
}


def drop(home: Home, feed: str, day: datetime.date, name: str, text: str) -> None:
    file = home.inbox / feed / day.isoformat() / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., list[Any]]]:
    """Rows of the warehouse after three refreshes of landing, built once as far as the marts."""
    home = Home(tmp_path_factory.mktemp("decisions") / "home")
    initialise_home(home)
    (home.feeds / "p.yaml").write_text(
        "feed: p\nsource: bilateral\ntable: partner_accounts\npartner_id: p\n"
        "partner_name: Partner\ncoverage: full_list\nmode: full\n",
        encoding="utf-8",
    )
    ensure_landing_schema(home)
    drop(home, "salesforce", FIRST, "Account.csv", ACCOUNTS)
    for day in (FIRST, SECOND, THIRD):
        listed = [LINE.format(id=one, name=name, website=site) for one, name, site in LISTS[day]]
        drop(home, "p", day, "list.csv", "\n".join([HEADER, *listed, ""]))
        decided = "\n".join([DECISION_COLUMNS, *DECISIONS[day], ""])
        drop(home, "match_decisions", day, "decisions.csv", decided)
        assert land_inbox(home, until=day).refused == []
        land_company_configuration(home, day)
        open_refresh(home, day)
    project = DbtProject(load_settings(home.root))
    assert project.manifest
    for station, names in (("staging", None), ("matching", None), ("marts", READ)):
        built = project.build(station, names=names)
        wrong = [
            (each.name, each.message) for each in built if each.status not in ("success", "pass")
        ]
        assert wrong == [], station
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield lambda query: connection.execute(query).fetchall()


def test_a_rejected_pair_does_not_return_when_ids_are_short_and_the_record_is_renamed(rows) -> None:
    assert rows(
        "select partner_account_id, decision, decided_by from account_mapping.fct_account_matches"
        f" where crm_account_id = '{ACME}'"
    ) == [("R9", "rejected", "ann")]
    assert rows(
        "select written_crm_account_id, written_partner_account_id, partner_account_id, status"
        f" from account_mapping.fct_match_decisions where crm_account_id = '{ACME}'"
    ) == [(ACME[:15], "R1", "R9", "in_force")]


def test_of_contradicting_decisions_the_newest_wins_and_both_are_shown(rows) -> None:
    assert rows(
        "select decision, status, is_contradicted, decided_by, effective_on::text"
        " from account_mapping.fct_match_decisions where partner_account_id = 'R2' order by 5"
    ) == [
        ("accept", "superseded", True, "ann", "2026-01-05"),
        ("accept", "superseded", True, "carl", "2026-01-08"),
        ("reject", "in_force", True, "bob", "2026-01-12"),
    ]
    assert rows(
        "select decision, decided_by from account_mapping.fct_account_matches"
        f" where crm_account_id = '{ZETA}' and partner_account_id = 'R2'"
    ) == [("rejected", "bob")]


def test_a_decision_about_a_record_that_is_gone_is_kept_and_told(rows) -> None:
    assert rows(
        "select status, is_partner_record_listed, reason"
        " from account_mapping.fct_match_decisions where partner_account_id = 'R3'"
    ) == [("in_force", False, "Same owner")]


def test_an_expired_decision_lets_the_rules_speak_again(rows) -> None:
    assert rows(
        "select status from account_mapping.fct_match_decisions"
        f" where crm_account_id = '{ACME_AGAIN}'"
    ) == [("expired",)]
    ((decision,),) = rows(
        "select decision from account_mapping.fct_account_matches"
        f" where crm_account_id = '{ACME_AGAIN}'"
    )
    assert decision != "rejected"


def test_no_company_holds_a_rejected_pair_though_its_accounts_are_duplicates(rows) -> None:
    found = dict(rows("select record_id, company_id from core.fct_company_records"))
    assert found[f"account|{ACME}"] != found["partner|p|R9"]
    assert found[f"account|{ZETA}"] != found["partner|p|R2"]
    assert rows(
        "select account_id, duplicate_of_account_id, rule_id"
        " from account_mapping.fct_account_duplicates where list_kind = 'crm'"
    ) == [(ACME_AGAIN, ACME, "same_name_and_domain")]


def test_families_come_from_the_duns_number_at_the_top_and_circles_end(rows) -> None:
    """Case 12."""
    found = dict(
        rows(
            "select companies.company_name, family.company_name"
            " from core.dim_companies as companies join core.dim_companies as family"
            " on companies.family_company_id = family.company_id"
            " where companies.hub_account_id is not null"
        )
    )
    assert found["Zeta"] == "Zeta Holding"
    assert found["Loop One"] == found["Loop Two"]
    assert rows(
        "select count(*) from core.dim_companies where has_endless_parents and family_level is null"
    ) == [(2,)]
    assert rows("select distinct relation_source from core.fct_company_relations order by 1") == [
        ("crm_parent",),
        ("duns_ultimate",),
    ]
