"""What a person, a program and a browser are told of an archive and its holes."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from flows import coverage_page, known_holes, sources, workspace
from flows.cli import coverage, hole_lists
from flows.cli.surveying import Survey, doubt
from flows.cli.year_blocks import MARKS, calendar, legend
from tests.flows.cli import chromium
from tests.flows.cli.conftest import Done
from tests.warehouse.facts import SOURCE, fetched, found, key, reading
from warehouse import loader, rows, spool
from warehouse.coverage import Day, Hole, PageState

Run = Callable[..., Done]

READ = datetime(2017, 6, 1)
WINDOW = ("--from", "2017-03-01", "--to", "2017-03-31")
DEFINITION = """
name = "The <i>Paper</i>"
home = "https://paper.example/"
[[find]]
kind = "template"
url = "https://paper.example/{year}/{month}/{day}/"
"""
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\">\x1b[2J"


def march() -> Iterator[rows.Row]:
    """A month with a listing a day: one cannot be read, one page fails, one is gone, a Sunday is empty, one day was forgotten."""
    for number in range(1, 32):
        day = date(2017, 3, number)
        if number == 20:
            continue
        fails, links = number == 9, 2 * (number != 12)
        yield rows.Listed(SOURCE, "template", f"{day}", f"https://paper.example/{day}", day, day, READ, not fails,
                          "gone" if fails else "fetched", "status_404" if fails else None, key(f"{day}"), links, links, 0, key("run"))  # fmt: skip
        if not fails and links:
            yield from page(f"a{number}", day)
            yield from page(f"b{number}", day)


def page(name: str, day: date) -> Iterator[rows.Row]:
    outcome, reason = {"a15": ("failed", "status_500"), "a16": ("gone", "status_404")}.get(name, ("fetched", None))
    hostile = {"title": HOSTILE, "url": "javascript:document.title='owned'"} if name == "a16" else {}
    row = replace(found(name, day=day, finder="template", unit=f"{day}"), **hostile)
    yield replace(row, found_at=READ)
    yield replace(fetched(name, outcome=outcome, reason=reason), observed_at=READ)
    if outcome == "fetched":
        yield replace(reading(name, f"words of {name}"), observed_at=READ)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = workspace.create(tmp_path_factory.mktemp("archive"))
    (made.sources / f"{SOURCE}.toml").write_text(DEFINITION, encoding="utf-8")
    (made.sources / "unread.toml").write_text(DEFINITION, encoding="utf-8")
    spool.write(made.folders, march(), source_id=SOURCE, run_id=key("run"))
    report = loader.drain(made.folders, publish_now=True)
    assert report is not None
    assert report.problems == []
    return made.root


@pytest.fixture
def wireroom(archive: Path, wireroom: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("WIREROOM_WORKSPACE", str(archive))
    return wireroom


def test_a_calendar_shows_every_day_and_names_every_hole(wireroom: Run):
    said = wireroom("coverage", SOURCE, code=4).stdout
    assert "The <i>Paper</i>, 2017-03-01 to 2017-03-31" in said
    rows_ = {line[:3]: line[5:] for line in said.splitlines() if line[:3] in ("Mon", "Thu", "Wed", "Sun")}
    assert rows_["Thu"].split() == ["■x■■■"]
    assert rows_["Mon"].split() == ["■■n■"]
    assert rows_["Sun"].split() == ["■·■■"]
    assert rows_["Wed"].split() == ["■■p■■"]
    assert "x 2017-03-09  unreachable: its listing could not be read: template 2017-03-09 (not there, 404)" in said
    assert "p 2017-03-15  partial: 1 failed (the outlet's server failed, 500)" in said
    assert "n 2017-03-20  never tried: nobody has looked at this day" in said
    assert "56 addresses in 31 days: 54 articles, 1 gone (not there, 404), 1 missing." in said
    assert f"→ wireroom backfill {SOURCE} --from 2017-03-01 --to 2017-03-31 --holes" in said
    assert f'in {SOURCE}.toml: [coverage] known = [{{ from = 2017-03-09, reason = "…" }}]' in said


def test_days_without_a_hole_say_so(wireroom: Run):
    said = wireroom("coverage", SOURCE, "--from", "2017-03-10", "--to", "2017-03-14").stdout
    assert "Nothing is missing." in said
    assert "backfill" not in said


def test_holes_alone_are_all_of_them(wireroom: Run):
    said = wireroom("coverage", SOURCE, "--holes", code=4).stdout
    assert [line[2:12] for line in said.splitlines() if line[1:3] == " 2"] == ["2017-03-09", "2017-03-15", "2017-03-20"]
    assert "■" not in said


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("1 failed (status_500)", "1 refused (status_403)", False),
        ("1 failed (status_500)", "1 failed (status_503)", False),
        ("1 failed (status_500)", "12 failed (status_500)", True),
        ("2 failed (status_500), 1 refused (status_403)", "2 refused (status_403), 1 failed (status_500)", True),
        ("nothing is listed by template 2017, and 5 are usual on a Monday", "nothing is listed by template 2017, and 1 is usual on a Tuesday", True),
        ("its listing could not be read: template 2017-03-06 (status_404)", "its listing could not be read: template 2017-03-07 (status_404)", True),
        ("nobody has looked at this day", "nobody has looked at this day", True),
    ],
)  # fmt: skip
def test_only_days_with_one_reason_are_one_line(first: str, second: str, is_one: bool):
    holes = [Hole(date(2017, 3, 6 + place), None, None, "partial", reason, 1, 0, 1) for place, reason in enumerate((first, second))]  # fmt: skip
    assert len(hole_lists._runs(holes)) == (1 if is_one else 2)


def test_the_reason_of_days_in_a_row_says_whose_figures_it_has(capsys):
    days = {date(2025, 12, 24): "Wednesday", date(2025, 12, 25): "Thursday", date(2025, 12, 26): "Friday"}
    run = [
        Hole(day, None, None, "unlisted", f"nothing is listed, and 2 are usual on a {name}", 0, 0, 0)
        for day, name in days.items()
    ]
    hole_lists._print_run(run)
    said = " ".join(capsys.readouterr().out.split())
    assert said.endswith(
        "2 are usual on a Wednesday (so 2025-12-24, and the 2 others likewise, with figures of their own)"
    )


def test_a_program_reads_days_and_holes(wireroom: Run):
    record = json.loads(wireroom("coverage", SOURCE, "--json", code=4).stdout)
    assert record["days_by_state"] == {"complete": 27, "unreachable": 1, "confirmed_empty": 1, "partial": 1, "never_tried": 1}  # fmt: skip
    assert [(hole["day"], hole["state"], hole["missing"]) for hole in record["holes"]] == [
        ("2017-03-09", "unreachable", 0), ("2017-03-15", "partial", 1), ("2017-03-20", "never_tried", 0)]  # fmt: skip
    assert (record["found"], record["articles"], record["gone"], len(record["days"])) == (56, 54, 1, 31)
    assert record["days"][0]["witnesses"] == ["template 2017-03-01"]
    assert "days" not in json.loads(wireroom("coverage", SOURCE, "--json", "--holes", code=4).stdout)


def test_listings_are_shown_one_a_line(wireroom: Run):
    lines = wireroom("coverage", SOURCE, "--units", "--json", *WINDOW, code=4).stdout.splitlines()
    units = {row["unit"]: row["state"] for row in map(json.loads, lines)}
    assert len(units) == 30
    assert (units["2017-03-09"], units["2017-03-12"], units["2017-03-15"]) == ("unreachable", "confirmed_empty", "partial")  # fmt: skip
    assert "unreachable" in wireroom("coverage", SOURCE, "--units", code=4).stdout


@pytest.mark.parametrize(
    ("column", "value", "narrow", "said"),
    [
        ("unit", "https://paper.example/news/page/2/", True, "/news/page/2/"),
        ("unit", "https://paper.example/news/page/2/", False, "https://paper.example/news/page/2/"),
        ("unit", "https://other.example/map.xml", True, "https://other.example/map.xml"),
        ("reason", None, False, "–"),
        ("links", 0, False, 0),
    ],
)
def test_cells_of_listings_say_what_tells_them_apart(column: str, value: object, narrow: bool, said: object):
    assert coverage._told(column, value, "https://paper.example/" if narrow else "") == said


def test_without_a_source_there_is_a_line_for_each(wireroom: Run):
    lines = wireroom("coverage", "--json", code=4).stdout.splitlines()
    assert {row["source"]: (row["holes"], row["articles"]) for row in map(json.loads, lines)} == {SOURCE: (3, 54), "unread": (0, 0)}  # fmt: skip
    said = wireroom("coverage", code=4).stdout
    assert SOURCE in said
    assert "NULL" not in said


def test_a_source_that_was_never_read_is_not_called_complete(wireroom: Run):
    said = wireroom("coverage", "unread", code=4).stdout
    assert "wireroom ingest unread" in said
    assert "wireroom backfill unread --from" in said
    said = wireroom("coverage", "unread", *WINDOW, code=4).stdout
    assert "never tried 31" in said


def test_what_is_known_to_be_lost_is_shown_and_no_hole(archive: Path, wireroom: Run):
    file = archive / "sources" / f"{SOURCE}.toml"
    file.write_text(DEFINITION + """
