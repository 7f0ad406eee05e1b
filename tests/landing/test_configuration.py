"""What the company decides: landed when it changed, refused when it cannot be meant."""

from __future__ import annotations

import datetime
import itertools

import pytest

from orchestration.errors import CosellError
from orchestration.landing import (
    land_company_configuration,
    land_inbox,
    newest_known_day,
    open_refresh,
)
from orchestration.landing.fiscal_calendar import generated_quarters

DAY = datetime.date(2026, 2, 9)
LATER = datetime.date(2026, 2, 16)


def test_every_policy_setting_and_reference_fact_lands_once(home, rows) -> None:
    landed = land_company_configuration(home, DAY)
    assert len(landed) == len(list(home.policies.glob("*.csv"))) + 4 + 1
    assert all(each.quarantined == 0 for each in landed)
    assert land_company_configuration(home, LATER) == []
    (company,) = rows("settings", "company")
    assert company["time_zone"] == "America/New_York"
    assert company["fiscal_year_start_month"] == "2"
    windows = rows("policy", "attribution_windows")
    assert windows[0]["_source_file"] == "config/policy/attribution_windows.csv"
    assert windows[0]["sourced_window_days"] == "30"


def test_what_a_company_starts_with_holds_from_the_first_day(home) -> None:
    assert {each.as_of for each in land_company_configuration(home, DAY)} == {
        datetime.date(1998, 1, 1)
    }


def test_a_changed_policy_lands_with_the_day_of_the_refresh(home, rows) -> None:
    land_company_configuration(home, DAY)
    path = home.policies / "quarter_close.csv"
    path.write_text(path.read_text() + "2,2026-02-16,5,Five days\n")
    (landed,) = land_company_configuration(home, LATER)
    assert (landed.table, landed.as_of, landed.rows) == ("quarter_close", LATER, 2)
    assert len(rows("policy", "quarter_close")) == 3


def test_a_change_taken_back_on_the_same_day_is_the_newest_again(home, rows) -> None:
    path = home.policies / "quarter_close.csv"
    first = path.read_text()
    second, third = first + "2,2026-02-16,5,Five\n", first + "3,2026-02-16,6,Six\n"
    batches = []
    for content in (first, second, third, second):
        path.write_text(content)
        landed = land_company_configuration(home, LATER)
        batches += [each.batch_id for each in landed if each.table == "quarter_close"]
    assert len(set(batches)) == 4
    assert batches == sorted(batches), "what landed later sorts behind"


def test_an_empty_policy_may_say_that_there_is_nothing(home, rows) -> None:
    land_company_configuration(home, DAY)
    assert rows("policy", "shared_domains") == []


COMPANY = "name: A\ntime_zone: UTC\ncurrency: USD\n"
BAD = [
    # title, file below config, content, parts of the sentence
    (
        "a missing policy",
        "policy/stages.csv",
        None,
        ["stages.csv", "does not exist", "cosell init"],
    ),
    (
        "a policy that nobody knows",
        "policy/stagse.csv",
        "a\n1\n",
        ["stagse.csv is no policy", "did you mean 'stages'"],
    ),
    (
        "a number that is none",
        "policy/quarter_close.csv",
        "policy_version,effective_from,business_days_after_quarter_end,reason\n1,2026-01-01,two,x\n",
        ["config/policy/quarter_close.csv, row 1", "'two'", "not a whole number"],
    ),
    (
        "one bad row of two",
        "policy/quarter_close.csv",
        "policy_version,effective_from,business_days_after_quarter_end,reason\n"
        "1,2026-01-01,3,x\n1,soon,3,x\n",
        ["row 2", "effective_from is 'soon'"],
    ),
    (
        "a day of another dialect",
        "policy/quarter_close.csv",
        "policy_version,effective_from,business_days_after_quarter_end,reason\n1,1/2/2026,3,x\n",
        ["row 1", "'1/2/2026'"],
    ),
    (
        "a policy without reasons",
        "policy/quarter_close.csv",
        "policy_version,effective_from,business_days_after_quarter_end\n1,2026-01-01,3\n",
        ["no column reason"],
    ),
    (
        "a policy without rows",
        "policy/quarter_close.csv",
        "policy_version,effective_from,business_days_after_quarter_end,reason\n",
        ["header and no rows"],
    ),
    (
        "weights that do not sum to 100",
        "policy/priority_weights.csv",
        "policy_version,effective_from,contribution,weight,reason\n"
        "1,2026-01-01,relationship_depth,40,x\n1,2026-01-01,in_market,25,x\n",
        ["priority_weights.csv", "sum to 65"],
    ),
    (
        "bounds that are none",
        "policy/plausibility.csv",
        "policy_version,effective_from,minimum_date,maximum_years_ahead,maximum_amount,reason\n"
        "1,2026-01-01,1970-01-01,ten,1,x\n",
        ["config/policy/plausibility.csv, row 1", "'ten'"],
    ),
    (
        "a feed with an unknown key",
        "feeds/acme.yaml",
        "feed: acme\nsource: bilateral\npartner_id: a\ncoverage: full_list\nmode: full\nmod: x\n",
        ["config/feeds/acme.yaml", "'mod' is not known", "did you mean 'mode'"],
    ),
    (
        "a calendar that is not there",
        "company.yaml",
        COMPANY + "holidays_country: US\nfiscal_calendar: years.csv\n",
        ["fiscal_calendar names years.csv"],
    ),
    (
        "a country that nobody knows",
        "company.yaml",
        COMPANY + "holidays_country: XX\nfiscal_year_start_month: 1\n",
        ["config/company.yaml: holidays_country is 'XX'"],
    ),
]


