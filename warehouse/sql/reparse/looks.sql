-- What waits, narrow: from the files of looks in $1.
INSERT INTO looks BY NAME
SELECT * EXCLUDE (filename), parse_filename(filename) AS file
FROM read_ndjson($1, filename = true, columns = {
    'fetch_id': 'UUID', 'item': 'SMALLINT', 'url_key': 'UUID', 'url': 'VARCHAR', 'article_id': 'UUID', 'observed_at': 'TIMESTAMP',
    'outcome': 'VARCHAR', 'fields': 'VARCHAR[]', 'reason': 'VARCHAR', 'message': 'VARCHAR', 'former_reason': 'VARCHAR', 'warnings': 'VARCHAR[]'
})
