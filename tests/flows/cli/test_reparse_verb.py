"""`wireroom reparse`: what a person sees of it and a program reads, from the first reading to the article that is none any more."""

from __future__ import annotations

import json
import shutil
import uuid
from datetime import datetime
from pathlib import Path

import pytest

from flows import pipeline
from flows.cli.app import out
from flows.cli.reparse_output import _print_counts, print_article, print_difference
from flows.rereading.proposed import Difference
from flows.sample.site import SOURCE_ID, serve
from flows.sample.warehouse import build
from flows.sources import load
from flows.workspace import Workspace
from tests.flows.cli.conftest import Run
from warehouse import reading_copy
from warehouse.proposals import Look
from warehouse.reparsing import Summary


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reparse") / "news"
    build(place)
    return place


@pytest.fixture
def newsroom(made: Path, tmp_path: Path) -> Workspace:
    """A workspace that tests change, in place of the one that they only read."""
    return Workspace(Path(shutil.copytree(made, tmp_path / "news", symlinks=True)))


def edit(newsroom: Workspace, old: str, new: str) -> None:
    path = newsroom.sources / f"{SOURCE_ID}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_edited_source_is_read_anew_shown_and_accepted(newsroom: Workspace, wireroom: Run):
    assert "nothing to do; every archived page" in wireroom("reparse").stdout
    assert "Nothing waits" in wireroom("reparse", "--list").stdout
    edit(newsroom, '"mbns"', '"reuters"')
    told = wireroom("reparse", SOURCE_ID, "--sample", 1).stdout
    assert "info_source" in told
    assert "info_source  mbns → " in told
    assert f"wireroom reparse {SOURCE_ID} --accept" in told
    (row,) = [json.loads(line) for line in wireroom("reparse", "--list", "--json").stdout.splitlines()]
    assert (row["source"], row["by"]) == (SOURCE_ID, "today's reader")
    whole = json.loads(wireroom("reparse", row["id"], "--json", "--fields", "info_source").stdout)
    assert whole["read"] == 0  # what waits is not read again
    assert {item["field"] for item in whole["sample"]} == {"info_source"}
    compared = whole["outcomes"]["changed"] + whole["outcomes"].get("unchanged", 0)
    assert whole["rates"]["info_source"] == round(whole["fields"]["info_source"] / compared, 4)
    article = whole["sample"][0]
    assert "info_source  mbns → " in wireroom("reparse", "--article", article["article_id"][:8]).stdout
    assert "mbns → " in wireroom("reparse", "--article", article["url"]).stdout
    accepted = json.loads(wireroom("reparse", "--accept", "--json").stdout)
    assert (accepted["pages"], accepted["waiting"]) == (whole["pages"], 0)
    told = wireroom("diff", article["url"], "--readings").stdout
    assert f" → {row['id'].removeprefix(f'{SOURCE_ID}-')}, today's reader (" in told
    assert "Nothing waits" in wireroom("reparse", "--list").stdout


def test_one_page_is_told_of_in_the_singular(capsys):
    _print_counts(Summary(4, {"unchanged": 1, "changed": 1, "rejected": 1, "still_rejected": 2}, {}, {}, {}))
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert told == ["1 reads as before", "1 differs (50.0% of those compared)", "1 is no article any more", "2 are still no article"]  # fmt: skip


def test_where_nothing_differs_no_correction_is_offered(newsroom: Workspace, wireroom: Run):
    told = wireroom("reparse", SOURCE_ID, "--again").stdout
    assert "read as before" in told
    assert "Nothing differs" in told
    assert "corrects" not in told


def test_an_article_that_is_none_any_more_is_shown_as_such_everywhere(newsroom: Workspace, wireroom: Run):
    edit(newsroom, "[parse]", '[parse]\ncontainer = "a"')
    told = wireroom("reparse", "--sample", 1).stdout
    assert "are no article any more" in told
    assert "── no article any more" in told
    (found,) = json.loads(wireroom("reparse", "--json", "--sample", 1).stdout)["sample"]
    wireroom("reparse", "--accept")
    gone = wireroom("show", found["url"], code=1).stderr
    assert "has no version left" in gone
    assert found["reason"] in gone
    assert found["reason"] in wireroom("show", found["article_id"][:8], code=1).stderr
    assert found["reason"] in wireroom("query", f"select reason from rejects where url = '{found['url']}'").stdout


def test_a_container_that_fits_no_page_is_said(newsroom: Workspace, wireroom: Run):
    edit(newsroom, "[parse]", '[parse]\ncontainer = "div.nowhere"')
    told = wireroom("reparse", "--sample", 0)
    assert "[parse] container 'div.nowhere' fits none of 34 pages" in told.stderr
    assert "differ" not in told.stdout.replace("Nothing differs", "")
    wireroom("reparse", "--discard")
    assert "fits none of 34 pages" in json.loads(wireroom("reparse", "--json").stdout)["misfit"]