[coverage]
known = [{ from = 2017-03-09, reason = "the outlet lost it" }, { from = 2017-03-15, to = 2017-03-20, reason = "strike" }]
""", encoding="utf-8")  # fmt: skip
    try:
        said = wireroom("coverage", SOURCE).stdout
        assert "k known, will stay 3" in said
        assert "Known, and no hole: 1 day from 2017-03-09 to 2017-03-09: the outlet lost it" in said
        assert "Nothing is missing." in said
        page = archive / "known.html"
        wireroom("coverage", SOURCE, "--html", page)
        data = re.search(r'<script id="data"[^>]*>([^<]+)<', page.read_text(encoding="utf-8"))
        assert data is not None
        texts = json.loads(gzip.decompress(base64.b64decode(data[1])))["texts"]
        assert "strike; 1 failed (the outlet's server failed, 500)" in texts
    finally:
        file.write_text(DEFINITION, encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--open",), "--html"),
        (("--html", "x.html"), "Name the source"),
        ((SOURCE, "--from", "2999"), "There is no day"),
        ((SOURCE, "--from", "Monday"), "--from Monday is no day"),
        ((SOURCE, "--html", "no/such/x.html"), "cannot be written"),
        (("papper",), "Did you mean 'paper'?"),
    ],
)
def test_a_mistake_is_a_sentence(wireroom: Run, arguments: tuple[str, ...], said: str):
    assert said in wireroom("coverage", *arguments, code=1).stderr


def test_a_warehouse_of_an_older_version_names_the_way_out(
    archive: Path, wireroom: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        "warehouse.coverage.sql", lambda name: "SELECT $source_id, $over, $begins FROM unit_days_of_a_newer_version"
    )
    assert "wireroom load" in wireroom("coverage", SOURCE, code=1).stderr


@pytest.mark.parametrize(
    ("entry", "days"),
    [
        ({"from": date(2017, 3, 1), "reason": "r"}, [date(2017, 3, 1)]),
        ({"from": date(2017, 3, 1), "to": date(2017, 3, 2), "reason": "r"}, [date(2017, 3, 1), date(2017, 3, 2)]),
        ({"weekday": "Sunday", "reason": "r"}, [date(2017, 3, day) for day in (5, 12, 19, 26)]),
        ({"from": date(2017, 3, 6), "weekday": "Sunday", "reason": "r"}, [date(2017, 3, day) for day in (12, 19, 26)]),
    ],
)
def test_known_days_are_named_by_date_or_weekday(entry: dict, days: list[date]):
    known = known_holes.read(entry)
    month = [date(2017, 3, day) for day in range(1, 32)]
    assert [day for day in month if known_holes.known_hole([known], day)] == days


@pytest.mark.parametrize(
    "entry",
    ["2017", {}, {"reason": "r"}, {"from": date(2017, 3, 1)}, {"from": "2017", "reason": "r"}, {"weekday": "Sun", "reason": "r"},
     {"from": date(2017, 3, 2), "to": date(2017, 3, 1), "reason": "r"}, {"from": date(2017, 3, 1), "reason": "r", "why": "x"},
     {"from": date(2017, 3, 1), "reason": " "}],
)  # fmt: skip
def test_known_days_that_say_nothing_are_refused(entry: object):
    with pytest.raises(ValueError, match="must"):
        known_holes.read(entry)


DECADE = {date(2010, 1, 1) + timedelta(number): "complete" for number in range(3652)}


@pytest.mark.parametrize("width", [24, 40, 80, 200])
def test_a_calendar_is_never_wider_than_the_terminal(width: int):
    lines = list(calendar(DECADE, width))
    assert max(cell_len(line.plain) for line in lines) <= width
    assert sum(line.plain.count("■") for line in lines) == len(DECADE)
    assert len(lines) == 10 * 9 * {24: 3, 40: 2, 80: 1, 200: 1}[width]


def test_every_state_has_a_letter_of_its_own_with_and_without_colour():
    assert len({mark.sign for mark in MARKS.values()}) == len({mark.plain for mark in MARKS.values()}) == len(MARKS)
    states = dict(zip(DECADE, MARKS, strict=False))
    plain = "".join(line.plain for line in calendar(states, 80, ascii_only=True))
    assert plain.isascii()
    assert all(mark.plain in plain for mark in MARKS.values())
    assert [line.plain for line in legend({"thin": 2, "complete": 1_000}, 30)] == ["■ complete 1,000   t thin 2"]


def test_ten_years_make_a_small_page():
    days = [Day(day, "complete", None, (f"template {day}",), ("template",), None, 5.0, 5, 5, 0, 0, 0, True) for day in DECADE]  # fmt: skip
    pages = [
        PageState(one, f"https://paper.example/{one:%Y/%m/%d}/{key(f'{one}{number}')}.html", f"Harbour {key(f't{one}{number}')[:18]} opens", "article", None)
        for one in DECADE for number in range(5)
    ]  # fmt: skip
    words = {state: mark.word for state, mark in MARKS.items()}
    text = coverage_page.page("Paper", "paper", days, DECADE, words, pages, [])
    assert len(pages) > 18_250
    assert len(text) < 1_500_000  # half of it the random letters in the addresses
    assert "http://" not in text
    assert text.count("https://") == 0  # nothing from outside, and the addresses are packed


@pytest.mark.parametrize(
    ("found", "articles", "rejected", "state", "is_doubted"),
    [(29, 0, 29, "complete", True), (29, 1, 28, "complete", False), (9, 0, 9, "complete", False), (29, 0, 20, "complete", False), (29, 0, 29, "partial", False)],
)  # fmt: skip
def test_complete_days_without_an_article_are_doubted(
    archive: Path, capsys: pytest.CaptureFixture[str], found: int, articles: int, rejected: int, state: str, is_doubted: bool
):  # fmt: skip
    one = Day(date(2017, 3, 9), state, None, ("template 2017-03-09",), ("template",), None, None, found, articles, rejected, 0, 0, True)  # fmt: skip
    source = sources.load(archive / "sources" / f"{SOURCE}.toml")
    survey = Survey(source, one.day, one.day, [one], [], [], {})
    said = (
        f"Of {found} addresses of the days that are complete none is an article, and {rejected} were read and are none"
    )
    hole_lists.show(survey, False)
    printed = capsys.readouterr().out
    page = coverage_page.page("Paper", SOURCE, [one], {one.day: state}, {state: state}, [], [], doubt(survey))
    assert (said in printed) == (said in page) == is_doubted
    assert (f"See with: wireroom sources check {SOURCE}" in printed) == is_doubted


@pytest.mark.parametrize(("keys", "is_said"), [("", True), ("next = 'a.older'", False)])
def test_an_index_of_one_page_is_named_where_days_are_not_listed(tmp_path: Path, keys: str, is_said: bool):
    path = tmp_path / f"{SOURCE}.toml"
    path.write_text(f'name = "Paper"\nhome = "https://p.example/"\n[[find]]\nkind = "index"\nurl = "https://p.example/news"\n{keys}')  # fmt: skip
    one = Day(date(2017, 3, 9), "unlisted", None, (), (), None, None, 1, 1, 0, 0, 0, True)
    survey = Survey(sources.load(path), one.day, one.day, [one], [], [], {})
    said = any("https://p.example/news one page is read" in line for line in hole_lists._ways_out(survey, survey.holes))
    assert said == is_said


def test_listings_that_the_file_cannot_read_name_the_keys_to_mend(archive: Path):
    reason = "its listing was not read whole: template 2017-03-09 (no_link_fits)"
    one = Day(date(2017, 3, 9), "partial", reason, (), (), None, None, 0, 0, 0, 0, 0, True)
    survey = Survey(sources.load(archive / "sources" / f"{SOURCE}.toml"), one.day, one.day, [one], [], [], {})
    assert any("mend `links` under [[find]]" in line for line in hole_lists._ways_out(survey, survey.holes))


def test_a_hole_of_which_no_address_is_known_has_no_articles_to_count():
    holes = [
        Hole(date(2017, 3, 9), None, None, "unreachable", "its listing could not be read", 0, 0, 0),
        Hole(date(2017, 3, 15), None, None, "partial", "1 failed", 2, 1, 1),
    ]
    text = coverage_page.page("Paper", "paper", [], {}, {state: mark.word for state, mark in MARKS.items()}, [], holes)
    assert "0 of 0" not in text
    assert "<td>1 of 2</td>" in text


def test_articles_of_a_day_whose_listing_was_not_read_are_not_all_of_it():
    hole = Hole(date(2017, 3, 9), None, None, "unreachable", "its listing could not be read", 6, 6, 0)
    text = coverage_page.page("Paper", "paper", [], {}, {state: mark.word for state, mark in MARKS.items()}, [], [hole])
    assert "6 of 6" not in text
    assert "<td>6</td>" in text


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_without_a_source_one_that_was_never_read_is_a_hole(
    tmp_path: Path, wireroom: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
):
    made = workspace.create(tmp_path / "new")
    (made.sources / "unread.toml").write_text(DEFINITION, encoding="utf-8")
    monkeypatch.setenv("WIREROOM_WORKSPACE", str(made.root))
    assert "unread" in wireroom("coverage", *arguments, code=4).stdout


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    if chromium.PROGRAM is None:
        pytest.skip("no Chromium on this machine")
    with chromium.browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


READY = "!document.getElementById('filters').hidden"
PANEL = "document.getElementById('panel').innerText"


@pytest.fixture
def opened(wireroom: Run, browser: chromium.Browser, tmp_path: Path) -> chromium.Browser:
    wireroom("coverage", SOURCE, "--html", tmp_path / "page.html", code=4)
    browser.open((tmp_path / "page.html").as_uri(), ready=READY)
    return browser


def test_in_a_browser_a_click_on_a_day_shows_its_pages_and_reasons(opened: chromium.Browser):
    assert opened.ask("document.querySelectorAll('.day').length") == 31
    opened.ask("document.querySelector('[data-day=\"2017-03-09\"]').click()")
    assert "its listing could not be read: template 2017-03-09 (not there, 404)" in opened.ask(PANEL)
    assert "No address of this day is known." in opened.ask(PANEL)
    opened.ask("document.querySelector('[data-day=\"2017-03-15\"]').click()")
    assert "failed (the outlet's server failed, 500)" in opened.ask(PANEL)
    assert opened.ask("location.hash") == "#2017-03-15"
    assert opened.ask("document.querySelector('#panel a').href").startswith("https://paper.example/")


BROKEN = """[...document.querySelectorAll('#holes th, #holes td:not(:nth-child(3)):not(.listing)')].filter((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > cell.textContent.trim().split(' ').length;
}).map((cell) => cell.textContent)"""
"""Cells of which a word is broken: they have more lines than words."""


@pytest.mark.parametrize("width", [320, 500, 700])
def test_in_a_browser_no_word_is_broken_and_nothing_lies_outside(
    wireroom: Run, browser: chromium.Browser, tmp_path: Path, width: int
):
    wireroom("coverage", SOURCE, "--html", tmp_path / "page.html", code=4)
    browser.open((tmp_path / "page.html").as_uri(), width=width, ready=READY)
    assert browser.ask(BROKEN) == []
    assert browser.ask("document.documentElement.scrollWidth") <= width


def test_in_a_browser_an_outlets_words_are_only_words(opened: chromium.Browser):
    opened.ask("document.querySelector('[data-day=\"2017-03-16\"]').click()")
    assert "onerror" in opened.ask(PANEL)
    assert opened.ask("document.querySelectorAll('#panel img, h1 i').length") == 0
    assert opened.ask("[...document.querySelectorAll('#panel a')].every((link) => link.protocol === 'https:')")
    assert "owned" not in opened.ask("document.title")


def test_in_a_browser_days_and_pages_are_filtered_and_keys_suffice(opened: chromium.Browser):
    opened.ask("document.querySelector('[data-state=unreachable]').click()")
    assert opened.ask("document.querySelectorAll('.day:not(.off)').length") == 1
    opened.ask("document.querySelector('[data-state=unreachable]').click()")
    opened.ask("document.querySelector('[data-outcome=gone]').click()")
    assert opened.ask("document.querySelectorAll('#panel li').length") == 1
    opened.key("Escape")
    assert opened.ask("document.getElementById('panel').hidden")
    opened.ask("document.querySelector('.day').focus()")
    for name in ("ArrowDown", "ArrowRight", "Enter"):
        opened.key(name)
    assert opened.ask(PANEL).startswith("×\n2017-03-09") or "2017-03-09" in opened.ask(PANEL)
    opened.key("Escape")
    assert opened.ask("document.getElementById('panel').hidden")
