#!/bin/sh
# Make .venv from the lock and put the project into it. Called by make; safe to repeat.
set -eu
cd "$(dirname "$0")/.."

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

if [ -n "${PYTHON:-}" ]; then
    candidates=$PYTHON
else
    candidates="python3 python3.14 python3.13 python3.12 python3.11"
fi

if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    found= old=
    for python in $candidates; do
        command -v "$python" >/dev/null 2>&1 || continue
        if ! fits "$python"; then old="$python is $("$python" -V 2>&1 || echo broken)"; continue; fi
        if has_venv "$python"; then found=$python; break; fi
        novenv=$python
    done
    if [ -z "$found" ]; then
        if [ -n "${novenv:-}" ]; then
            echo "Wireroom needs Python's venv module, and $novenv comes without it. On Debian or Ubuntu: apt-get install python3-venv. Then run make again." >&2
        else
            echo "Wireroom needs Python 3.11 or newer${old:+ ($old)}. Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
        fi
        exit 1
    fi
    rm -rf .venv
    "$found" -m venv .venv
fi

echo "Setting up .venv (once; a minute or three) ..." >&2
# The lock is its own constraint: pip would else try newer releases for `name[extra]`, which have no hash, and give up.
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/lock.txt -c requirements/lock.txt
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
# Prefect's thousand modules start twice as fast compiled, also where the user forbids writing bytecode later.
.venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true
touch .venv/.ready
