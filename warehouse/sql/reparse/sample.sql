-- So many articles that differ in $1 (a field, or rejected or accepted), always the same ones for the same pages.
SELECT file, fetch_id::VARCHAR, item
FROM looks
WHERE list_contains(fields, $1) OR outcome = $1
ORDER BY md5(fetch_id::VARCHAR || ' ' || item), item
LIMIT $2