@pytest.mark.parametrize(("title", "file", "content", "parts"), BAD, ids=[case[0] for case in BAD])
def test_a_bad_setting_is_refused(home, title: str, file: str, content, parts) -> None:
    path = home.config / file
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_text(content)
    with pytest.raises(CosellError) as refused:
        land_company_configuration(home, DAY)
    for part in parts:
        assert part in str(refused.value)
    assert "\n" not in str(refused.value)


FEED = "feed: acme\nsource: bilateral\npartner_id: acme\ncoverage: full_list\nmode: full\n"
BAD_FEEDS = [
    # title, text, parts of the sentence
    ("no partner", FEED.replace("partner_id: acme\n", ""), ["partner_id is missing"]),
    ("no coverage", FEED.replace("coverage: full_list\n", ""), ["coverage is missing"]),
    ("no mode", FEED.replace("mode: full\n", ""), ["mode is missing"]),
    ("another name", FEED.replace("feed: acme", "feed: other"), ["`feed: acme`"]),
    ("an unknown source", FEED.replace("bilateral", "bilaterol"), ["did you mean 'bilateral'"]),
    ("an unknown dialect", FEED + "dates: american\n", ["dates is 'american'", "us, eu"]),
    ("an unknown zone", FEED + "time_zone: Berlin\n", ["no IANA time zone"]),
    ("an unknown encoding", FEED + "encoding: ansi\n", ["windows-1252"]),
    ("an unknown column", FEED + "columns:\n  acount_name: X\n", ["did you mean 'account_name'"]),
    (
        "an unknown value",
        FEED + "values:\n  status:\n    Client: custmer\n",
        ["did you mean 'customer'"],
    ),
    ("unknown terms", FEED + "sharing:\n  status: public\n", ["shared, internal"]),
    ("a header row of words", FEED + "header_row: first\n", ["whole number from 1"]),
    ("a key written twice", FEED + "mode: delta\n", ["'mode' is written twice"]),
    ("no YAML", FEED + "columns: [\n", ["not valid YAML"]),
    ("a list", "- a\n", ["key: value"]),
    ("a delimiter of letters", FEED + "delimiter: x\n", ["comma, semicolon, tab, pipe"]),
]


@pytest.mark.parametrize(("title", "text", "parts"), BAD_FEEDS, ids=[c[0] for c in BAD_FEEDS])
def test_a_bad_feed_is_refused(refusal, home, title: str, text: str, parts) -> None:
    (home.feeds / "acme.yaml").write_text(text)
    sentence = refusal("acme", "list.csv", "partner_account_id\n1\n")
    assert "feeds/acme.yaml" in sentence
    for part in parts:
        assert part in sentence


def test_yaml_never_turns_a_word_into_something_else(home, drop, rows) -> None:
    """`No`, `007` and `1` are what they are; YAML would make them false, 7 and a number."""
    (home.feeds / "acme.yaml").write_text(
        FEED.replace("partner_id: acme", "partner_id: 007")
        + "values:\n  status:\n    No: prospect\n    1: customer\n"
    )
    drop("acme", "list.csv", "partner_account_id,account_name,status\nA,A,No\nB,B,1\n")
    assert land_inbox(home).refused == []
    found = rows("bilateral", "partner_accounts")
    assert [row["status"] for row in found] == ["prospect", "customer"]
    assert {row["partner_id"] for row in found} == {"007"}


def test_a_fiscal_year_is_named_after_the_year_in_which_it_ends() -> None:
    quarters = {quarter.name: quarter for quarter in generated_quarters(start_month=2)}
    assert quarters["FY2027-Q1"].starts_on == datetime.date(2026, 2, 1)
    assert quarters["FY2027-Q4"].ends_on == datetime.date(2027, 1, 31)
    assert len(quarters) == 48 * 4


