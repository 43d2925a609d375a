"""The documentation builds as a site in which nothing is missing and nothing is loaded from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import picture
from tests.test_readme import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built; a warning would have failed it."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(place)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def test_every_page_is_in_the_navigation(site: Path):
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages == {path.stem for path in site.glob("*.html")} - {"404"}


def test_every_link_inside_the_site_leads_somewhere(site: Path):
    texts = {path.name: path.read_text(encoding="utf-8") for path in site.glob("*.html")}
    anchors = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in texts.items()}
    broken = []
    for name, text in texts.items():
        if name == "404.html":
            continue  # is served for addresses of any depth, and links from the root
        for target in re.findall(r'<a [^>]*href="([^":]*)"', text):
            page, _, anchor = target.partition("#")
            page = page.removeprefix("./") or name
            if page == ".":
                page = "index.html"
            if page.endswith(".html") and (page not in texts or (anchor and anchor not in anchors[page])):
                broken.append(f"{name} → {target}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(site: Path):
    loaded = [
        found
        for path in site.rglob("*.html")
        for found in re.findall(
            r"<(?:script|img|iframe|source|link)\b[^>]*(?:src|href)=\"?(https?://[^\" >]+)",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert loaded == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import )[\"']?https?://", styles) == []


def test_a_page_that_is_named_in_the_text_is_linked(site: Path):
    text = (site / "warehouse.html").read_text(encoding="utf-8")
    assert '<a href="connect.html">connect</a>' in text
    assert "docs/connect.md" not in re.sub(r"<code>.*?</code>", "", text, flags=re.S)


def test_the_picture_is_what_the_commands_print():
    assert picture.FILE.read_text(encoding="utf-8") == picture.picture(), "Draw it anew with: make docs"
    assert "@font-face" not in picture.FILE.read_text(encoding="utf-8")


def test_the_navigation_names_no_page_twice():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = [
        page
        for part in yaml.safe_load(text)["nav"]
        for group in part.values()
        for entry in group
        for page in entry.values()
    ]
    assert len(named) == len(set(named))