def test_a_pass_says_that_the_container_fits_no_page(newsroom: Workspace, monkeypatch: pytest.MonkeyPatch):
    with serve() as site:
        site.write_source(newsroom.sources)
        edit(newsroom, "[parse]", '[parse]\ncontainer = "div.nowhere"')
        pipeline.ingest(newsroom, load(newsroom.sources / f"{SOURCE_ID}.toml"))
    with reading_copy.connect(newsroom.folders) as con:
        ((message,),) = con.execute("SELECT message FROM runs ORDER BY started_at DESC LIMIT 1").fetchall()
    assert "[parse] container 'div.nowhere' fits none of" in message


def test_what_counts_already_is_left_out_and_said_so(newsroom: Workspace, wireroom: Run):
    """It was called read anew meanwhile, which it was not."""
    pages = json.loads(wireroom("reparse", SOURCE_ID, "--again", "--json").stdout)["pages"]
    told = wireroom("reparse", SOURCE_ID, "--accept").stdout
    assert f"0 pages accepted; {pages} left out, of which this reader's reading or a later one counts already." in told


def test_of_days_without_an_article_left_not_every_page_is_said_to_be_read(newsroom: Workspace, wireroom: Run):
    edit(newsroom, '"mbns"', '"reuters"')
    assert "of articles of 2030-01-01 or later" in wireroom("reparse", "--since", "2030").stdout


def test_that_nothing_differs_in_a_field_is_said(newsroom: Workspace, wireroom: Run):
    edit(newsroom, '"mbns"', '"reuters"')
    assert "Nothing differs in byline, keywords." in wireroom("reparse", "--fields", "byline,keywords").stdout
    assert "Nothing differs" not in wireroom("reparse", "--fields", "byline,info_source").stdout


def test_a_correction_of_any_field_is_shown_later(newsroom: Workspace, wireroom: Run):
    """Of one that is no word of the text it was said that nothing differs."""
    edit(newsroom, 'language = "en"', 'language = "fr"')
    (found, *_) = json.loads(wireroom("reparse", "--json", "--fields", "language").stdout)["sample"]
    wireroom("reparse", "--accept")
    told = wireroom("diff", found["url"], "--readings").stdout
    assert "language   [-en-]{+fr+}" in told
    edit(newsroom, 'language = "fr"', 'language = "de"')
    assert "today's reader" not in wireroom("diff", found["url"], "--readings").stdout


def test_a_page_that_was_none_for_a_while_is_shown_so_later(newsroom: Workspace, wireroom: Run):
    """It was said that no page was read twice with different results."""
    edit(newsroom, "[parse]", '[parse]\ncontainer = "a"')
    (found, *_) = json.loads(wireroom("reparse", "--json", "--fields", "rejected").stdout)["sample"]
    wireroom("reparse", "--accept")
    edit(newsroom, '\ncontainer = "a"', "")
    wireroom("reparse", "--sample", 0)
    wireroom("reparse", "--accept")
    told = wireroom("diff", found["url"], "--readings").stdout
    assert f"no article any more: {found['reason']}" in told
    assert f"an article now; was {found['reason']}" in told


def test_what_an_acceptance_has_changed_is_asked_for_as_it_says(newsroom: Workspace, wireroom: Run):
    """It said how to count all changes that ever were."""
    edit(newsroom, '"mbns"', '"reuters"')
    changed = json.loads(wireroom("reparse", "--json").stdout)["outcomes"]["changed"]
    told = " ".join(wireroom("reparse", "--accept").stdout.split())
    question = told.rpartition('wireroom query "')[2].rstrip('" ')
    assert json.loads(wireroom("query", question, "--json").stdout) == [
        {"change": "corrected", "count_star()": changed}
    ]


def test_one_article_is_told_to_programs_too(newsroom: Workspace, wireroom: Run):
    edit(newsroom, '"mbns"', '"reuters"')
    (found, *_) = json.loads(wireroom("reparse", "--json", "--fields", "info_source").stdout)["sample"]
    (told, *_) = map(json.loads, wireroom("reparse", "--article", found["url"], "--json").stdout.splitlines())
    assert (told["url"], told["outcome"], told["old"]["info_source"]) == (found["url"], "changed", "mbns")


