"""Draws docs/terminal.svg: what real commands print over the sample outlet's warehouse, as a terminal shows it.

python -m scripts.picture          draw it (make docs)
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from flows.sample.warehouse import build

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "terminal.svg"
WIDTH = 98
WIREROOM = Path(sys.executable).with_name("wireroom")

COMMANDS = (
    (
        "query",
        "select located, dateline_date as date, source_tag as tag, headline from articles where located is not null "
        "order by date_published desc limit 6",
    ),
    ("diff", "https://meridian.example/pr/2026/260305_bulletin_correction_harbor.html"),
    ("coverage", "meridian", "--from", "2026-01-01", "--to", "2026-11-02"),
)
THEME = TerminalTheme(
    (24, 26, 31),
    (214, 217, 222),
    [(24, 26, 31), (224, 108, 108), (126, 190, 122), (222, 184, 96), (110, 160, 220), (190, 130, 200), (96, 186, 190), (170, 174, 182)],
    [(110, 116, 126), (240, 130, 130), (150, 210, 146), (240, 206, 130), (140, 184, 240), (210, 156, 220), (126, 210, 214), (240, 242, 246)],
)  # fmt: skip
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def main() -> None:
    """Draw the picture."""
    FILE.write_text(picture(), encoding="utf-8")


def picture() -> str:
    """The picture as SVG; the same for the same output."""
    console = Console(width=WIDTH, record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "news")
        for number, words in enumerate(COMMANDS):
            if number:
                console.print()
            console.print(Text.assemble(("$ ", "bold green"), ("wireroom ", "bold"), typed(words)), soft_wrap=False)
            console.print(Text.from_ansi(printed(Path(folder) / "news", words)))
        drawn = console.export_svg(title="wireroom", theme=THEME, unique_id="wireroom")
    return without_foreign_fonts(drawn)


def typed(words: tuple[str, ...]) -> str:
    """The command as one types it."""
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def printed(workspace: Path, words: tuple[str, ...]) -> str:
    """What the real command prints on a terminal, without the blank lines at its end."""
    asked = {"COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "LANG": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color"}
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("WIREROOM_", "PREFECT_", "NO_COLOR"))
    }
    done = subprocess.run(  # noqa: S603 (our own command with fixed arguments)
        [WIREROOM, *words], cwd=workspace, env=kept | asked, capture_output=True, text=True, check=False, timeout=120
    )
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?:\s|\x1b\[0?m)+\Z", "\x1b[0m", done.stdout))


def without_foreign_fonts(svg: str) -> str:
    """The picture with the reader's own fixed-width font: nothing is loaded from elsewhere."""
    bare = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.S)
    return bare.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}").replace(
        "font-family: arial", "font-family: system-ui, sans-serif"
    )


if __name__ == "__main__":
    main()
