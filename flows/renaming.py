"""A source whose file was renamed: its id is new, and what it has brought stands under the old one."""

from __future__ import annotations

from dataclasses import replace

from flows.plural import counted
from flows.sources import SourceDefinition, SourceError
from flows.workspace import Workspace
from parsers import urls
from warehouse import reading_copy
from warehouse.ledger import Ledger

NEVER_READ = "SELECT count(*) = 0 FROM runs WHERE source_id = $1"
OTHERS = """
SELECT s.source_id, arg_max(s.home, s.noted_at), (SELECT count(*) FROM articles AS a WHERE a.source_id = s.source_id) AS articles
FROM sources AS s
WHERE s.source_id <> $1 AND s.source_id NOT IN (SELECT source_id FROM withdrawals WHERE url_key IS NULL)
GROUP BY s.source_id
ORDER BY articles DESC
"""


def check(workspace: Workspace, source: SourceDefinition) -> None:
    """Nothing, or a SourceError before anything is fetched: this outlet was read under another name, whose file is gone."""
    if source.formerly is not None:
        return
    with reading_copy.connect(workspace.folders) as connection:
        if not connection.execute(NEVER_READ, [source.source_id]).fetchall()[0][0]:
            return
        others = connection.execute(OTHERS, [source.source_id]).fetchall()
    for name, home, articles in others:
        is_gone = not (workspace.sources / f"{name}.toml").exists()
        if articles and is_gone and urls.key(home) == urls.key(source.home):
            raise SourceError(
                f"The outlet of {source.path} was read as {name!r} until now ({counted(articles, 'article')}), and {name}.toml is "
                f'gone. If the file was renamed, write formerly = "{name}" into it: nothing is fetched a second time then. '
                f"Or give it the name {name}.toml again."
            )


def unfinished(workspace: Workspace, source: SourceDefinition) -> SourceDefinition | None:
    """The source under its former name, where a run was killed under it and nobody has taken up yet what it left."""
    if source.formerly is None:
        return None
    with Ledger(workspace.folders, source.formerly) as ledger:
        if ledger.withdrawn() or not ledger.unended():
            return None
    profile = replace(source.profile, source_id=source.formerly)
    return replace(source, source_id=source.formerly, formerly=None, profile=profile)
