"""`make bench`: every measurement of this machine's own, one after the other; `python -m bench NAME …` is only some of them.

python -m bench --help            what there is
"""

from __future__ import annotations

import argparse
import subprocess
import sys

PARTS = {
    "warehouse": "what loading costs",
    "readers": "whether readers are answered meanwhile",
    "kills": "what kill -9 costs, at every durable step and at random moments",
    "backfill": "what a decade costs, killed and undisturbed, and whether its holes are named",
    "archive": "what the raw archive costs",
    "importing": "what an import costs beside parsing alone",
    "views": "what the usual questions cost",
    "search": "what search costs",
    "reparse": "what reading the archive anew costs",
    "health": "how often health errs, and how soon it sees a trouble",
    "fetching": "what fetching costs, and how polite it is",
    "unattended": "whether it runs itself: fifteen minutes, with kill -9 of flow, server and worker",
}


def main(given: list[str]) -> int:
    """The worst exit code of the parts."""
    width = max(map(len, PARTS))
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measurements of this machine's own; all of them where none is named.",
        epilog="\n".join([
            *(f"  {name:<{width}}  {measured}" for name, measured in PARTS.items()),
            "\npython -m bench.NAME takes options of its own; the head of its file names them. Against gold data: make score",
        ]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("names", metavar="NAME", nargs="*", help="one of those below")
    names = parser.parse_args(given).names
    if unknown := sorted(set(names) - set(PARTS)):
        parser.error(f"There is no {', '.join(unknown)}. There are: {', '.join(PARTS)}")
    codes = []
    for name in names or PARTS:
        print(f"\n{name}: {PARTS[name]}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
