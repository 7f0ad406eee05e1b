"""Files of every platform end as rows of one shape that go on into segments and touches."""

from __future__ import annotations

import datetime

import pytest

pytestmark = pytest.mark.slow

SHAPES = ("share", "databricks", "dump", "list", "pages")
OF_THE_FILE = (
    *("partner_id", "feed", "batch_id", "source_file", "source_sha256", "source_row_number"),
    *("known_step", "known_on", "list_as_of"),
)


def test_the_same_overlaps_in_five_shapes_are_the_same_rows(rows) -> None:
    found = {}
    for shape in SHAPES:
        said = rows(
            "select * from matching.int_partner_pairs_reported where partner_id = ?"
            " order by crm_account_id",
            shape,
        )
        found[shape] = [
            {name: value for name, value in row.items() if name not in OF_THE_FILE} for row in said
        ]
    assert [row["crm_account_id"] for row in found["share"]] == ["001A", "001B", "001D"]
    assert [row["partner_state"] for row in found["share"]] == [
        "customer",
        "open_opportunity",
        "unknown",
    ]
    assert found["share"][0]["listed_states"] == "customer, prospect"
    for shape in SHAPES[1:]:
        assert found[shape] == found["share"], shape


def test_a_platforms_overlap_is_a_match_by_our_own_id_and_a_segment(rows) -> None:
    for shape in SHAPES:
        segments = rows(
            "select account_id, cell, partner_state from account_mapping.fct_account_segments"
            " where partner_id = ? and partner_account_id is not null order by account_id",
            shape,
        )
        assert segments == [
            {
                "account_id": "001A",
                "cell": "partner_customer_our_prospect",
                "partner_state": "customer",
            },
            {
                "account_id": "001B",
                "cell": "shared_prospect",
                "partner_state": "open_opportunity",
            },
            {"account_id": "001D", "cell": "unknown_coverage", "partner_state": "unknown"},
        ], shape
    tiers = rows(
        "select distinct tier, decision from account_mapping.fct_account_matches"
        " where partner_id = 'share' and decision = 'automatic'"
    )
    assert tiers == [{"tier": "crm_id", "decision": "automatic"}]


def test_the_salesforce_package_finds_its_partner_by_name(rows) -> None:
    assert rows(
        "select crm_account_id, partner_state from matching.int_partner_pairs_reported"
        " where partner_id = 'package' order by 1"
    ) == [
        {"crm_account_id": "001A", "partner_state": "customer"},
        {"crm_account_id": "001B", "partner_state": "open_opportunity"},
        {"crm_account_id": "001D", "partner_state": "prospect"},
    ]


def test_a_list_with_a_column_per_state_names_several_partners(rows) -> None:
    assert rows(
        "select crm_account_id, partner_id, partner_state from matching.int_partner_pairs_reported"
        " where feed = 'by_state' order by all"
    ) == [
        {
            "crm_account_id": "001A",
            "partner_id": "gamma_partner",
            "partner_state": "open_opportunity",
        },
        {"crm_account_id": "001A", "partner_id": "rho", "partner_state": "customer"},
        {"crm_account_id": "001A", "partner_id": "tau_partner", "partner_state": "customer"},
        {"crm_account_id": "001E", "partner_id": "tau_partner", "partner_state": "customer"},
    ]


def test_a_renamed_partner_stays_one_partner(rows) -> None:
    """Case 29: the platform uses the old name, then the new one."""
    found = rows("select partner_name from core.dim_partners where partner_id = 'skybridge'")
    assert found == [{"partner_name": "Nimbus Cloud"}]
    assert not rows("select 1 from core.dim_partners where partner_id in ('nimbus_cloud', 'org_1')")


def test_a_partner_that_nobody_listed_is_a_partner_of_its_own(rows) -> None:
    (found,) = rows("select * from core.dim_partners where partner_id = 'tap_partner'")
    assert (found["partner_name"], found["coverage"]) == ("Tap Partner", "overlap_only")
    assert found["first_landed_on"] == datetime.date(2026, 1, 5)


def test_our_own_company_is_nobodys_partner(rows) -> None:
    """Case 35: what we uploaded and get back is no evidence."""
    assert not rows("select 1 from core.dim_partners where partner_name ilike 'your company'")
    assert not rows("select 1 from matching.int_partner_accounts_unified where partner_id is null")


def history(rows, account: str, partner: str) -> list[tuple[str, str]]:
    found = rows(
        "select valid_from_on, partner_state from account_mapping.fct_partner_state_history"
        " where account_id = ? and partner_id = ? order by valid_from_on",
        account,
        partner,
    )
    return [(str(row["valid_from_on"]), row["partner_state"]) for row in found]


