"""The checks that are questions to the tables: one .sql file each, its head saying what it proves.

-- What is proved, in a sentence.
-- means: What it means where it is not so.
-- mend: The command that mends it; {source} and {subject} stand for the row's.
-- level: advice            (left out: fault)
SELECT source_id, subject, what …
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import duckdb

from warehouse.doctor.findings import CannotLook, Check, Examination, Finding, copy_of, streamed

_SAID = re.compile(r"^-- (\w+): (.*)$", re.M)


def checks() -> list[Check]:
    """One check for each file in warehouse/doctor/checks, by name."""
    return [_check(name, sql) for name, sql in statements().items()]


def statements() -> dict[str, str]:
    """The text of each file, by name."""
    found = sorted((files("warehouse.doctor") / "checks").iterdir(), key=lambda path: path.name)
    return {path.name.removesuffix(".sql"): path.read_text(encoding="utf-8") for path in found}


def _check(name: str, sql: str) -> Check:
    said = dict(_SAID.findall(sql))

    def look(examination: Examination) -> Iterator[Finding]:
        try:
            for source_id, subject, what in streamed(copy_of(examination), sql):
                mend = said["mend"].replace("{source}", str(source_id)).replace("{subject}", str(subject))
                yield Finding(str(subject), str(what), mend, said["means"])
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise CannotLook(f"The reading copy was made by another version: {str(error).splitlines()[0]}") from None

    proves = sql.splitlines()[0].removeprefix("-- ")
    return Check(name, proves, look, "advice" if said.get("level") == "advice" else "fault")
