"""Faults of files: refused as a whole, or their bad rows quarantined, or stopped by the gate."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable

from tests.faults.fault import Fault
from tests.faults.planting import Company, Row

PARTNER = "harborview"
HALF = "Client No."


def _text(company: Company, feed: str = PARTNER, name: str | None = None) -> str:
    return company.newest_file(feed, name).read_text(encoding="utf-8-sig")


def _drop(
    change: Callable[[str], str | bytes], name: str = "accounts.csv"
) -> Callable[[Company], object]:
    def plant(company: Company) -> None:
        company.drop(PARTNER, name, change(_text(company)))

    return plant


def _send(
    feed: str, change: Callable[[list[Row]], Iterable[Row]], name: str | None = None
) -> Callable[[Company], object]:
    def plant(company: Company) -> None:
        company.send(feed, change, name)

    return plant


def _set(count: int = 10_000, **values: str) -> Callable[[list[Row]], list[Row]]:
    """The first rows with other values; column names may hold blanks as underscores."""

    def change(rows: list[Row]) -> list[Row]:
        named = {
            key.replace("_", " ") if key not in rows[0] else key: v for key, v in values.items()
        }
        assert set(named) <= set(rows[0]), f"{set(named) - set(rows[0])} is no column"
        return [{**row, **(named if number < count else {})} for number, row in enumerate(rows)]

    return change


def _map(column: str, to: Callable[[str], str]) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{**row, column: to(row[column])} for row in rows]


def _swap(one: str, other: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{**row, one: row[other], other: row[one]} for row in rows]


def _five_hours_later(text: str) -> str:
    if not text:
        return text
    moment = datetime.datetime.fromisoformat(text[:19])
    return f"{moment + datetime.timedelta(hours=5):%Y-%m-%dT%H:%M:%S}.000+0000"


def _undated(company: Company) -> None:
    path = company.home.inbox / PARTNER / "accounts.csv"
    path.parent.mkdir(parents=True)
    path.write_text(_text(company).replace("Active Client", "Target", 1), encoding="utf-8")


def _manifest_of_more_rows(company: Company) -> None:
    lines = _text(company).splitlines(keepends=True)
    path = company.drop(PARTNER, "accounts.csv", "".join(lines[:-30]))
    path.with_name("accounts.csv.manifest.json").write_text(
        json.dumps({"row_count": len(lines) - 1}), encoding="utf-8"
    )


def _of_another_partner(company: Company) -> None:
    """Rows of Skybridge, with its ids, in the form of Harborview's list."""
    import csv
    import io

    theirs = list(csv.DictReader(io.StringIO(_text(company, "skybridge"), newline="")))
    mapping = _columns(company, "skybridge")
    own = _columns(company, PARTNER)

    def change(rows: list[Row]) -> list[Row]:
        taken = []
        for row, foreign in zip(rows[:200], theirs, strict=False):
            taken.append(
                {
                    **row,
                    own["partner_account_id"]: foreign[mapping["partner_account_id"]],
                    own["account_name"]: foreign[mapping["account_name"]],
                }
            )
        return [*rows[200:], *taken]

    company.send(PARTNER, change)


def _columns(company: Company, feed: str) -> dict[str, str]:
    import yaml

    text = (company.home.feeds / f"{feed}.yaml").read_text(encoding="utf-8")
    columns: dict[str, str] = yaml.safe_load(text)["columns"]
    return columns


def _known_deals(company: Company, change: Callable[[list[Row]], list[Row]]) -> None:
    """Deals that have landed before come again, with something changed."""
    rows = company.newest_full("salesforce", "opportunities")
    company.write_rows("salesforce", "Opportunity.csv", change(rows))


def _deals(change: Callable[[list[Row]], list[Row]]) -> Callable[[Company], object]:
    return lambda company: _known_deals(company, change)


def _stale_rates(company: Company) -> None:
    company.drop(
        "salesforce",
        "DatedConversionRate.csv",
        "Id,IsoCode,ConversionRate,StartDate,NextStartDate\n04wX,SEK,10.5,2024-01-01,2024-02-01\n",
    )
    _known_deals(company, _set(3, CurrencyIsoCode="SEK", IsClosed="true"))


