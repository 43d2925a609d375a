"""Sites of several makes on loopback, for probing: pages by path, served until the block ends. All texts are invented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from flows.sample.serving import serving

OPEN = "User-agent: *\nDisallow: /wp-admin/\n"
WORDS = (
    "The ferry across the bay will run again from Monday, the harbour office said after a long meeting with the crews.",
    "For eleven weeks passengers had to take the bridge, which is twice as long and closes whenever the wind turns north.",
    "Captain Runa Holt said that the new engine was quieter than the gulls, and that nobody on board had complained.",
    "Tickets cost what they cost before. Children travel free on the first day, and bicycles as long as there is room.",
)
NAMES = ("ferry", "lighthouse", "bridge", "market", "library", "orchard", "tramway", "theatre", "museum", "aqueduct")


@dataclass(frozen=True)
class Page:
    """What lies at one path."""

    body: str | bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Served:
    """A site while it is served."""

    base: str
    host: str
    asked: list[str] = field(default_factory=list)
    passes: list[str | None] = field(default_factory=list)  # the header X-Pass of each request


@contextmanager
def served(pages: Mapping[str, Page]) -> Iterator[Served]:
    """The pages on a free loopback port; `{base}` in them becomes the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.passes.append(self.headers.get("X-Pass"))
            path = self.path if self.path in pages else urlsplit(self.path).path
            page = pages.get(path, Page("<h1>Not found</h1>", status=404))
            body = page.body if isinstance(page.body, bytes) else page.body.replace("{base}", site.base).encode()
            self.send_response(page.status)
            for name, value in (("Content-Type", page.kind), ("Content-Length", str(len(body))), *page.headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal."""

    with serving(Handler) as server:
        site = Served(f"http://{server.netloc}", server.netloc)  # nobody knows the address before
        yield site


def article(
    title: str, day: datetime, extra: str = "", paragraphs: tuple[str, ...] = WORDS, lang: str = "en-GB"
) -> Page:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return Page(
        f"""<!doctype html><html lang="{lang}"><head><title>{title} | The Bay Courier</title>
<meta property="og:type" content="article"><meta property="article:published_time" content="{day.isoformat()}">
<meta name="author" content="Ada Finch">{extra}</head><body><nav><a href="/">Home</a></nav>
<article><h1>{title}</h1><p class="byline">By Ada Finch</p>{text}<p>Support the Courier</p></article></body></html>"""
    )


def today() -> datetime:
    """Nine o'clock of this day."""
    return datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)


def stories(count: int = 10) -> list[tuple[str, datetime, str]]:
    """Path, day and title of stories, the newest first, two days apart."""
    found = []
    for number in range(count):
        day = today() - timedelta(days=2 * number)
        name = NAMES[number % len(NAMES)]
        found.append(
            (f"/{day:%Y/%m/%d}/the-{name}-opens-again-{'abcdefghij'[number % 10]}/", day, f"The {name} opens again")
        )
    return found


def rss(listed: list[tuple[str, datetime, str]]) -> Page:
    items = "".join(
        f"<item><title>{title}</title><link>{{base}}{path}?utm_source=rss</link><pubDate>{format_datetime(day)}</pubDate></item>"
        for path, day, title in listed
    )
    return Page(f'<rss version="2.0"><channel><title>C</title>{items}</channel></rss>', "application/rss+xml")


