"""What was known when: steps, days of knowledge, and lists that stay as they were frozen."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from orchestration.errors import CosellError
from orchestration.landing import (
    declared_table,
    freeze_ae_quarters,
    freeze_ae_weeks,
    freeze_company_assignments,
    freeze_route_comparisons,
    freeze_route_leavers,
    freeze_weekly_routes,
    journal,
    land_company_configuration,
    land_inbox,
    last_refresh,
    newest_known_day,
    open_refresh,
    policy,
    record_refresh_steps,
    refreshes,
)

ACCOUNTS = "Id,Name\n{},A\n"
TOUCHES = (
    "touch_id,partner_id,touch_type,occurred_at,recorded_at\n{},p,intro,2026-01-01,2026-01-01\n"
)


def day(number: int) -> datetime.date:
    return datetime.date(2026, 2, number)


@pytest.fixture
def arrive(home, drop):
    """Drop and land one file of accounts (a whole list) or touches (an addition)."""

    def land_one(feed: str, number: int, content_id: str = "1") -> str:
        name = "Account.csv" if feed == "salesforce" else "touches.csv"
        template = ACCOUNTS if feed == "salesforce" else TOUCHES
        drop(
            feed,
            f"{content_id}_{name}" if feed != "salesforce" else f"Account_{content_id}.csv",
            template.format(content_id),
            day(number),
        )
        report = land_inbox(home)
        assert report.refused == []
        return report.landed[0].batch_id

    return land_one


def known(rows) -> dict[str, tuple[str, int, int]]:
    """batch -> (known_on, known_step, refresh_number)."""
    return {
        row["batch_id"]: (row["known_on"], int(row["known_step"]), int(row["refresh_number"]))
        for row in rows("cosell", "landed_batches")
    }


def test_nothing_landed_is_nothing_to_refresh(home) -> None:
    assert newest_known_day(home) is None
    assert last_refresh(home) is None
    with pytest.raises(CosellError, match="Nothing has landed"):
        open_refresh(home)


def test_the_first_refresh_knows_each_file_on_its_own_day(home, arrive, rows) -> None:
    second, first, same = (
        arrive("salesforce", 9),
        arrive("salesforce", 2),
        arrive("partner_touches", 2),
    )
    refresh = open_refresh(home)
    assert (refresh.refresh_number, refresh.as_of, refresh.is_new) == (1, day(9), True)
    assert refresh.refresh_id == "000001_20260209"
    assert set(refresh.new_batches) == {first, second, same}
    assert known(rows) == {
        first: ("2026-02-02", 1, 1),
        same: ("2026-02-02", 1, 1),
        second: ("2026-02-09", 2, 1),
    }
    (row,) = rows("cosell", "refreshes")
    assert (row["refresh_number"], row["as_of"]) == ("1", "2026-02-09")


def test_the_same_refresh_twice_is_one(home, arrive, rows) -> None:
    arrive("salesforce", 9)
    first = open_refresh(home)
    again = open_refresh(home)
    assert (again.refresh_id, again.is_new) == (first.refresh_id, False)
    assert open_refresh(home, day(9)).is_new is False
    assert len(rows("cosell", "refreshes")) == 1
    assert last_refresh(home) == again


def test_a_later_day_is_another_refresh_without_new_batches(home, arrive) -> None:
    arrive("salesforce", 9)
    open_refresh(home)
    refresh = open_refresh(home, day(10))
    assert (refresh.refresh_number, refresh.is_new, refresh.new_batches) == (2, True, ())


def test_case_16_what_arrives_late_is_known_late(home, arrive, rows) -> None:
    arrive("partner_touches", 9, "a")
    open_refresh(home)
    late, present = arrive("partner_touches", 2, "b"), arrive("partner_touches", 16, "c")
    assert open_refresh(home).new_batches == (late, present)
    assert known(rows)[late] == ("2026-02-09", 2, 2)
    assert known(rows)[present] == ("2026-02-16", 3, 2)


def test_late_files_of_several_days_are_known_in_the_order_of_their_days(
    home, arrive, rows
) -> None:
    arrive("partner_touches", 16, "a")
    open_refresh(home)
    third, second = arrive("partner_touches", 9, "b"), arrive("partner_touches", 2, "c")
    open_refresh(home)
    assert known(rows)[second] == ("2026-02-16", 2, 2)
    assert known(rows)[third] == ("2026-02-16", 3, 2)


def test_files_of_later_days_are_not_known_yet(home, arrive, rows) -> None:
    first, second = arrive("salesforce", 2), arrive("salesforce", 9)
    assert open_refresh(home, day(2)).new_batches == (first,)
    assert open_refresh(home).new_batches == (second,)
    assert known(rows)[second] == ("2026-02-09", 2, 2)


def test_a_refresh_of_the_past_adds_no_knowledge(home, arrive, rows) -> None:
    arrive("partner_touches", 9, "a")
    open_refresh(home)
    late = arrive("partner_touches", 2, "b")
    past = open_refresh(home, day(5))
    assert (past.as_of, past.is_new, past.new_batches) == (day(5), True, ())
    assert open_refresh(home, day(9)).new_batches == (late,)
    assert known(rows)[late] == ("2026-02-09", 2, 3)


def test_a_whole_list_older_than_the_one_in_use_is_refused(home, arrive, drop) -> None:
    arrive("salesforce", 9)
    open_refresh(home)
    drop("salesforce", "Account_2.csv", ACCOUNTS.format(2), day(2))
    ((_, sentence),) = land_inbox(home).refused
    assert "a whole list as of 2026-02-02" in sentence
    assert "as of 2026-02-09 already" in sentence
    assert "`mode: delta`" in sentence


def test_a_corrected_list_of_the_same_day_is_known_one_step_later(home, arrive, rows) -> None:
    first = arrive("salesforce", 9, "1")
    open_refresh(home)
    corrected = arrive("salesforce", 9, "2")
    assert open_refresh(home).is_new
    assert known(rows)[first][1] + 1 == known(rows)[corrected][1]


def test_a_list_that_was_replaced_before_any_refresh_is_known_one_step_earlier(
    home, drop, rows
) -> None:
    batches = []
    for content_id in (1, 2):
        drop("salesforce", "Account.csv", ACCOUNTS.format(content_id), day(9))
        batches.append(land_inbox(home).landed[0].batch_id)
    drop("salesforce", "Account_part.csv", ACCOUNTS.format(3), day(9))
    batches.append(land_inbox(home).landed[0].batch_id)
    open_refresh(home)
    assert [known(rows)[batch][1] for batch in batches] == [1, 2, 1]


def test_a_correction_counts_as_later_even_where_the_clock_was_set_back(
    home, drop, rows, monkeypatch
) -> None:
    batches = []
    now = journal.current_time()
    for hours, content_id in ((9, 1), (0, 2)):
        monkeypatch.setattr(
            journal, "current_time", lambda ahead=hours: now + datetime.timedelta(hours=ahead)
        )
        drop("salesforce", "Account.csv", ACCOUNTS.format(content_id), day(9))
        batches.append(land_inbox(home).landed[0].batch_id)
    open_refresh(home)
    assert [known(rows)[batch][1] for batch in batches] == [1, 2]


def test_a_refresh_killed_halfway_is_opened_again(home, arrive, rows, monkeypatch) -> None:
    batch = arrive("salesforce", 9)
    write, seen = refreshes._write_rows, []

    def write_once(*arguments) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(arguments)
        write(*arguments)

    monkeypatch.setattr(refreshes, "_write_rows", write_once)
    with pytest.raises(KeyboardInterrupt):
        open_refresh(home, day(10))
    monkeypatch.undo()
    assert last_refresh(home) is None
    assert open_refresh(home).refresh_id == "000001_20260209"
    assert known(rows) == {batch: ("2026-02-09", 1, 1)}


def test_a_changed_policy_calls_for_a_refresh(home, arrive) -> None:
    arrive("salesforce", 9)
    land_company_configuration(home, day(9))
    # every policy, four settings, the public suffixes and one file
    assert len(open_refresh(home).new_batches) == len(policy.TABLES) + 6
    path = home.policies / "quarter_close.csv"
    path.write_text(path.read_text() + "2,2026-02-16,5,Five days\n")
    (changed,) = land_company_configuration(home)
    assert open_refresh(home).new_batches == (changed.batch_id,)


@pytest.fixture
def routes(tmp_path):
    """Write a week's routes as a station would: typed columns, more of them than are declared."""

    def write(week: datetime.date, ranks: list[int]):
        count = len(ranks)
        table = pa.table(
            {
                "route_id": [f"r{rank}" for rank in ranks],
                "week_starts_on": pa.array([week] * count, pa.date32()),
                "rep_id": ["1"] * count,
                "account_id": [str(rank) for rank in ranks],
                "partner_id": ["p"] * count,
                "rank": pa.array(ranks, pa.int64()),
                "score": pa.array([12.5] * count, pa.float64()).cast(pa.decimal128(9, 6)),
                "expires_on": pa.array([None] * count, pa.date32()),
                "note": ["x"] * count,
            }
        )
        path = tmp_path / f"routes_{week}.parquet"
        parquet.write_table(table, path)
        return path

    return write


