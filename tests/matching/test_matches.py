"""Records of two lists through the product's own models: who finds whom, and who must not."""

from __future__ import annotations

import pytest

from tests.matching.companies import NO_NAMES, NO_WEBSITES, SHARED_HOST_ACCOUNTS
from tests.matching.conftest import Matched


def test_words_in_another_order_find_each_other(matched: Matched) -> None:
    assert matched.decisions("p_schwab") == {"a_schwab": "automatic"}


def test_one_word_in_common_finds_nobody(matched: Matched) -> None:
    assert matched.decisions("p_delta_dental") == {}


def test_a_slip_of_the_pen_is_found(matched: Matched) -> None:
    assert set(matched.decisions("p_typo")) == {"a_typo"}


def test_one_duns_number_is_one_company_however_it_is_written(matched: Matched) -> None:
    assert matched.decisions("p_duns") == {"a_duns": "automatic"}


def test_different_duns_numbers_wait_for_a_person_although_all_else_agrees(
    matched: Matched,
) -> None:
    """Case 13."""
    assert matched.decisions("p_duns_other") == {"a_duns_other": "review"}


def test_a_website_with_two_schemes_is_read(matched: Matched) -> None:
    assert matched.decisions("p_scheme") == {"a_scheme": "automatic"}


def test_a_name_alone_is_never_automatic(matched: Matched) -> None:
    """Case 43."""
    assert set(matched.decisions("p_apollo").values()) <= {"review"}


@pytest.mark.parametrize("script", ["cjk", "arabic", "hangul", "hebrew"])
def test_names_in_other_scripts_are_names(matched: Matched, script: str) -> None:
    assert set(matched.decisions(f"p_{script}")) == {f"a_{script}"}


@pytest.mark.parametrize("writing", ["wide", "ligature", "superscript", "emoji_name"])
def test_one_name_in_other_letters_is_one_name(matched: Matched, writing: str) -> None:
    """Case 44."""
    assert matched.decisions(f"p_{writing}") == {f"a_{writing}": "automatic"}
    names = matched.rows(
        "select count(distinct core_words) from matching.int_company_records_normalized"
        f" where record_id in ('a_{writing}', 'p_{writing}')"
    )
    assert names == [(1,)]


def test_a_domain_in_its_own_letters_and_in_ascii_is_one(matched: Matched) -> None:
    """The names have nothing in common: the pair is found by the domain alone."""
    assert set(matched.decisions("p_idn_only")) == {"a_idn_only"}
    assert matched.rows(
        "select distinct registrable_domain from matching.int_company_records_normalized"
        " where record_id in ('a_idn_only', 'p_idn_only')"
    ) == [("käffchen-ostwind.de",)]


def test_two_accounts_that_fit_alike_are_for_a_person(matched: Matched) -> None:
    """A record is one company: which of the two, nothing here says."""
    assert set(matched.decisions("p_twin").values()) == {"review"}
    reasons = matched.rows(
        "select distinct rule_id, runner_up_crm_account_id is not null"
        " from matching.int_matches_decided where partner_account_id = 'p_twin'"
        " and rule_id = 'several_companies'"
    )
    assert reasons == [("several_companies", True)]


def test_a_domain_behind_many_companies_matches_nobody(matched: Matched) -> None:
    """Case 10, found from the lists alone: 315 companies stand behind it."""
    assert len(SHARED_HOST_ACCOUNTS) == 315
    assert matched.rows("select kind from matching.int_domains_shared where domain = 'rh.com'") == [
        ("found_in_lists",)
    ]
    assert matched.decisions("p_shared") == {}


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_names_nobody_matches_nobody(matched: Matched, name: str) -> None:
    assert matched.decisions(f"p_{name}") == {}
    assert matched.rows(
        "select distinct core_words from matching.int_company_records_normalized"
        f" where record_id in ('a_{name}', 'p_{name}')"
    ) == [(None,)]


@pytest.mark.parametrize("name", NO_WEBSITES)
def test_a_website_that_is_no_companys_matches_nobody(matched: Matched, name: str) -> None:
    assert matched.decisions(f"p_{name}") == {}


def test_what_the_comparisons_add_is_the_odds(matched: Matched) -> None:
    """The evidence of a candidate adds up to the figure that decided."""
    different = matched.rows(
        """
        with added as (
            select crm_account_id, partner_id, partner_account_id, sum(contribution) as bits
            from matching.int_match_evidence_compared group by all
        )
        select * from added join matching.int_match_candidates_combined as candidates
            using (crm_account_id, partner_id, partner_account_id)
        where bits <> candidates.total_contribution
        """
    )
    assert different == []
