"""Archived pages read once more, without any network: by today's parsers beside what counts, or all into a new warehouse.

reparsing (read, and compared by differing) → what waits, shown by proposed → accepting
rebuild (everything, from the archive alone)
"""