@pytest.mark.parametrize(
    ("table", "freeze", "columns"),
    [
        ("route_comparisons", freeze_route_comparisons, ["comparison_id", "score", "cell"]),
        ("route_leavers", freeze_route_leavers, ["route_id", "previous_rank", "left_reason"]),
    ],
)
def test_what_stands_beside_a_list_is_frozen_once_with_its_week(
    home, tmp_path, rows, table: str, freeze, columns: list[str]
) -> None:
    """Comparisons and leavers say what was known on the day of the list, and never more."""

    def write(mark: str):
        facts = ["week_starts_on", "rep_id", "account_id", "partner_id"]
        row = dict.fromkeys([*facts, *columns], mark) | {"week_starts_on": day(9).isoformat()}
        row |= {name: "1" for name in ("score", "previous_rank") if name in row}
        path = tmp_path / f"{table}_{mark}.parquet"
        parquet.write_table(pa.Table.from_pylist([row]), path)
        return path

    assert freeze(home, write("a"), day(9)).status == "landed"
    assert freeze(home, write("b"), day(9)).status == "already_landed"
    assert [row["account_id"] for row in rows("cosell", table)] == ["a"]
    with pytest.raises(CosellError, match="freeze each week by itself"):
        freeze(home, write("c"), day(16))


