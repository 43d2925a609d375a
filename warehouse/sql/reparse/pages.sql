-- The archived pages of a source that another reader than $reader has read last, or that no reader came through (all of them where
-- $everything), and what counts of each; the pages of one article together, in the order in which they lie in the archive.
CREATE OR REPLACE TABLE pages AS
WITH counting AS (
    SELECT fetch_id, min(article_id) AS article_id, any_value(reader) AS reader,
           bool_or(coalesce(reject_reason, '') IN ('parser_died', 'parser_too_slow', 'parser_failed')) AS is_unread,
           list({'item': item, 'article_id': article_id::VARCHAR, 'record_hash': record_hash::VARCHAR, 'reject_reason': reject_reason}
                ORDER BY item) AS past
    FROM copy.readings
    WHERE source_id = $source AND counts
    GROUP BY fetch_id
),
days AS (
    SELECT url_key, min(day) AS day FROM copy.addresses WHERE source_id = $source GROUP BY url_key
),
wanted AS (
    SELECT f.fetch_id, f.url_key, f.requested_url AS url, f.observed_at, s.file, f.record_offset, coalesce(c.past, []) AS past,
           coalesce(c.article_id, f.url_key) AS part
    FROM copy.fetches AS f
    JOIN copy.segments AS s ON s.segment_id = f.segment_id
    LEFT JOIN counting AS c ON c.fetch_id = f.fetch_id
    LEFT JOIN days AS d ON d.url_key = f.url_key
    WHERE f.source_id = $source AND f.role = 'article' AND f.outcome = 'fetched'
      AND ($everything OR c.is_unread OR c.reader IS DISTINCT FROM $reader::UUID)
      AND ($since::DATE IS NULL OR coalesce(d.day >= $since::DATE, f.observed_at >= $began::TIMESTAMP))
      AND f.fetch_id NOT IN (SELECT fetch_id FROM waiting)
)
SELECT row_number() OVER (ORDER BY first_place, part, observed_at, fetch_id) AS place,
       fetch_id::VARCHAR AS fetch_id, url_key::VARCHAR AS url_key, url, observed_at, file, record_offset, past
FROM (SELECT *, min({'file': file, 'at': record_offset}) OVER (PARTITION BY part) AS first_place FROM wanted)
ORDER BY place
LIMIT $most;
