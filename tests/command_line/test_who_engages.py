"""`cosell who-engages`: one table, every figure with the ids behind it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from orchestration.engagement import FIGURES
from orchestration.settings import Home

pytestmark = pytest.mark.slow


def published(home: Home, query: str) -> list[tuple[Any, ...]]:
    database = str(home.current_release / "cosell.duckdb")
    with duckdb.connect(database, read_only=True) as release:
        return release.execute(query).fetchall()


@pytest.fixture(scope="module")
def a_manager(demo_home: Home) -> tuple[str, str]:
    """Id and name of who has the most reps with partners in the full quarter."""
    return published(
        demo_home,
        "select manager_id, manager_name from attribution.rpt_rep_partner_pipeline"
        " where fiscal_quarter = 'FY2027-Q2' and partner_id is not null and manager_id is not null"
        " group by all order by count(*) desc, manager_id limit 1",
    )[0]


@pytest.fixture
def answer(cosell, demo_home: Home):
    def asked(*arguments: str) -> dict[str, Any]:
        result = cosell("--home", demo_home.root, "who-engages", *arguments, "--json")
        assert result.exit_code == 0, result.errors
        found: dict[str, Any] = json.loads(result.output)
        return found

    return asked


def test_every_figure_is_published_and_is_its_records(
    answer, demo_home: Home, a_manager: tuple[str, str]
) -> None:
    quarter = "FY2027-Q2"
    found = answer("--manager", a_manager[1], "--quarter", quarter.lower())
    assert found["manager_id"] == a_manager[0]
    columns = ", ".join(figure.column for figure in FIGURES)
    wanted = published(
        demo_home,
        f"select rep_id, partner_id, {columns} from attribution.rpt_rep_partner_pipeline"
        f" where fiscal_quarter = '{quarter}' and partner_id is not null and rep_id in ("
        "  select rep_id from core.dim_reporting_lines"
        f"  where is_current and manager_id = '{a_manager[0]}')"
        f" and ({' or '.join(f'{figure.column} <> 0' for figure in FIGURES)})",
    )
    shown = {
        (row["rep_id"], row["partner_id"]): [
            row["figures"][figure.key]["value"] for figure in FIGURES
        ]
        for row in found["rows"]
    }
    assert len(wanted) > 10
    assert shown == {
        (rep, partner): [
            str(value) if figure.is_money else value
            for figure, value in zip(FIGURES, values, strict=True)
        ]
        for rep, partner, *values in wanted
    }
    touches = {
        each
        for (each,) in published(demo_home, "select touch_id from attribution.fct_partner_touches")
    }
    for row in found["rows"]:
        for figure in FIGURES:
            told = row["figures"][figure.key]
            if figure.is_money:
                summed = sum(Decimal(record["amount"]) for record in told["records"])
                assert summed == Decimal(told["value"])
            else:
                ids = [record["id"] for record in told["records"]]
                assert len(set(ids)) == len(ids) == told["value"]
                assert set(ids) <= touches or figure.record != "partner_touches"


def test_partner_and_team_narrow_the_same_answer(answer, a_manager: tuple[str, str]) -> None:
    everybody = answer()
    partner = everybody["rows"][0]["partner_id"]
    of_partner = answer("--partner", partner)
    assert of_partner["rows"] == [row for row in everybody["rows"] if row["partner_id"] == partner]
    of_team = answer("--manager", a_manager[0])["rows"]
    assert of_team and all(row in everybody["rows"] for row in of_team)
    assert len(of_team) < len(everybody["rows"])


def test_the_table_fits_a_narrow_terminal_and_lists_ids_when_asked(
    cosell, demo_home: Home, answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.command_line.PIPE_WIDTH", 80)
    result = cosell("--home", demo_home.root, "who-engages", "--ids")
    assert result.exit_code == 0
    assert max(len(line) for line in result.output.splitlines()) <= 80
    folded = "".join(result.output.split())
    for row in answer()["rows"]:
        assert all(record["id"] in folded for record in row["figures"]["touches"]["records"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--manager", "Nobody At All"), "No manager has the name, e-mail or id 'Nobody At All'"),
        (("--partner", "Skybrige Clod"), "did you mean Skybridge Cloud?"),
        (("--partner", "zzz"), "known are Alpenglow Data GmbH, "),
        (("--quarter", "FY2027-Q7"), "did you mean FY2027-Q"),
        (("--quarter", "soon"), "known are FY2027-Q"),
    ],
)
def test_what_is_not_known_is_one_sentence_with_what_is(
    cosell, demo_home: Home, arguments: tuple[str, ...], sentence: str
) -> None:
    result = cosell("--home", demo_home.root, "who-engages", *arguments)
    assert result.exit_code == 1
    assert sentence in result.errors and len(result.errors.strip().splitlines()) == 1


def test_nobody_is_an_answer(cosell, demo_home: Home) -> None:
    partner, quarter = published(
        demo_home,
        "select partners.partner_id, days.fiscal_quarter from core.dim_partners as partners"
        " cross join (select distinct fiscal_quarter"
        "  from attribution.rpt_rep_partner_pipeline) as days"
        " anti join attribution.rpt_rep_partner_pipeline as figures"
        " on partners.partner_id = figures.partner_id"
        " and days.fiscal_quarter = figures.fiscal_quarter order by all limit 1",
    )[0]
    result = cosell(
        "--home", demo_home.root, "who-engages", "--partner", partner, "--quarter", quarter
    )
    assert result.exit_code == 0
    assert "Nobody did" in result.output
