"""`make score`: datelines, dates, headlines and bodies against the gold data, where it lies beside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench import dates

ROOT = Path(__file__).parent.parent
GOLD = ROOT.parent / "shared" / "gold"
SCORES = (
    ("score_datelines.py", "bench.adapters:dateline", "--credits", "bench.adapters:credits"),
    ("score_pages.py", "bench.adapters:page", "--jobs", str(os.cpu_count() or 1)),
)


def main() -> int:
    """Run our own dates and both scorers, and return the worst exit code; say what is missing where there is no gold."""
    dates.main()
    missing = [name for name, *_ in SCORES if not (GOLD / name).is_file()]
    if missing:
        print(
            f"Nothing was measured: {', '.join(missing)} should lie in ../shared/gold. The gold data is third-party "
            "text and no part of this repository; the tests need none of it."
        )
        return 0
    return max(
        subprocess.run([sys.executable, GOLD / name, *arguments], cwd=ROOT, check=False).returncode
        for name, *arguments in SCORES
    )


if __name__ == "__main__":
    sys.exit(main())
