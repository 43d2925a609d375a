"""Whether a site lets itself be read, in sentences: the fetcher has judged its robots.txt and its rights reservation."""

from __future__ import annotations

from protego import Protego

from flows.fetching import Exchange
from flows.fetching.robots import LONGEST, TOKEN
from flows.probing.records import Access, Options


def access(start: Exchange, robots: Exchange, options: Options) -> Access:
    """What the answer to the first page and robots.txt say."""
    barred, reserved = start.outcome == "disallowed", start.outcome == "reserved"
    return Access(
        allowed=not barred and not reserved,
        robots=_robots(robots, barred, options.robots_basis),
        rights=_rights(start, reserved, options.rights_basis),
        reserved=reserved,
        crawl_delay=_delay(robots),
    )


def _robots(robots: Exchange, barred: bool, basis: str | None) -> str:
    if barred:
        return "robots.txt does not allow Wireroom to read this site."
    if basis is not None:
        return f"robots.txt is not obeyed: {basis}."
    if robots.outcome == "fetched":
        return "robots.txt allows it."
    answered = f"answered {robots.status}" if robots.status else (robots.reason or robots.outcome)
    return f"There is no robots.txt (its address {answered}), so nothing is forbidden."


def _rights(start: Exchange, reserved: bool, basis: str | None) -> str:
    stated = start.rights if start.rights and start.rights != "none" else None
    if reserved:
        return f"The site reserves its rights against text and data mining ({stated or start.message})."
    if stated is None:
        return "" if start.outcome == "disallowed" else "No reservation against text and data mining was found."
    said = f"Of text and data mining the site says: {stated}."
    return f"{said} It is read on this basis: {basis}." if basis else said


def _delay(robots: Exchange) -> float | None:
    """Seconds that robots.txt asks for between two requests."""
    if robots.outcome != "fetched":
        return None
    return Protego.parse(robots.body[:LONGEST].decode("utf-8", "replace")).crawl_delay(TOKEN)
