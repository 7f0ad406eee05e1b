"""What a digest in Slack looks like: Block Kit, within Slack's limits, every text escaped.

Plain functions from rows to blocks; sending them is in `slack_messages`. Names come from CRMs and
partners, so they are never trusted: `&`, `<` and `>` are escaped as Slack asks (which also silences
`<!channel>`), characters that would format are replaced by ones that look alike, and a colon that
would begin an emoji is set apart from its word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from orchestration.errors import RoutingError
from orchestration.pages import long_day
from orchestration.review_pack.document import Fact

MOST_BLOCKS = 50
MOST_TEXT = 3000
MOST_HEADER = 150
# Escaping may make a text five times as long: the first length that fits is taken.
FIELD_LENGTHS = (600, 300, 120, 40)

_LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
# An underscore inside a word (an e-mail address) formats nothing.
_OUTER_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_SEGMENTS = {
    "shared_customer": "customer of both",
    "shared_prospect": "both are selling",
    "partner_customer_our_prospect": "their customer, our prospect",
    "our_customer_partner_prospect": "our customer, their prospect",
}


def escaped(text: object, most: int = FIELD_LENGTHS[0]) -> str:
    """A text of others as Slack shows it literally, cut to `most` characters before escaping."""
    plain = _CONTROL.sub(" ", "" if text is None else str(text)).strip()
    if len(plain) > most:
        plain = f"{plain[: most - 1]}…"
    plain = _OUTER_UNDERSCORE.sub("ˍ", plain.translate(_LOOKALIKES))
    plain = _EMOJI.sub(":\u200b", plain)
    for character, escape in _ESCAPES:
        plain = plain.replace(character, escape)
    return plain


def rep_digest(
    rows: Sequence[Mapping[str, Any]], week: date, links: Mapping[str, str]
) -> dict[str, Any]:
    """The digest of one rep: `text` (for notifications) and `blocks`.

    rows: the first rows of the rep's week in their order; each also says how many `accounts` and
    `partners` the whole list has and how many of it are `one_sided`. links: account -> URL of its
    record, for those that have one.
    """
    first = rows[0]
    accounts = int(first["accounts"])
    facts = [
        _count(accounts, "account"),
        _count(int(first["partners"]), "partner"),
        f"{round(100 * first['one_sided'] / accounts)} % known to one side only",
    ]
    blocks = [
        _header(f"Your partner accounts, week of {long_day(week)}"),
        _context(" · ".join(facts)),
        {"type": "divider"},
        *(_fitting(partial(_row_lines, row, links.get(row["account_id"]))) for row in rows),
    ]
    if accounts > len(rows):
        more = _count(accounts - len(rows), "more account")
        blocks.append(_context(f"{more} on your list: sort your accounts by partner rank."))
    text = (
        f"{_count(accounts, 'account')} to work with partners this week, first "
        f"{escaped(first['account_name'], 80)} with {escaped(first['partner_name'], 80)}"
    )
    return within_limits({"text": text, "blocks": blocks})


def partner_digest(
    rows: Sequence[Mapping[str, str]], partner_name: str, week: date, shown: int
) -> dict[str, Any]:
    """The digest for a channel that a partner reads; rows hold agreed fields and nothing else.

    It counts only the partner's own rows, and has no link into our CRM.
    """
    title = f"Accounts to work on together, week of {long_day(week)}"
    blocks = [_header(title), _context(f"{escaped(partner_name, 80)} and us"), {"type": "divider"}]
    for row in rows[:shown]:
        blocks.append(_fitting(partial(_partner_lines, row)))
    if len(rows) > shown:
        blocks.append(_context(f"{_count(len(rows) - shown, 'more account')} in your sheet."))
    return within_limits({"text": title, "blocks": blocks})


def review_digest(facts: Sequence[Fact], week: date, address: str, is_url: bool) -> dict[str, Any]:
    """The digest of one manager: the headline figures and where the page of the review is."""
    lines = [f"{escaped(fact.label)}: *{escaped(fact.value.text)}*" for fact in facts]
    where = f"<{address}|Open the review>" if is_url else f"The page: {escaped(address)}"
    title = f"Pipeline review of your team, week of {long_day(week)}"
    blocks = [_header(title), {"type": "divider"}]
    blocks += [_section("\n".join(lines)), _context(where)]
    return within_limits({"text": title, "blocks": blocks})


_PARTNER_LABELS = {
    "our_rep_name": "Our seller",
    "our_rep_email": "Reach them at",
    "your_seller": "Your seller",
    "your_status": "Your relationship",
    "our_segment": "Together",
    "reason": "Why",
    "suggested_next_step": "Next",
}


def within_limits(digest: dict[str, Any]) -> dict[str, Any]:
    """The digest itself; raises RoutingError where it breaks a limit of Slack."""
    blocks = digest["blocks"]
    for block in blocks:
        most = MOST_HEADER if block["type"] == "header" else MOST_TEXT
        length = len(block.get("text", {}).get("text", "…"))
        if len(blocks) > MOST_BLOCKS or not 0 < length <= most:
            raise RoutingError(
                f"A digest of {len(blocks)} blocks with a text of {length} characters is more than "
                "Slack takes: lower slack.rows in config/delivery.yaml."
            )
    return digest


def segment_words(cell: str) -> str:
    """A cell as a seller would say it."""
    return _SEGMENTS.get(cell, cell.replace("_", " "))


def _row_lines(row: Mapping[str, Any], link: str | None, most: int) -> list[str]:
    name = escaped(row["account_name"], most)
    shown = f"<{link}|{name.replace('|', '¦')}>" if link else name
    place = escaped(row["partner_name"], most)
    lines = [
        f"*{row['rank']}. {shown}* · {place} · score {row['score']:.0f}",
        escaped(row["reason"], most),
    ]
    if row.get("suggested_next_step"):
        lines.append(f"→ *{escaped(row['suggested_next_step'], most)}*")
    return lines


def _partner_lines(row: Mapping[str, str], most: int) -> list[str]:
    name = escaped(row.get("account_name") or row.get("partner_account_id"), most)
    return [f"*{name}*"] + [
        f"{label}: {escaped(row[field], most)}"
        for field, label in _PARTNER_LABELS.items()
        if row.get(field)
    ]


def _fitting(lines: Callable[[int], list[str]]) -> dict[str, Any]:
    """A section of lines, their texts as long as Slack's limit lets them be."""
    texts = ("\n".join(lines(most)) for most in FIELD_LENGTHS)
    return _section(next((text for text in texts if len(text) <= MOST_TEXT), "…"))


def _header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text[:MOST_HEADER]}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _count(value: int, thing: str) -> str:
    return f"{value:,} {thing}{'' if value == 1 else 's'}"
