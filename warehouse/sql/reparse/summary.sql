-- What waits in a proposal, counted: one row for each thing that is told of it. Rejects are pages, the rest articles.
SELECT 'outcome' AS of, outcome AS name, count(*) AS count FROM looks GROUP BY ALL
UNION ALL
SELECT 'pages', '', count(DISTINCT fetch_id) FROM looks
UNION ALL
SELECT 'field', field, count(*) FROM (SELECT unnest(fields) AS field FROM looks) GROUP BY ALL
UNION ALL
SELECT 'reason', reason, count(*) FROM looks WHERE outcome = 'rejected' GROUP BY ALL
UNION ALL
SELECT 'warning', warning, count(*) FROM (SELECT unnest(warnings) AS warning FROM looks) GROUP BY ALL
ORDER BY of, count DESC, name