def test_every_day_has_its_answer_and_none_before_the_first_landing(rows) -> None:
    """Cases 31 and 34: a change, a tombstone, a return, and absence from a delta."""
    assert history(rows, "001A", "skybridge") == [
        ("0001-01-01", "unknown"),
        ("2026-01-05", "customer"),
        ("2026-01-12", "prospect"),
    ]
    assert history(rows, "001B", "skybridge") == [
        ("0001-01-01", "unknown"),
        ("2026-01-05", "open_opportunity"),
        ("2026-01-12", "unknown"),
        ("2026-01-19", "open_opportunity"),
    ]
    (on_creation,) = rows(
        "select history.partner_state from attribution.fct_attributed_opportunities as deals"
        " inner join account_mapping.fct_partner_state_history as history"
        " on deals.account_id = history.account_id and history.partner_id = 'skybridge'"
        " and deals.created_on >= history.valid_from_on"
        " and (history.valid_until_on is null or deals.created_on < history.valid_until_on)"
        " where deals.opportunity_id = '006A'"
    )
    assert on_creation == {"partner_state": "unknown"}


def test_reveal_gives_state_and_flag_and_no_absence(rows) -> None:
    found = rows(
        "select account_id, partner_state, cell from account_mapping.fct_account_segments"
        " where partner_id = 'rho' order by account_id nulls last"
    )
    states = {row["account_id"]: (row["partner_state"], row["cell"]) for row in found}
    assert states["001A"] == ("customer", "partner_customer_our_prospect")
    assert states["001B"] == ("open_opportunity", "shared_prospect")
    assert states["001D"] == ("unknown", "unknown_coverage")
    assert states["001E"] == ("unknown", "unknown_coverage"), "private, so never absent"
    assert states[None] == ("prospect", "partner_prospect_only")


def test_partnertap_gives_states_and_no_account_to_manual_ids(rows) -> None:
    found = rows(
        "select partner_id, partner_account_id, crm_account_id, partner_state, owner_name"
        " from matching.int_partner_pairs_reported where source = 'partnertap'"
        " order by partner_account_id, partner_id"
    )
    tap, other = found[1], found[0]
    assert (other["partner_id"], other["partner_state"]) == ("other_partner", "unknown")
    assert other["owner_name"] is None
    assert (tap["partner_id"], tap["partner_state"]) == ("tap_partner", "open_opportunity")
    assert (found[2]["partner_account_id"], found[2]["crm_account_id"]) == ("TP-2", None)
    ember = rows(
        "select account_id from account_mapping.fct_account_segments"
        " where partner_id = 'tap_partner' and partner_account_id = 'TP-2'"
    )
    assert ember == [{"account_id": "001E"}], "found by the partner's own website"


def test_events_of_platforms_are_touches_and_our_own_shown_back_are_not(rows) -> None:
    """Cases 2, 21 and 35: one introduction; repeated opportunities count nowhere."""
    touches = rows(
        "select partner_id, touch_type, strength, evidence_count"
        " from attribution.fct_partner_touches order by partner_id, touch_type"
    )
    assert [tuple(touch.values()) for touch in touches] == [
        ("skybridge", "partner_deal", "none", 1),
        ("tap_partner", "intro", "strong", 2),
    ]
    (deal,) = rows("select * from attribution.fct_attributed_opportunities")
    assert (deal["opportunity_id"], str(deal["amount"])) == ("006A", "1000.00")


def test_intent_is_filtered_by_threshold_and_says_whose_it_is(rows) -> None:
    """Case 42: two accounts of one company; the one below the threshold and the blank are none."""
    found = rows(
        "select account_id, provider, is_inherited_from_company"
        " from account_mapping.fct_account_intent order by provider, account_id"
    )
    assert found == [
        {"account_id": "001A", "provider": "6sense", "is_inherited_from_company": False},
        {"account_id": "001C", "provider": "6sense", "is_inherited_from_company": True},
        {"account_id": "001A", "provider": "bombora", "is_inherited_from_company": False},
        {"account_id": "001C", "provider": "bombora", "is_inherited_from_company": True},
    ]


def test_every_canonical_row_leads_to_its_file_and_row(rows) -> None:
    for table in (
        "matching.int_partner_accounts_unified",
        "matching.int_partner_pairs_reported",
        "matching.int_intent_signals_unified",
        "intermediate.int_platform_touches_mapped",
    ):
        (missing,) = rows(
            f"select count(*) as n, (select count(*) from {table}) as total from {table}"
            " where batch_id is null or source_file is null or length(source_sha256) <> 64"
            " or source_row_number is null"
        )
        assert missing["n"] == 0 and missing["total"] > 0, table