@pytest.mark.parametrize("start_month", range(1, 13))
def test_generated_quarters_cover_every_day_once(start_month: int) -> None:
    quarters = generated_quarters(start_month)
    for before, after in itertools.pairwise(quarters):
        assert after.starts_on - before.ends_on == datetime.timedelta(days=1)
    assert quarters[0].ends_on.year in (1997, 1998)
    assert quarters[-1].ends_on.year == 2045
    for quarter in quarters[3::4]:
        assert quarter.ends_on.year == quarter.fiscal_year


CALENDAR = """\
fiscal_year,quarter_number,starts_on,ends_on
2027,1,2026-02-01,2026-05-02
2027,2,2026-05-03,2026-08-01
2027,3,2026-08-02,2026-10-31
2027,4,2026-11-01,2027-01-30
2028,1,2027-01-31,2027-05-01
"""


@pytest.fixture
def custom_calendar(home):
    (home.company_file).write_text(
        "name: A\ntime_zone: UTC\ncurrency: EUR\nholidays_country: DE\nfiscal_calendar: years.csv\n"
    )
    return home.config / "years.csv"


def test_case_5_a_calendar_of_periods_replaces_the_months(home, rows, custom_calendar) -> None:
    custom_calendar.write_text(CALENDAR)
    land_company_configuration(home, DAY)
    quarters = rows("settings", "fiscal_quarters")
    assert [row["fiscal_quarter"] for row in quarters][-1] == "FY2028-Q1"
    assert quarters[0]["_source_file"] == "config/years.csv"
    assert rows("settings", "company")[0]["fiscal_year_start_month"] is None


@pytest.mark.parametrize(
    ("title", "line", "other", "part"),
    [
        ("a gap", "2026-05-03", "2026-05-04", "gap between FY2027-Q1"),
        ("an overlap", "2026-05-03", "2026-05-02", "overlap of FY2027-Q1"),
        ("a number twice", "2027,2,", "2027,1,", "FY2027-Q1 more than once"),
        ("a number left out", "2028,1,", "2028,2,", "number it FY2028-Q1"),
        ("a quarter 5", "2027,4,", "2027,5,", "no quarter"),
        ("an end before the start", "2027-01-30", "2026-10-30", "no quarter"),
        ("no day", "2026-08-02", "August", "row 3"),
        ("no column", "ends_on", "end", "no column ends_on"),
    ],
)
def test_case_5_a_calendar_with_holes_is_refused(
    home, custom_calendar, title: str, line: str, other: str, part: str
) -> None:
    custom_calendar.write_text(CALENDAR.replace(line, other, 1))
    with pytest.raises(CosellError) as refused:
        land_company_configuration(home, DAY)
    assert part in str(refused.value)
    assert "config/years.csv" in str(refused.value)


def test_holidays_are_of_the_company_and_of_its_reps(home, drop, rows) -> None:
    drop(
        "rep_calendar",
        "calendar.csv",
        "rep_id,kind,starts_on,country\n1,seat,2026-01-01,DE\n2,seat,2026-01-01,jp\n"
        "3,seat,2026-01-01,XX\n",
    )
    land_inbox(home)
    land_company_configuration(home, DAY)
    found = {(row["country"], row["holiday_on"]) for row in rows("settings", "holidays")}
    assert {country for country, _ in found} == {"DE", "JP", "US"}
    assert ("US", "2026-07-03") in found, "the day on which a Saturday's holiday is observed"
    assert ("DE", "2026-10-03") in found


def test_the_public_suffix_list_holds_every_kind_in_both_spellings(home, rows) -> None:
    land_company_configuration(home, DAY)
    found = {
        (row["suffix"], row["kind"], row["section"]) for row in rows("reference", "public_suffixes")
    }
    assert {
        ("com", "normal", "icann"),
        ("co.uk", "normal", "icann"),
        ("ck", "wildcard", "icann"),
        ("www.ck", "exception", "icann"),
        ("github.io", "normal", "private"),
        ("公司.cn", "normal", "icann"),
        ("xn--55qx5d.cn", "normal", "icann"),
    } <= found


def test_the_feeds_are_landed_with_their_terms(home, rows, feed_lines) -> None:
    feed_lines("acme", "cadence_days: 30\nsharing:\n  account_name: shared")
    land_company_configuration(home, DAY)
    feeds = {row["feed"]: row for row in rows("settings", "feeds")}
    assert feeds["acme"]["table_name"] == "partner_accounts"
    assert feeds["acme"]["cadence_days"] == "30"
    assert feeds["acme"]["sharing"] == '{"account_name": "shared"}'
    assert feeds["salesforce"]["table_name"] is None


def test_configuration_alone_is_nothing_to_refresh(home) -> None:
    land_company_configuration(home, DAY)
    assert newest_known_day(home) is None
    with pytest.raises(CosellError, match="Nothing has landed"):
        open_refresh(home)
