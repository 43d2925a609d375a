-- What every table and view holds, in a sentence.
SELECT table_name, regexp_replace(comment, '^(Stable|Internal)\. ', '') FROM duckdb_tables() WHERE comment IS NOT NULL
UNION ALL
SELECT view_name, regexp_replace(comment, '^(Stable|Internal)\. ', '') FROM duckdb_views() WHERE comment IS NOT NULL;