def _crm_stopped(company: Company) -> None:
    day = company.last_day + datetime.timedelta(days=60)
    # Half a year, the default, would lie in the future of whoever runs this.
    company.edit_policy(
        "gate_limits",
        "\n2026.1,1998-01-01,maximum_waiver_days",
        f"\nours-1,{day.isoformat()},stale_after_cadences,8,Two months are too long for us"
        "\n2026.1,1998-01-01,maximum_waiver_days",
    )
    company.drop(
        "support_log",
        "support_log.csv",
        "support_id,rep_id,partner_id,account_id,kind,asked_at,given_at,note\n"
        f"SUP-NEW,,,,intro,{day.isoformat()}T09:00:00Z,,\n",
        day.isoformat(),
    )


def _something_new(company: Company) -> None:
    company.drop(
        "support_log",
        "support_log.csv",
        "support_id,rep_id,partner_id,account_id,kind,asked_at,given_at,note\n"
        f"SUP-NEW,,,,intro,{company.day.isoformat()}T09:00:00Z,,\n",
    )


def _tampered(query: str, source: str, table: str) -> Callable[[Company], object]:
    def plant(company: Company) -> None:
        _something_new(company)
        company.tamper(company.batch_file(source, table), query)

    return plant


def _batch_gone(company: Company) -> None:
    _something_new(company)
    company.batch_file("salesforce", "opportunities").unlink()


def _policy_rewritten(company: Company) -> None:
    file = company.batch_file("policy", "attribution_windows")
    company.tamper(
        file,
        "select * replace ('31' as sourced_window_days) from landed",
        file.with_name("9" + file.name),
    )


def _landed_word(company: Company) -> None:
    """A batch that lands well and is then written anew by hand, with the right number of rows."""
    from orchestration.landing import land_file

    _known_deals(company, lambda rows: rows)
    landed = land_file(
        company.home,
        "salesforce",
        company.home.inbox / "salesforce" / company.day.isoformat() / "Opportunity.csv",
    )
    assert landed.good
    company.tamper(
        company.batch_file("salesforce", "opportunities"),
        "select * replace ('soon' as close_date) from landed",
    )


def _account(**values: str) -> Callable[[Company], object]:
    def plant(company: Company) -> None:
        rows = company.newest_full("salesforce", "accounts")
        owners = {row["AccountId"] for row in _open_deals(company)}
        chosen = next(row for row in rows if row["Id"] in owners and row.get("IsDeleted") != "true")
        company.write_rows("salesforce", "Account.csv", [{**chosen, **values}])

    return plant


