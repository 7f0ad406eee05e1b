"""A benchmark replaces its own generated part of RESULTS.md and nothing that people wrote."""

from __future__ import annotations

import pytest

from benchmarks.results_page import PAGE, Section, conditions, markdown_table, report_figures
from benchmarks.results_page import with_section as written

LISTS = Section("lists", "Lists", "Two threads.")
OTHER = Section("lists_more", "More lists", "One thread.")


def test_a_new_section_comes_last_with_its_heading() -> None:
    page = written("# Results\n\nHello.\n", LISTS, "one")
    assert page.startswith("# Results\n\nHello.\n\n## Lists\n\n<!-- begin lists:")
    assert page.endswith("-->\none\n<!-- end lists -->\n")


def test_a_rerun_replaces_the_generated_part_and_keeps_what_people_wrote() -> None:
    page = written("# Results\n", LISTS, "first figure")
    page = page.replace("## Lists", "## Lists, as people call them")
    page = f"{page}\nWhy it is slow.\n\n## By hand\n\nKept.\n"
    again = written(page, LISTS, "second figure")
    assert again == page.replace("first figure", "second figure")


def test_sections_whose_names_begin_alike_do_not_touch_each_other() -> None:
    page = written(written("# Results\n", LISTS, "a"), OTHER, "b")
    again = written(page, LISTS, "c")
    assert "\nb\n" in again and "\nc\n" in again and "\na\n" not in again


def test_the_same_figures_give_the_same_page() -> None:
    page = written("# Results\n", LISTS, "a")
    assert written(page, LISTS, "a") == page


@pytest.mark.parametrize(
    "page",
    [
        f"{LISTS.begin}\nfigures\n",
        f"figures\n{LISTS.end}\n",
        f"{LISTS.end}\nfigures\n{LISTS.begin}\n",
        f"{LISTS.begin}\na\n{LISTS.end}\n{LISTS.begin}\nb\n{LISTS.end}\n",
    ],
    ids=["no end", "no begin", "end first", "twice"],
)
def test_a_page_whose_markers_are_broken_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="lists"):
        written(page, LISTS, "new")


def test_without_the_option_figures_are_printed_alone(tmp_path, capsys) -> None:
    page = tmp_path / "RESULTS.md"
    page.write_text("# Results\n")
    report_figures(LISTS, "| 1 |", writes_results=False, page=page)
    assert page.read_text() == "# Results\n" and "| 1 |" in capsys.readouterr().out
    report_figures(LISTS, "| 1 |", writes_results=True, page=page)
    assert "| 1 |" in page.read_text() and "Two threads." in page.read_text()


def test_figures_never_stand_without_their_command_and_machine() -> None:
    said = conditions(LISTS, ["--accounts", "20", "--results"])
    assert said.startswith("`python -m benchmarks.lists --accounts 20`, ")
    assert "cores" in said and "GiB" in said and "load" in said


def test_a_table_is_markdown() -> None:
    assert markdown_table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_every_generated_part_of_the_page_has_both_markers() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for line in page.splitlines():
        if line.startswith("<!-- begin "):
            name = line.removeprefix("<!-- begin ").split(":")[0]
            assert written(page, Section(name, "", ""), "x") != page
