"""The review packs of every manager: files by week, digests in Slack, a link in the CRM.

What a pack says is made in `review_pack`; here is where it goes. Our own people read it, so it
holds every partner's rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow

from orchestration.known_names import Known
from orchestration.review_pack.document import Fact
from orchestration.review_pack.sections.headline import section as headline
from orchestration.review_pack.team import Team, open_teams
from orchestration.review_pack.writing import REVIEWS, contents, pack_name, review_document
from orchestration.routing.delivered_files import DESTINATION, DeliveredFiles, MadeFile
from orchestration.routing.delivery_settings import ReviewPackSettings
from orchestration.routing.routed_list import RoutedList
from orchestration.settings import Home


@dataclass(frozen=True)
class ManagerHeadline:
    """What a manager is told in a message: the headline figures, and where the page is.

    address: the page's URL, or its path below the home where no address is configured.
    """

    manager: Known
    facts: Sequence[Fact]
    address: str
    is_url: bool


class ReviewPacks(DeliveredFiles):
    """One page, one Markdown file and one PDF per manager and week."""

    name = "review_packs"

    def make(self, listed: RoutedList, held_back: list[str]) -> list[MadeFile]:
        """The packs of the list's week."""
        files = []
        with open_teams(self.home, listed.week) as teams:
            for team in teams:
                document = review_document(team)
                files += [
                    MadeFile(
                        path=f"{listed.week}/{REVIEWS}/{pack_name(team.manager)}.{ending}",
                        content=content,
                        partner_id=None,
                        summary=f"{document.title}: {len(team.reps):,} reps",
                    )
                    for ending, content in contents(document)
                ]
        return files


def manager_headlines(
    home: Home, listed: RoutedList, settings: ReviewPackSettings
) -> list[ManagerHeadline]:
    """Every manager's headline in the week of the list, by name."""
    with open_teams(home, listed.week) as teams:
        return [
            ManagerHeadline(
                team.manager,
                headline(team).facts,
                page_address(settings, listed, team.manager),
                settings.address is not None,
            )
            for team in teams
        ]


def page_address(settings: ReviewPackSettings, listed: RoutedList, manager: Known) -> str:
    """Where a manager's page is opened."""
    file = f"{pack_name(manager)}.html"
    if settings.address is None:
        return f"{DESTINATION}/{listed.week}/{REVIEWS}/{file}"
    return settings.address.replace("{week}", str(listed.week)).replace("{file}", file)


def write_review_pages(home: Home, listed: RoutedList, settings: ReviewPackSettings) -> None:
    """Fill the list's table `review_pages`: rep -> the page of the manager nearest above them."""
    nearest: dict[str, tuple[int, str]] = {}
    with open_teams(home, listed.week) as teams:
        for team in teams:
            for rep_id, depth in _depths(team):
                found = (depth, page_address(settings, listed, team.manager))
                nearest[rep_id] = min(found, nearest.get(rep_id, found))
    pages = pyarrow.table(
        {
            "rep_id": pyarrow.array(list(nearest), pyarrow.string()),
            "address": pyarrow.array([each for _, each in nearest.values()], pyarrow.string()),
        }
    )
    listed.connection.register("pages_of_reps", pages)
    listed.connection.execute("delete from review_pages")
    listed.connection.execute("insert into review_pages select rep_id, address from pages_of_reps")
    listed.connection.unregister("pages_of_reps")


def _depths(team: Team) -> list[tuple[str, int]]:
    return [(rep.rep_id, rep.depth) for rep in team.reps]
