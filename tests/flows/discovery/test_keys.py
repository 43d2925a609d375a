"""Under which key a walk knows an address: rules of before, twins, and addresses that have no key at all."""

from __future__ import annotations

from pathlib import Path

from web import HOME, Web, links, paths, source, walk

from parsers import urls

INDEX = f'kind = "index"\nurl = "{HOME}/news"\nlinks = "p a"'


def test_an_address_keeps_the_key_that_an_earlier_rule_gave_it(tmp_path: Path) -> None:
    (former,) = urls.former_keys(HOME + "/2026/ferry/")
    web = Web({"/news": links("/2026/ferry/", "/2026/lock/")})
    (unit,) = walk(source(tmp_path, INDEX), web, known={former})
    assert [candidate.url_key for candidate in unit.candidates] == [former, urls.key(HOME + "/2026/lock")]


def test_what_is_known_by_todays_key_is_not_looked_for_under_another(tmp_path: Path) -> None:
    (former,), today = urls.former_keys(HOME + "/2026/ferry/"), urls.key(HOME + "/2026/ferry/")
    (unit,) = walk(source(tmp_path, INDEX), Web({"/news": links("/2026/ferry/")}), known={former, today})
    assert [candidate.url_key for candidate in unit.candidates] == [today]


def test_one_address_with_and_without_a_slash_is_one_candidate(tmp_path: Path) -> None:
    (unit,) = walk(source(tmp_path, INDEX), Web({"/news": links("/2026/ferry", "/2026/ferry/", "/2026//ferry?")}))
    assert paths([unit]) == ["/2026/ferry"]
    assert dict(unit.dropped) == {"repeated": 2}


def test_the_mobile_and_amp_forms_of_a_known_article_are_not_asked_for(tmp_path: Path) -> None:
    listed = links("/2026/ferry", "/2026/ferry/amp", "https://m.post.example.org/2026/ferry", "/2026/lock/amp/")
    (unit,) = walk(source(tmp_path, INDEX), Web({"/news": listed}))
    assert paths([unit]) == ["/2026/ferry", "/2026/lock/amp/"]
    assert dict(unit.dropped) == {"twin": 2}
    (unit,) = walk(source(tmp_path, INDEX), Web({"/news": listed}), known={urls.key(HOME + "/2026/lock")})
    assert dict(unit.dropped) == {"twin": 3}


def test_a_child_sitemap_whose_address_names_no_host_is_left_alone(tmp_path: Path) -> None:
    web = Web({"/sitemap.xml": b"<sitemapindex><sitemap><loc>http://a%3Cb/x.xml</loc></sitemap></sitemapindex>"})
    (unit,) = walk(source(tmp_path, f'kind = "sitemap"\nurl = "{HOME}/sitemap.xml"'), web)
    assert dict(unit.dropped) == {"off_site": 1}