def _open_deals(company: Company) -> list[Row]:
    import csv

    newest: dict[str, Row] = {}
    for path in sorted((company.healthy.inbox / "salesforce").rglob("Opportunity.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            newest.update({row["Id"]: row for row in csv.DictReader(stream)})
    return [
        row for row in newest.values() if row["IsClosed"] == "false" and row["IsDeleted"] == "false"
    ]


REFUSED_FILES = (
    Fault(
        "a_feed_full_of_garbage_at_seven",
        "a partner's list of random bytes",
        "file",
        ("harborview", "accounts.csv"),
        plant=lambda company: company.drop(PARTNER, "accounts.csv", bytes(range(256)) * 40),
    ),
    Fault(
        "an_empty_file",
        "a partner's list of no bytes",
        "file",
        ("accounts.csv",),
        plant=_drop(lambda text: ""),
    ),
    Fault(
        "a_list_with_a_header_and_no_rows",
        "sudden zero: the whole list is its header",
        "file",
        ("accounts.csv", "row"),
        plant=_drop(lambda text: text.splitlines()[0] + "\n"),
    ),
    Fault(
        "a_list_without_its_key",
        "the column of the partner's own id is gone",
        "file",
        ("Client No.",),
        plant=_send(
            PARTNER,
            lambda rows: [
                {key: value for key, value in row.items() if key != "Client No."} for row in rows
            ],
        ),
    ),
    Fault(
        "a_state_that_nobody_mapped",
        "the partner writes Kunde where it wrote Active Client",
        "file",
        ("Kunde",),
        plant=_send(PARTNER, _set(Relationship="Kunde")),
    ),
    Fault(
        "a_file_cut_inside_a_quoted_value",
        "the upload broke off in the middle of a quoted value",
        "file",
        ("accounts.csv",),
        plant=_drop(lambda text: text[: text.rindex('"')].rstrip(',"\n') + ',"cut'),
    ),
    Fault(
        "a_lost_tail_that_the_manifest_counts",
        "the last thirty rows are missing; the manifest counts them",
        "file",
        ("702 rows", "fewer than the 732", "ask the sender"),
        plant=_manifest_of_more_rows,
    ),
    Fault(
        "a_workbook_that_is_a_web_page",
        "accounts.xlsx holds HTML",
        "file",
        ("accounts.xlsx",),
        plant=_drop(
            lambda text: "<html><table><tr><td>Client No.</td></tr></table></html>", "accounts.xlsx"
        ),
    ),
    Fault(
        "a_broken_archive",
        "a zip without its end",
        "file",
        ("export.zip",),
        plant=lambda company: company.drop("salesforce", "export.zip", b"PK\x03\x04" + b"x" * 99),
    ),
    Fault(
        "a_list_without_a_day",
        "no folder, name or column says which day the list is of",
        "file",
        ("day",),
        plant=_undated,
    ),
    Fault(
        "a_list_from_the_future",
        "the folder says 2099-01-01",
        "file",
        ("2099-01-01", "future"),
        plant=lambda company: company.drop(PARTNER, "accounts.csv", _text(company), "2099-01-01"),
    ),
    Fault(
        "an_object_of_no_table",
        "salesforce/Wombat.csv",
        "file",
        ("Wombat",),
        plant=lambda company: company.drop("salesforce", "Wombat.csv", "Id\n1\n"),
    ),
    Fault(
        "a_feed_that_nobody_described",
        "a list in inbox/wombat/",
        "file",
        ("wombat",),
        plant=lambda company: company.drop("wombat", "accounts.csv", _text(company)),
    ),
    Fault(
        "two_columns_of_one_name",
        "the header names Client twice",
        "file",
        ("Client",),
        plant=_drop(lambda text: text.replace('"Web Address"', '"Client"', 1)),
    ),
    Fault(
        "a_mapping_with_an_unknown_key",
        "config/feeds/harborview.yaml says colums:",
        "configuration",
        ("harborview.yaml", "colums"),
        plant=lambda company: (
            (
                company.edit_config("feeds/harborview.yaml", "columns:", "colums:"),
                company.drop(PARTNER, "accounts.csv", _text(company)),
            )
        ),
    ),
)

QUARANTINED_ROWS = (
    Fault(
        "days_that_do_not_exist",
        "close dates on the 31st of February",
        "rows",
        ("2026-02-31",),
        "unreadable_date",
        plant=_send("salesforce", _set(3, CloseDate="2026-02-31"), "Opportunity.csv"),
    ),
    Fault(
        "comma_decimals_in_a_point_feed",
        "amounts such as 29.100,50",
        "rows",
        ("29.100,50",),
        "unreadable_number",
        plant=_send("salesforce", _set(3, Amount="29.100,50"), "Opportunity.csv"),
    ),
    Fault(
        "an_amount_in_words",
        "about 30k",
        "rows",
        ("about 30k",),
        "unreadable_number",
        plant=_send("salesforce", _set(3, Amount="about 30k"), "Opportunity.csv"),
    ),
    Fault(
        "an_amount_that_is_no_number",
        "NaN as an amount",
        "rows",
        ("NaN",),
        "implausible_amount",
        plant=_send("salesforce", _set(3, Amount="NaN"), "Opportunity.csv"),
    ),
    Fault(
        "a_close_date_in_two_hundred_years",
        "2226 for 2026",
        "rows",
        ("2226",),
        "implausible_date",
        plant=_send("salesforce", _set(3, CloseDate="2226-09-01"), "Opportunity.csv"),
    ),
    Fault(
        "an_amount_beyond_all_money",
        "ten digits too many",
        "rows",
        ("99999999999999999",),
        "implausible_amount",
        plant=_send("salesforce", _set(3, Amount="99999999999999999"), "Opportunity.csv"),
    ),
    Fault(
        "deals_without_an_id",
        "three rows lost their Id",
        "rows",
        ("Id is empty",),
        "missing_required_value",
        plant=_send("salesforce", _set(3, Id=""), "Opportunity.csv"),
    ),
    Fault(
        "a_touch_without_a_moment",
        "occurred_at is empty",
        "rows",
        ("occurred_at",),
        "missing_required_value",
        plant=_send("partner_touches", _set(2, occurred_at="")),
    ),
    Fault(
        "a_registration_in_an_unknown_state",
        "status Wished for",
        "rows",
        ("Wished for",),
        "unknown_value",
        plant=_send("deal_registrations", _set(2, status="Wished for")),
    ),
    Fault(
        "approved_before_it_was_submitted",
        "approved_at lies before submitted_at",
        "rows",
        ("approved_at lies before submitted_at",),
        "approved_at_before_submitted_at",
        plant=_send(
            "deal_registrations",
            _set(2, submitted_at="2026-08-20T09:00:00Z", approved_at="2026-08-19T09:00:00Z"),
        ),
    ),
    Fault(
        "a_target_of_no_quarter",
        "fiscal_quarter is Q3",
        "rows",
        ("FY2027-Q1",),
        "unknown_fiscal_quarter",
        plant=_send("expectations", _set(2, fiscal_quarter="Q3")),
    ),
    Fault(
        "a_target_below_zero",
        "target -2",
        "rows",
        ("less than zero",),
        "negative_target",
        plant=_send("expectations", _set(2, target="-2")),
    ),
    Fault(
        "a_seat_of_more_than_one_person",
        "factor 1.5 in the calendar of reps",
        "rows",
        ("factor is not a share",),
        "factor_outside_0_to_1",
        plant=_send("rep_calendar", _set(2, factor="1.5")),
    ),
)

LANDING_GATE = (
    Fault(
        "a_lost_tail",
        "half of a full list",
        "landing",
        ("harborview", "rows_count_before", "gate_waivers.csv"),
        "full_lists_do_not_shrink",
        plant=_send(PARTNER, lambda rows: rows[: len(rows) // 2]),
    ),
    Fault(
        "a_doubled_file",
        "every row of a full list twice",
        "landing",
        ("harborview", "repeated_count"),
        "partner_lists_name_each_account_once",
        plant=_send(PARTNER, lambda rows: rows + rows),
    ),
    Fault(
        "a_list_that_grew_by_half",
        "new accounts, 60 % more than before",
        "landing",
        ("harborview", "rows_count"),
        "full_lists_do_not_grow_at_once",
        plant=_send(
            PARTNER,
            lambda rows: (
                rows
                + [
                    {**row, "Client No.": f"N{row['Client No.']}"}
                    for row in rows[: len(rows) * 6 // 10]
                ]
            ),
        ),
    ),
    Fault(
        "swapped_columns",
        "country and city changed places",
        "landing",
        ("column_name=city",),
        "columns_of_partner_lists_keep_their_values",
        plant=_send(PARTNER, _swap("Country", "Office")),
    ),
    Fault(
        "a_name_in_the_column_of_the_seller",
        "account name and engagement lead changed places",
        "landing",
        ("column_name=account_name",),
        "columns_of_partner_lists_keep_their_values",
        plant=_send(PARTNER, _swap("Client", "Engagement Lead")),
    ),
    Fault(
        "everybody_is_a_customer",
        "the export gives each account the same state",
        "landing",
        ("distance", "customer"),
        "partner_states_do_not_drift",
        plant=_send(PARTNER, _set(Relationship="Active Client")),
    ),
    Fault(
        "rows_of_partner_a_in_the_file_of_b",
        "200 of Skybridge's accounts in Harborview's list",
        "landing",
        ("partner_id=harborview", "owned_by=skybridge"),
        "partner_lists_hold_no_rows_of_another_partner",
        plant=_of_another_partner,
    ),
    Fault(
        "a_shifted_time_zone",
        "the CRM's export writes local times as UTC, five hours late",
        "landing",
        ("created_before", "time zone"),
        "opportunities_keep_their_creation",
        plant=_deals(_map("CreatedDate", _five_hours_later)),
    ),
    Fault(
        "reused_ids",
        "an account's id stands for another company, created this year",
        "landing",
        ("created_before", "ids were given anew"),
        "accounts_keep_their_creation",
        plant=_account(Name="Somebody Else Ltd", CreatedDate="2026-08-20T09:00:00.000+0000"),
    ),
    Fault(
        "orphaned_owners",
        "the owners of the deals are in no export of users",
        "landing",
        ("column_name=owner_id",),
        "opportunities_belong_to_known_records",
        plant=_deals(_set(OwnerId="005Nw0009999ZZZIAA")),
    ),
    Fault(
        "orphaned_accounts",
        "the accounts of the deals are in no export of accounts",
        "landing",
        ("column_name=account_id",),
        "opportunities_belong_to_known_records",
        plant=_deals(_set(AccountId="001Nw0009999ZZZIAA")),
    ),
    Fault(
        "a_merged_account_without_its_master",
        "the survivor of a merge was never exported",
        "landing",
        ("master_record_id=001Nw0009999ZZZIAA",),
        "merged_accounts_have_their_master",
        plant=_account(IsDeleted="true", MasterRecordId="001Nw0009999ZZZIAA"),
    ),
    Fault(
        "a_deleted_account_that_leaves_a_deal",
        "an account with an open deal is deleted and names no survivor",
        "landing",
        ("open_deals_count",),
        "merged_accounts_have_their_master",
        plant=_account(IsDeleted="true", MasterRecordId=""),
    ),
    Fault(
        "a_lost_decimal_sign",
        "every amount a hundred times as large",
        "landing",
        ("median_ratio=100",),
        "amounts_keep_their_scale",
        plant=_deals(_map("Amount", lambda text: text.replace(".", ""))),
    ),
    Fault(
        "stale_rates",
        "deals close in a currency whose newest rate is of 2024",
        "landing",
        ("SEK", "2024-01-01"),
        "rates_are_fresh",
        plant=_stale_rates,
    ),
    Fault(
        "a_currency_without_a_rate",
        "deals in Turkish lira",
        "landing",
        ("TRY",),
        "crm_currencies_have_a_rate",
        plant=_deals(_set(2, CurrencyIsoCode="TRY")),
    ),
    Fault(
        "a_rate_without_its_decimal_sign",
        "EUR 9119 for 0.9119",
        "landing",
        ("EUR", "9119"),
        "rates_do_not_jump",
        plant=lambda company: company.drop(
            "salesforce",
            "DatedConversionRate.csv",
            "Id,IsoCode,ConversionRate,StartDate,NextStartDate\n"
            "04wX,EUR,9119,2026-08-27,2026-08-30\n",
        ),
    ),
    Fault(
        "a_clock_in_the_future",
        "tasks created in half a year",
        "landing",
        ("created_date=2027",),
        "tasks_are_not_from_the_future",
        plant=_send("salesforce", _set(5, CreatedDate="2027-02-01T09:00:00.000+0000"), "Task.csv"),
    ),
    Fault(
        "a_touch_recorded_in_the_future",
        "recorded_at half a year ahead",
        "landing",
        ("recorded_at=2027",),
        "partner_touches_are_not_from_the_future",
        plant=_send("partner_touches", _set(2, recorded_at="2027-02-01T09:00:00Z")),
    ),
    Fault(
        "a_crm_that_has_stopped",
        "two months without an export of the CRM where its limit is eight weeks",
        "landing",
        ("salesforce", "age_days=60"),
        "the_crm_is_not_stale",
        plant=_crm_stopped,
    ),
    Fault(
        "a_batch_that_is_gone",
        "a landed file was deleted",
        "landing",
        ("stored_count", "backup"),
        "landed_batches_hold_their_rows",
        plant=_batch_gone,
    ),
    Fault(
        "a_landed_row_removed_by_hand",
        "a landed file was written again without its first row",
        "landing",
        ("stored_count",),
        "landed_batches_hold_their_rows",
        plant=_tampered(
            "select * from landed where _row_number > 1", "salesforce", "opportunities"
        ),
    ),
    Fault(
        "a_landed_value_edited_by_hand",
        "a landed close date says soon",
        "landing",
        ("close_date is no date",),
        "salesforce_opportunities_are_whole",
        plant=_landed_word,
    ),
    Fault(
        "counts_that_do_not_add_up",
        "the record of a batch counts a row more than it has",
        "landing",
        ("rows_count",),
        "landed_rows_are_good_or_quarantined",
        plant=_tampered(
            "select * replace (cast(cast(rows_count as bigint) + 1 as varchar) as rows_count) "
            "from landed",
            "cosell",
            "landed_batches",
        ),
    ),
    Fault(
        "a_signed_policy_with_another_number",
        "a policy version lies in landing with 31 days for 30 (case 47)",
        "landing",
        ("attribution_windows", "policy_version of its own"),
        "policy_versions_keep_their_rows",
        plant=_policy_rewritten,
        after_landing=True,
    ),
)

FAULTS = (*REFUSED_FILES, *QUARANTINED_ROWS, *LANDING_GATE)
