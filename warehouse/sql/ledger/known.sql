-- Everything that `due` and a fetch need to know of the addresses in $1, a JSON list of keys.
WITH keys AS (
    SELECT DISTINCT unnest(CAST(CAST($1 AS JSON) AS UUID[])) AS url_key
),
address AS (
    SELECT a.*
    FROM known_addresses AS a SEMI JOIN keys USING (url_key)
    QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY found_at) = 1
),
day AS (
    SELECT url_key, arg_min(day, found_at) AS day
    FROM known_addresses SEMI JOIN keys USING (url_key) WHERE day IS NOT NULL GROUP BY ALL
),
request AS (
    SELECT f.*, origin = 'live' AS live, origin = 'live' AND outcome IN ('fetched', 'unchanged') AS looked
    FROM known_fetches AS f SEMI JOIN keys USING (url_key)
    WHERE role = 'article'
    QUALIFY row_number() OVER (PARTITION BY fetch_id) = 1
),
asked AS (
    SELECT url_key,
           min(observed_at) FILTER (looked) AS first_seen_at,
           max(observed_at) FILTER (looked) AS last_seen_at,
           max(observed_at) FILTER (live) AS last_asked_at,
           greatest(count(*) FILTER (looked) - 1, 0) AS looks,
           arg_max({'outcome': outcome, 'status': status, 'reason': reason, 'attempts': attempts, 'next_attempt_at': next_attempt_at},
                   {'live': live, 'observed_at': observed_at}) AS latest,
           -- A 304 need not repeat the validators; a page that came without any has none.
           arg_max({'etag': etag, 'last_modified': last_modified}, observed_at)
               FILTER (looked AND (outcome = 'fetched' OR coalesce(etag, last_modified) IS NOT NULL)) AS validators
    FROM request
    GROUP BY url_key
),
counting AS (
    SELECT r.*, reader = first_value(reader) OVER (PARTITION BY fetch_id ORDER BY read_at DESC, reader DESC) AS counts
    FROM known_readings AS r SEMI JOIN keys USING (url_key)
),
current_reading AS (
    SELECT url_key, fetch_id, reader, content_hash
    FROM counting
    WHERE counts AND record_hash IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY observed_at DESC, fetch_id DESC, item) = 1
),
reject AS (
    SELECT url_key, arg_max(reject_reason, observed_at) AS reason, max(read_at) AS rejected_at
    FROM counting ANTI JOIN current_reading USING (url_key)
    WHERE counts
    GROUP BY ALL
),
capture AS (
    SELECT q.url_key, q.fetch_id, q.payload_hash, q.segment_id, q.record_offset, q.record_length
    FROM request AS q
    LEFT JOIN current_reading AS c USING (url_key, fetch_id)
    WHERE q.segment_id IS NOT NULL AND q.outcome = 'fetched'
    QUALIFY row_number() OVER (PARTITION BY q.url_key ORDER BY c.fetch_id IS NOT NULL DESC, q.observed_at DESC) = 1
)
SELECT k.url_key::VARCHAR, coalesce(a.url, ''), d.day::VARCHAR, a.title, a.published, a.published_basis, a.modified, a.found_at,
       q.first_seen_at, q.last_seen_at, q.last_asked_at, coalesce(q.looks, 0),
       q.latest.outcome, q.latest.status, coalesce(q.latest.attempts, 0), q.latest.next_attempt_at,
       q.validators.etag, q.validators.last_modified,
       p.payload_hash::VARCHAR, p.fetch_id::VARCHAR, p.segment_id::VARCHAR, p.record_offset, p.record_length,
       c.reader::VARCHAR, c.content_hash::VARCHAR, j.reason, j.rejected_at,
       EXISTS (SELECT 1 FROM known_withdrawals AS w WHERE w.url_key IS NULL OR w.url_key = k.url_key) AS withdrawn,
       a.finder, q.latest.reason
FROM keys AS k
LEFT JOIN address AS a USING (url_key)
LEFT JOIN day AS d USING (url_key)
LEFT JOIN asked AS q USING (url_key)
LEFT JOIN current_reading AS c USING (url_key)
LEFT JOIN reject AS j USING (url_key)
LEFT JOIN capture AS p USING (url_key)
WHERE a.url_key IS NOT NULL OR q.url_key IS NOT NULL OR withdrawn