def test_at_eighty_columns_no_address_is_broken(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    url = "https://bay.example.org/deutschland-und-welt/politik/" + "ein-langes-wort-" * 6
    monkeypatch.setattr(out, "_width", 80)
    look = Look(str(uuid.uuid4()), 0, str(uuid.uuid4()), url, None, datetime(2026, 1, 5), "changed", ["image_url"], None, None, None, [])  # fmt: skip
    print_difference(
        Difference(look, {"headline": "Fog " * 30, "image_url": url}, {"image_url": url + "b"}), "image_url"
    )
    assert [line.strip() for line in capsys.readouterr().out.splitlines()].count(url) == 1


@pytest.mark.parametrize("kind", ["looks", "jsonl"])
def test_a_damaged_file_of_what_waits_is_named_with_the_way_out(newsroom: Workspace, wireroom: Run, kind: str):
    edit(newsroom, '"mbns"', '"reuters"')
    wireroom("reparse", "--sample", 0)
    (path,) = newsroom.folders.reparse.glob(f"*/*.{kind}")
    path.write_bytes(path.read_bytes()[:300])
    verbs = (
        ("--sample", 1),
        ("--accept",),
        *([("--list",), ("--accept", "--fields", "body")] if kind == "looks" else []),
    )
    for arguments in verbs:
        said = wireroom("reparse", *arguments, code=1).stderr
        assert f"{path} is damaged" in said.replace("\n", "")
    wireroom("reparse", path.parent.name, "--discard")
    assert "differ" in wireroom("reparse", "--sample", 0).stdout


def test_a_damaged_note_of_what_waits_is_named_with_the_way_out(newsroom: Workspace, wireroom: Run):
    edit(newsroom, '"mbns"', '"reuters"')
    wireroom("reparse", "--sample", 0)
    (path,) = newsroom.folders.reparse.glob("*/about.json")
    path.write_bytes(b'{"source_id":')
    assert f"Remove {path.parent}" in wireroom("reparse", "--list", code=1).stderr


def test_pages_that_no_source_claims_are_read_and_accepted_with_all_others(newsroom: Workspace, wireroom: Run):
    files = sorted(newsroom.folders.archive.glob("meridian/*.warc.gz"))
    (newsroom.sources / f"{SOURCE_ID}.toml").unlink()
    wireroom("import", *files, "--keep-unclaimed")
    told = json.loads(wireroom("reparse", "--again", "--json").stdout)
    assert (told["source"], told["pages"] > 30) == ("unclaimed", True)
    assert "unclaimed: 0 pages accepted" in wireroom("reparse", "--accept").stdout


def test_of_a_body_the_sample_shows_the_first_paragraphs_that_differ(capsys: pytest.CaptureFixture[str]):
    """A container that takes another part of the page filled the screen ten times over."""
    old, new = ("\n\n".join(f"Paragraph {word} {number}" for number in range(9)) for word in ("fog", "gull"))
    look = Look(str(uuid.uuid4()), 0, str(uuid.uuid4()), "https://bay.example.org/a", None, datetime(2026, 1, 5), "changed", ["body"], None, None, None, [])  # fmt: skip
    difference = Difference(look, {"body": old}, {"body": new})
    print_difference(difference, "body", 5)
    told = capsys.readouterr().out
    assert told.count("{+gull+}") == 5
    assert "… 4 more paragraphs differ …" in told
    print_article([difference])
    assert capsys.readouterr().out.count("{+gull+}") == 9


def test_what_is_discarded_is_gone(newsroom: Workspace, wireroom: Run):
    edit(newsroom, '"mbns"', '"reuters"')
    wireroom("reparse", "--source", SOURCE_ID, "--limit", 3)
    assert "was dropped" in wireroom("reparse", SOURCE_ID, "--discard").stdout
    assert "wireroom reparse" in wireroom("reparse", "--discard", code=1).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("meridien",), "Did you mean 'meridian'?"),
        (("--accept",), "Nothing waits to be accepted"),
        (("meridian", "--accept"), "Nothing of meridian waits"),
        (("--accept", "--discard"), "Give one of"),
        (("--accept", "--since", "2026", "--limit", "5"), "--since and --limit say what is read or shown. Accepted"),
        (("--discard", "--fields", "body"), "--fields says what is read or shown. What waits is"),
        (("--list", "--again"), "--again says what is read"),
        (("--accept", "--fields", " ,"), "--fields names no field"),
        (("--fields", "headlin"), "Did you mean 'headline'?"),
        (("--fields", "xyz"), "There are: "),
        (("--since", "soon"), "is no day"),
        (("--article", "0123abcd"), "Nothing waits of '0123abcd'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(wireroom: Run, arguments: tuple[str, ...], said: str):
    assert said in " ".join(wireroom("reparse", *arguments, code=1).stderr.split())


def test_a_broken_source_file_holds_up_no_other(newsroom: Workspace, wireroom: Run):
    edit(newsroom, '"mbns"', '"reuters"')
    (newsroom.sources / "broken.toml").write_text("nonsense = 1\n", encoding="utf-8")
    (newsroom.folders.archive / "broken").mkdir()
    done = wireroom("reparse", "--sample", 0, code=1)
    assert "broken was left out" in done.stderr
    assert "pages read anew" in done.stdout