def test_a_week_is_frozen_once(home, routes, rows) -> None:
    landed = freeze_weekly_routes(home, routes(day(9), [1, 2]), day(9))
    assert (landed.status, landed.rows, landed.as_of) == ("landed", 2, day(9))
    again = freeze_weekly_routes(home, routes(day(9), [3]), day(9))
    assert (again.status, again.batch_id) == ("already_landed", landed.batch_id)
    found = rows("cosell", "weekly_routes")
    assert [row["rank"] for row in found] == ["1", "2"]
    assert found[0]["score"] == "12.500000"
    assert found[0]["week_starts_on"] == "2026-02-09"
    assert freeze_weekly_routes(home, routes(day(16), [4]), day(16)).status == "landed"


def test_a_week_without_routes_is_frozen_too(home, routes) -> None:
    assert freeze_weekly_routes(home, routes(day(9), []), day(9)).rows == 0
    assert freeze_weekly_routes(home, routes(day(9), [1]), day(9)).status == "already_landed"


def test_routes_of_another_week_are_refused(home, routes) -> None:
    with pytest.raises(CosellError, match="week of 2026-02-09, not of 2026-02-16"):
        freeze_weekly_routes(home, routes(day(9), [1]), day(16))


def test_a_file_of_routes_that_is_none_is_refused(home, tmp_path) -> None:
    with pytest.raises(CosellError, match="does not exist"):
        freeze_weekly_routes(home, tmp_path / "none.parquet", day(9))
    (tmp_path / "bad.parquet").write_bytes(b"bad")
    with pytest.raises(CosellError, match="not a Parquet file with week_starts_on"):
        freeze_weekly_routes(home, tmp_path / "bad.parquet", day(9))


def assignments(folder, refresh: int, companies: dict[str, str]):
    """A file of company assignments as a refresh writes it."""
    path = folder / f"company_assignments_{refresh:06d}.parquet"
    count = len(companies)
    parquet.write_table(
        pa.table(
            {
                "record_id": list(companies),
                "company_id": list(companies.values()),
                "founder_record_id": list(companies),
                "keeper_record_id": list(companies),
                "founded_step": pa.array([1] * count, pa.int64()),
                "founded_on": pa.array([day(9)] * count, pa.date32()),
                "refresh_number": pa.array([refresh] * count, pa.int32()),
            }
        ),
        path,
    )
    return path


def test_a_refresh_writes_down_once_where_records_are(home, tmp_path, rows) -> None:
    first = freeze_company_assignments(home, assignments(tmp_path, 1, {"a": "co_1"}), day(9))
    assert first is not None and first.status == "landed"
    again = freeze_company_assignments(home, assignments(tmp_path, 1, {"a": "co_2"}), day(9))
    assert again is not None and again.status == "already_landed"
    # A record that comes back is written down again, though the row but for its refresh is old.
    freeze_company_assignments(home, assignments(tmp_path, 2, {"a": "co_2"}), day(16))
    freeze_company_assignments(home, assignments(tmp_path, 3, {"a": "co_1"}), day(16))
    found = rows("cosell", "company_assignments")
    assert [(row["refresh_number"], row["company_id"]) for row in found] == [
        *(("1", "co_1"), ("2", "co_2"), ("3", "co_1"))
    ]


