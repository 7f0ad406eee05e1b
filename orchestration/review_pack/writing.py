"""A manager's pack on disk: one HTML page, one Markdown file, one PDF, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.errors import ConfigurationError, CosellError
from orchestration.known_names import Known
from orchestration.landing.journal import durable_file, private_folder
from orchestration.review_pack.document import Document
from orchestration.review_pack.team import Team, open_teams, team_of
from orchestration.settings import Home

REVIEWS = "reviews"
ENDINGS = ("html", "md", "pdf")
LONGEST_NAME = 60


@dataclass(frozen=True)
class WrittenPack:
    """One manager's pack: the document and its files by their ending."""

    document: Document
    files: dict[str, Path]


def write_packs(
    home: Home, manager: str | None, week: date | None = None, folder: Path | None = None
) -> list[WrittenPack]:
    """Write the pack of one manager, or of every manager (None), into `folder`.

    Default folder: `<home>/deliveries/<week>/reviews`, where deliveries look for it. Raises
    CosellError where the release, the manager or the week is not there.
    """
    written = []
    with open_teams(home, week) as teams:
        for team in teams if manager is None else [team_of(teams, manager)]:
            place = folder or home.deliveries / str(team.week.starts_on) / REVIEWS
            written.append(_write(home, review_document(team), place))
    return written


def review_document(team: Team) -> Document:
    """Everything that the pack of a team says."""
    with NeedsReviewExtra():
        from orchestration.review_pack.sections import all_sections

        sections = all_sections(team)
    return Document(
        title=f"Pipeline review: {team.manager.name}, week of {team.week.starts_on}",
        manager=team.manager,
        week_starts_on=team.week.starts_on,
        day=team.week.day,
        fiscal_quarter=team.week.fiscal_quarter,
        company=team.company,
        release_id=team.release.release_id,
        as_of=team.release.as_of,
        sections=sections,
    )


def contents(document: Document) -> Iterator[tuple[str, bytes]]:
    """The pack in each format: ending and bytes; the same document gives the same bytes."""
    from orchestration.review_pack.html_page import html_page
    from orchestration.review_pack.markdown_page import markdown_page

    yield "html", html_page(document).encode()
    yield "md", markdown_page(document).encode()
    with NeedsReviewExtra():
        from orchestration.review_pack.pdf_page import pdf_page

        yield "pdf", pdf_page(document)


def pack_name(manager: Known) -> str:
    """The name of a manager's files without ending: readable, and one manager's alone."""
    readable = re.sub(r"[^a-z0-9]+", "-", manager.name.lower())[:LONGEST_NAME]
    identifier = re.sub(r"[^A-Za-z0-9]+", "-", manager.identifier)
    return f"{readable.strip('-')}-{identifier}".strip("-")


class NeedsReviewExtra:
    """Says how to install what draws and typesets a pack, where it is missing."""

    def __enter__(self) -> None:
        """Import inside."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, ModuleNotFoundError):
            raise ConfigurationError(
                "Review packs need packages that are not installed: run "
                "`pip install -e '.[review]'`."
            ) from None


def _write(home: Home, document: Document, folder: Path) -> WrittenPack:
    files = {}
    try:
        _made(home, folder)
        for ending, content in contents(document):
            file = folder / f"{pack_name(document.manager)}.{ending}"
            with durable_file(file) as temporary:
                temporary.write_bytes(content)
            files[ending] = file
    except OSError as error:
        raise CosellError(
            f"{folder} cannot be written ({error.strerror}): make room, correct the folder's "
            "rights or name another with --out."
        ) from None
    return WrittenPack(document, files)


def _made(home: Home, folder: Path) -> None:
    """Make the folder; what lies in the home's deliveries is readable by its owner alone."""
    if not folder.is_relative_to(home.deliveries):
        folder.mkdir(parents=True, exist_ok=True)
        return
    for part in reversed(folder.relative_to(home.deliveries).parents):
        private_folder(home.deliveries / part)
    private_folder(folder)
