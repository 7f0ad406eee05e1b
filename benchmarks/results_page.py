"""Writes the figures of a benchmark into its section of RESULTS.md.

A section is a heading, the generated part between two markers, and commentary by hand below it. A
rerun replaces the generated part alone, so that what a person wrote stays where it is; whether it
is still true, a person has to look. Figures never stand without the machine they were taken on.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).with_name("RESULTS.md")
OPTION = "--results"
# Of the last minute, before the benchmark itself makes any.
LOAD_BEFORE = os.getloadavg()[0]


@dataclass(frozen=True)
class Section:
    """The part of the page that belongs to one benchmark."""

    benchmark: str
    """The module below `benchmarks`, for example `matching.speed`: names the section for ever."""
    title: str
    """The heading of a section that is not there yet; one that is there keeps its own."""
    about: str
    """What is compared, in a sentence or two that are true of every run."""

    @property
    def begin(self) -> str:
        """The line above the generated part."""
        return f"<!-- begin {self.benchmark}: written by `{OPTION}`, comment below the end -->"

    @property
    def end(self) -> str:
        """The line below the generated part."""
        return f"<!-- end {self.benchmark} -->"


def add_results_option(parser: argparse.ArgumentParser) -> None:
    """Give a benchmark the option that writes its section."""
    parser.add_argument(
        OPTION,
        dest="writes_results",
        action="store_true",
        help="write the figures into this benchmark's section of benchmarks/RESULTS.md",
    )


def report_figures(
    section: Section, figures: str, *, writes_results: bool, page: Path = PAGE
) -> None:
    """Print the figures (Markdown) and, where asked, put them into the page, with their machine."""
    print(figures)
    if writes_results:
        generated = f"{conditions(section, sys.argv[1:])} {section.about}\n\n{figures.strip()}"
        written = with_section(page.read_text(encoding="utf-8"), section, generated)
        page.write_text(written, encoding="utf-8")


def with_section(page: str, section: Section, generated: str) -> str:
    """The page with this generated part in place of the one before; a new section comes last.

    Raises ValueError where only one of the two markers is there: nothing is guessed at.
    """
    block = f"{section.begin}\n{generated}\n{section.end}"
    begins = page.count(f"<!-- begin {section.benchmark}:")
    ends = page.count(section.end)
    if begins == ends == 0:
        return f"{page.rstrip()}\n\n## {section.title}\n\n{block}\n"
    if begins != 1 or ends != 1:
        raise ValueError(
            f"RESULTS.md has {begins} begin and {ends} end markers of {section.benchmark}; "
            "leave one of each, the begin above the end, or none"
        )
    before, rest = page.split(f"<!-- begin {section.benchmark}:")
    if section.end not in rest:
        raise ValueError(f"RESULTS.md ends {section.benchmark} before it begins; swap its markers")
    return before + block + rest.split(section.end)[1]


def conditions(section: Section, arguments: Sequence[str]) -> str:
    """What was run, when, on which machine, and how busy that was before."""
    asked = [argument for argument in arguments if argument != OPTION]
    command = " ".join(["python -m", f"benchmarks.{section.benchmark}", *asked])
    today = date.today().isoformat()  # noqa: DTZ011 (the day of the person who reads it)
    return (
        f"`{command}`, {today}, {machine()}, Python {platform.python_version()}; "
        f"load {LOAD_BEFORE:.1f} before it began."
    )


def machine() -> str:
    """Processors, memory and versions: a figure without its machine says nothing."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{os.cpu_count()} cores {memory / 2**30:.0f} GiB {platform.system()} "
        f"{platform.machine()} duckdb {version('duckdb')}"
    )


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