def test_a_refresh_that_looks_back_writes_nothing_down(home, tmp_path, rows) -> None:
    freeze_company_assignments(home, assignments(tmp_path, 1, {"a": "co_1"}), day(16))
    assert freeze_company_assignments(home, assignments(tmp_path, 2, {"a": "co_2"}), day(9)) is None
    assert len(rows("cosell", "company_assignments")) == 1


def told_week(folder, refresh: int, actual: int):
    """A week of one rep as a refresh tells it."""
    path = folder / f"ae_weeks_{refresh:06d}.parquet"
    row = {
        **dict.fromkeys(("ae_week_id", "rep_id", "fiscal_quarter", "metric", "status"), "x"),
        **{name: day(2) for name in ("week_starts_on", "through_on", "told_on")},
        **{"week_number": 1, "weeks_count": 14, "is_flagged": False, "actual": actual},
    }
    names = declared_table("cosell", "ae_weeks").column_names
    parquet.write_table(pa.Table.from_pylist([{name: row.get(name) for name in names}]), path)
    return path


def test_a_week_is_told_once_and_a_look_back_tells_none(home, tmp_path, rows) -> None:
    first = freeze_ae_weeks(home, told_week(tmp_path, 1, 3), day(9))
    assert first is not None and first.status == "landed"
    again = freeze_ae_weeks(home, told_week(tmp_path, 1, 4), day(9))
    assert again is not None and again.status == "already_landed"
    assert freeze_ae_weeks(home, told_week(tmp_path, 2, 5), day(2)) is None
    assert [row["actual"] for row in rows("cosell", "ae_weeks")] == ["3"]


def test_a_closed_quarter_is_frozen_in_a_table_of_its_own(home, tmp_path, rows) -> None:
    path = tmp_path / "ae_quarters_000001.parquet"
    row = {
        **dict.fromkeys(("ae_quarter_id", "rep_id", "fiscal_quarter", "metric"), "x"),
        **{"status": "missed", "support_status": "delivered", "tier": "watch"},
        **{"closed_on": day(9), "missed_quarters_count": 1},
    }
    names = declared_table("cosell", "ae_quarters").column_names
    parquet.write_table(pa.Table.from_pylist([{name: row.get(name) for name in names}]), path)
    frozen = freeze_ae_quarters(home, path, day(9))
    assert frozen is not None and frozen.status == "landed"
    assert [row["tier"] for row in rows("cosell", "ae_quarters")] == ["watch"]


def test_what_a_refresh_froze_calls_for_no_other_refresh(home, arrive, routes, rows) -> None:
    arrive("salesforce", 9)
    first = open_refresh(home)
    frozen = freeze_weekly_routes(home, routes(day(9), [1]), day(9)).batch_id
    again = open_refresh(home)
    assert (again.refresh_id, again.is_new) == (first.refresh_id, False)
    arrive("salesforce", 16, "2")
    assert frozen in open_refresh(home).new_batches
    assert known(rows)[frozen][2] == 2


def test_the_steps_of_a_refresh_are_landed_once_and_outlive_every_landing(home, land, rows) -> None:
    land("acme", "list.csv", "partner_account_id,account_name,status\n1,Contoso,Customer\n")
    refresh = open_refresh(home)
    step = {
        "refresh_number": "1",
        "refresh_id": refresh.refresh_id,
        "station": "staging",
        "step_kind": "station",
        "step_name": "staging",
        "rows_count": None,
        "seconds": "1.250",
    }
    record_refresh_steps(home, refresh.refresh_id, refresh.as_of, [step])
    # The refresh was killed and runs again: what it took the first time stays.
    record_refresh_steps(home, refresh.refresh_id, refresh.as_of, [{**step, "seconds": "9.000"}])
    land("acme", "next.csv", "partner_account_id,account_name,status\n2,Fabrikam,Customer\n")
    (kept,) = rows("cosell", "refresh_steps")
    assert (kept["seconds"], kept["rows_count"]) == ("1.250", None)
    assert open_refresh(home).refresh_number == 2