def sitemap(listed: list[tuple[str, datetime, str]], *others: str) -> Page:
    rows = "".join(f"<url><loc>{{base}}{path}</loc><lastmod>{day:%Y-%m-%d}</lastmod></url>" for path, day, _ in listed)
    rows += "".join(f"<url><loc>{{base}}{path}</loc></url>" for path in others)
    return Page(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>', "application/xml")


def links(listed: list[tuple[str, datetime, str]]) -> str:
    return "".join(f'<li><a href="{path}">{title} after a long wait</a></li>' for path, _, title in listed)


def front(body: str, head: str = "", lang: str = "en-GB") -> Page:
    return Page(
        f'<!doctype html><html lang="{lang}"><head><title>The Bay Courier</title>'
        f'<meta property="og:site_name" content="The Bay Courier">{head}</head><body>{body}</body></html>'
    )


def wordpress() -> dict[str, Page]:
    """Dated addresses, a feed named on the home page, a sitemap index named in robots.txt, monthly archives."""
    listed = stories(20)
    months = sorted({f"/{day:%Y/%m}/" for _, day, _ in listed})
    home = f'<ul>{links(listed[:5])}</ul><a href="/about/">About</a><a href="/category/news/">News</a>'
    home += "".join(f'<a href="{month}">{month}</a>' for month in months)
    pages = {
        "/": front(home, '<link rel="alternate" type="application/rss+xml" title="Courier" href="/feed/">'
                         '<link rel="alternate" type="application/rss+xml" title="Courier Comments" href="/comments/feed/">'),
        "/robots.txt": Page(OPEN + "Sitemap: {base}/wp-sitemap.xml\n", "text/plain"),
        "/feed/": rss(listed[:10]),
        "/wp-sitemap.xml": Page(
            '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            "<sitemap><loc>{base}/wp-sitemap-posts-post-1.xml</loc></sitemap></sitemapindex>", "application/xml"),
        "/wp-sitemap-posts-post-1.xml": sitemap(listed, "/about/"),
        "/about/": front("<h1>About</h1><p>We report on the bay.</p>"),
        "/category/news/": front(f"<ul>{links(listed[:8])}</ul>"),
    }  # fmt: skip
    for month in months:
        pages[month] = front(f"<ul>{links([story for story in listed if story[0].startswith(month)])}</ul>")
    return pages | {path: article(title, day) for path, day, title in listed}


def forbidding() -> dict[str, Page]:
    return wordpress() | {"/robots.txt": Page("User-agent: *\nDisallow: /\n", "text/plain")}


def reserving() -> dict[str, Page]:
    rules = '[{"location": "/", "tdm-reservation": 1}]'
    return wordpress() | {"/.well-known/tdmrep.json": Page(rules, "application/json")}


def paywalled() -> dict[str, Page]:
    """Every article shows its beginning and says that the rest is not free."""
    mark = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "H", "isAccessibleForFree": false}</script>'
    pages = wordpress()
    for path, day, title in stories(20):
        pages[path] = article(title, day, mark, WORDS[:1])
    return pages


def scripted() -> dict[str, Page]:
    """The feed is there, the articles are empty shells."""
    shell = (
        '<html><head><title>The Bay Courier</title><script src="/app.js"></script></head><body><div id="root"></div>'
    )
    pages = wordpress()
    for path, _, _ in stories(20):
        pages[path] = Page(shell + "<noscript>You need to enable JavaScript to run this app.</noscript></body></html>")
    return pages


def listing_only(older: str = '<a rel="next" href="{}">Older</a>', second: str = "/news/?page=2") -> dict[str, Page]:
    """No feed, no sitemap: one page of news with a second one, links without dates in their addresses."""
    listed = [(f"/news/{name}-opens-again-{300 + number}.html", today() - timedelta(days=number), f"The {name} opens again")
              for number, name in enumerate(NAMES)]  # fmt: skip

    def dated(rows: list[tuple[str, datetime, str]]) -> str:
        return "".join(
            f'<li><time datetime="{day:%Y-%m-%d}">x</time> <a href="{path}">{title}</a></li>'
            for path, day, title in rows
        )

    return {
        "/": front(
            f'<a href="/news/">News</a><a href="/imprint.html">Imprint</a><ul>{links(listed[:2])}</ul>', lang="en"
        ),
        "/news/": front(f"<ul>{dated(listed[:6])}</ul>{older.format(second)}"),
        second: front(f"<ul>{dated(listed[6:])}</ul>"),
        "/imprint.html": front("<h1>Imprint</h1>"),
    } | {path: article(title, day) for path, day, title in listed}


def daily(moved: bool = False) -> dict[str, Page]:
    """An archive with a page a day, of which the newest has no article, and a page that lists these days; `moved`: since the
    second day addresses of articles have no day."""
    days = [today() - timedelta(days=number) for number in range(7)]
    rows = {day: [(f"/story/{name}-opens-again-{place}{number}.html" if moved and day != days[-1] else
                   f"/news/{day:%Y/%m/%d}/{name}-opens-again-{number}.html", day, f"The {name} opens again")
                  for number, name in enumerate(NAMES[: (place + 1) // 2])] for place, day in enumerate(days)}  # fmt: skip
    frame = '<header><a href="/">The Bay Courier</a> <a href="/archive/">Archive</a></header>'
    listed = [row for day in days for row in rows[day]]
    pages = {f"/archive/{day:%Y-%m-%d}.html": front(f"{frame}<ul>{links(rows[day])}</ul>") for day in days}
    index = "".join(f'<a href="/archive/{day:%Y-%m-%d}.html">{day:%d %B %Y}</a>' for day in days)
    pages |= {"/": front(f"{frame}<ul>{links(listed[:5])}</ul>"), "/archive/": front(frame + index)}
    return pages | {path: article(title, day) for path, day, title in listed}


def days_of_months(ending: str = "/", own: int = 0, day_as: str = "%d") -> dict[str, Page]:
    """An archive whose months list their days only, and these the articles; `own`: articles that a month lists itself.

    It ended in March 2025; every seventh day has no article, and a side column of headlines stands on every page.
    """
    days = [datetime(2025, 2, 1, 9, tzinfo=UTC) + timedelta(days=number) for number in range(59)]
    listings = {day: f"/archive/{day.strftime('%Y/%m/' + day_as)}{ending}" for day in days}
    rows = {day: [(f"/{day:%Y/%m/%d}/{name}-opens-again.html", day, f"The {name} opens again")
                  for name in NAMES[: day.day % 7]] for day in days}  # fmt: skip
    side = links(rows[days[-1]][:3])
    frame = f'<a href="/">Home</a> <a href="/archive/">Archive</a><aside>{side}</aside>'
    listed = [row for day in reversed(days) for row in rows[day]]
    months = {f"{day:%Y/%m}": [one for one in days if one.month == day.month] for day in days}
    index = "".join(f'<a href="/archive/{month}{ending}">{month}</a>' for month in months)
    pages = {"/": front(f'<ul>{links(listed[:5])}</ul><a href="{listings[days[-1]]}">Last paper</a>{frame}'),
             "/archive/": front(frame + index)}  # fmt: skip
    for month, its in months.items():
        body = "".join(f'<a href="{listings[day]}">{day:%A, %d %B %Y}</a>' for day in its)
        body += links([row for day in its[-3:] for row in rows[day]][-own:]) if own else ""
        pages[f"/archive/{month}{ending}"] = front(frame + body)
    pages |= {listings[day]: front(f"{frame}<ul>{links(rows[day])}</ul>") for day in days}
    return pages | {path: article(title, day) for path, day, title in listed}


def briefings() -> dict[str, Page]:
    """An outlet with one article a day, whose address has nothing but its day."""
    days = [today() - timedelta(days=number) for number in range(5)]
    pages = {f"/brief/{day:%Y-%m-%d}.html": article(f"What the bay did on day {day.day}", day) for day in days}
    return pages | {"/": front("".join(f'<a href="{path}">What the bay did, told at length</a>' for path in pages))}


def barren() -> dict[str, Page]:
    """Dated links on the home page that lead to pages without a text."""
    listed = stories(6)
    return {"/": front(f"<ul>{links(listed)}</ul>")} | {path: front("<h1>Soon</h1>") for path, _, _ in listed}
