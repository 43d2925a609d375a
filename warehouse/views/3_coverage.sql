-- What is known of an archive, and what is missing. A listing speaks for a day once that day has ended everywhere on
-- earth (36 hours after it began in UTC): sooner, an outlet may still add to it.

-- The state of every address: what came of its last request, and of reading it.
CREATE VIEW address_states AS
SELECT a.source_id, a.url_key, a.url, a.finder, a.unit, a.day, a.found_at,
       f.asked_at, f.status, f.next_attempt_at,
       CASE WHEN w.url_key IS NOT NULL OR s.source_id IS NOT NULL THEN 'withdrawn'
            WHEN f.url_key IS NULL AND r.url_key IS NULL THEN 'never_tried'
            WHEN r.is_article THEN 'article'
            WHEN f.outcome IN ('deferred', 'failed', 'gone', 'disallowed', 'reserved', 'refused') THEN f.outcome
            WHEN r.url_key IS NOT NULL THEN 'rejected'
            ELSE 'fetched' END AS outcome,
       CASE WHEN r.is_article THEN NULL
            WHEN f.outcome IN ('fetched', 'unchanged') OR f.outcome IS NULL THEN r.reason
            ELSE f.reason END AS reason,
       CASE WHEN r.is_article THEN NULL
            WHEN f.outcome = 'gone' THEN 'The page is not there any more; nothing is to be done.'
            WHEN f.outcome = 'failed' THEN 'The request failed; it is made again at next_attempt_at, if there is one.'
            WHEN f.outcome = 'deferred' THEN 'The outlet asked for patience; it is asked again at next_attempt_at.'
            WHEN f.outcome = 'disallowed' THEN 'robots.txt forbids it; [access] robots_basis in the source file may say why it is fetched all the same.'
            WHEN f.outcome = 'reserved' THEN 'The outlet reserves its rights; [access] rights_basis in the source file may say why it is fetched all the same.'
            WHEN f.outcome = 'refused' THEN 'The address is not public or not http(s); [access] allow in the source file lets a host and port in.'
            ELSE r.message END AS message
FROM addresses AS a
LEFT JOIN (
    -- One aggregate a column, so that what a question does not ask for is not gathered; arg_max would pass over NULLs.
    SELECT source_id, url_key, max(observed_at) AS asked_at, arg_max_null(outcome, observed_at) AS outcome,
           arg_max_null(status, observed_at) AS status, arg_max_null(reason, observed_at) AS reason,
           arg_max_null(next_attempt_at, observed_at) AS next_attempt_at
    FROM fetches
    WHERE role = 'article'
    GROUP BY ALL
) AS f USING (source_id, url_key)
LEFT JOIN (
    SELECT source_id, url_key, bool_or(record_hash IS NOT NULL) AS is_article,
           arg_max_null(reject_reason, observed_at) FILTER (record_hash IS NULL) AS reason,
           arg_max_null(reject_message, observed_at) FILTER (record_hash IS NULL) AS message
    FROM readings
    WHERE counts
    GROUP BY ALL
) AS r USING (source_id, url_key)
LEFT JOIN (SELECT DISTINCT url_key FROM withdrawals WHERE url_key IS NOT NULL) AS w ON w.url_key = a.url_key
LEFT JOIN (SELECT DISTINCT source_id FROM withdrawals WHERE url_key IS NULL) AS s ON s.source_id = a.source_id;

CREATE VIEW rejects AS
SELECT source_id, url, outcome, reason, message, status, asked_at, next_attempt_at, day, finder, unit, url_key
FROM address_states
WHERE outcome IN ('rejected', 'gone', 'failed', 'disallowed', 'reserved', 'refused');

-- What is known of each unit of an archive: the last time it was read, how long that was confirmed, how the last look went.
CREATE VIEW unit_states AS
SELECT source_id, finder, unit, url, first_day, last_day, asked_at, latest.outcome AS outcome, latest.reason AS reason, confirmed_at,
       r.links AS links, r.undated AS undated, new_links,
       CASE WHEN asked_at IS NULL THEN 'never_tried'
            WHEN r IS NULL THEN CASE latest.outcome WHEN 'not_yet' THEN 'not_yet' WHEN 'unchanged' THEN 'partial' ELSE 'unreachable' END
            WHEN NOT r.whole THEN 'partial'
            WHEN latest.outcome NOT IN ('fetched', 'unchanged') AND (last_day IS NULL OR confirmed_at < last_day + INTERVAL 36 HOUR) THEN 'partial'
            WHEN r.links = 0 THEN 'confirmed_empty'
            ELSE 'whole' END AS listing
FROM (
    SELECT source_id, finder, unit, arg_max(url, listed_at) AS url, min(first_day) AS first_day, max(last_day) AS last_day,
           sum(new_links)::INTEGER AS new_links,
           max(listed_at) FILTER (asked) AS asked_at,
           arg_max({'outcome': outcome, 'reason': reason}, listed_at) FILTER (asked) AS latest,
           max(listed_at) FILTER (outcome IN ('fetched', 'unchanged')) AS confirmed_at,
           arg_max({'whole': whole, 'links': links, 'undated': undated}, {'fetched': outcome = 'fetched', 'listed_at': listed_at})
               FILTER (outcome = 'fetched' OR (outcome = 'unchanged' AND digest IS NOT NULL)) AS r
    FROM (SELECT *, NOT (outcome = 'deferred' AND coalesce(reason = 'max_pages', false)) AS asked FROM units)
    GROUP BY source_id, finder, unit
);

CREATE VIEW coverage AS
WITH states AS (
    SELECT source_id, finder, unit, day, outcome FROM address_states
),
counted AS (
    SELECT source_id, scope, finder, unit, day, count(*) AS found,
           count(*) FILTER (outcome IN ('article', 'rejected', 'fetched')) AS fetched,
           count(*) FILTER (outcome = 'article') AS articles,
           count(*) FILTER (outcome = 'rejected') AS rejected,
           count(*) FILTER (outcome = 'failed') AS failed,
           count(*) FILTER (outcome = 'deferred') AS deferred,
           count(*) FILTER (outcome IN ('gone', 'disallowed', 'reserved', 'refused', 'withdrawn')) AS gone,
           count(*) FILTER (outcome = 'never_tried') AS never_tried
    FROM (
        SELECT source_id, 'day' AS scope, NULL AS finder, NULL AS unit, day, outcome FROM states WHERE day IS NOT NULL
        UNION ALL
        SELECT source_id, 'unit', finder, unit, NULL, outcome FROM states WHERE unit IS NOT NULL
    )
    GROUP BY ALL
),
-- A unit speaks for the days it covers where it lists by day: it is one day, or everything it lists has one.
speaking AS (
    SELECT source_id, finder, unit, day,
           CASE WHEN listing = 'never_tried' THEN 'never_tried'
                WHEN confirmed_at IS NULL OR day > confirmed_at::DATE THEN 'unreachable'
                WHEN is_whole AND day + INTERVAL 36 HOUR <= confirmed_at THEN 'whole'
                ELSE 'partial' END AS listing
    FROM (
        SELECT source_id, finder, unit, listing, confirmed_at, (listing <> 'partial' OR outcome NOT IN ('fetched', 'unchanged')) AS is_whole,
               unnest(generate_series(first_day::TIMESTAMP, least(last_day, coalesce(asked_at, last_day)::DATE)::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
        FROM unit_states
        WHERE first_day <= last_day AND listing <> 'not_yet' AND (first_day = last_day OR coalesce(undated, 0) = 0)
    )
),
listings AS (
    SELECT source_id, 'day' AS scope, NULL::VARCHAR AS finder, NULL::VARCHAR AS unit, day,
           CASE WHEN bool_or(listing = 'whole') THEN 'whole'
                WHEN bool_or(listing = 'partial') THEN 'partial'
                WHEN bool_or(listing = 'unreachable') THEN 'unreachable'
                ELSE 'never_tried' END AS listing,
           list_sort(list(DISTINCT finder || ' ' || unit) FILTER (listing = 'whole')) AS witnesses
    FROM speaking
    GROUP BY ALL
    UNION ALL
    SELECT source_id, 'unit', finder, unit, NULL, listing, CASE WHEN listing IN ('whole', 'confirmed_empty') THEN [finder || ' ' || unit] END
    FROM unit_states
)
SELECT coalesce(c.source_id, l.source_id) AS source_id, coalesce(c.scope, l.scope) AS scope, coalesce(c.finder, l.finder) AS finder,
       coalesce(c.unit, l.unit) AS unit, coalesce(c.day, l.day) AS day,
       CASE WHEN listing IN ('unreachable', 'never_tried') AND coalesce(found, 0) = 0 THEN listing
            WHEN never_tried = found THEN 'never_tried'
            WHEN listing = 'unreachable' THEN 'unreachable'
            WHEN listing = 'partial' OR articles + rejected + gone < found THEN 'partial'
            WHEN listing IS NULL OR listing IN ('never_tried', 'not_yet') THEN 'unlisted'
            WHEN coalesce(found, 0) > 0 OR (listing = 'whole' AND l.scope = 'unit') THEN 'complete'
            ELSE 'confirmed_empty' END AS state,
       l.witnesses,
       coalesce(found, 0) AS found, coalesce(fetched, 0) AS fetched, coalesce(articles, 0) AS articles,
       coalesce(rejected, 0) AS rejected, coalesce(failed, 0) AS failed, coalesce(deferred, 0) AS deferred, coalesce(gone, 0) AS gone,
       coalesce(never_tried, 0) AS never_tried
FROM counted AS c
FULL JOIN listings AS l
  ON c.source_id = l.source_id AND c.scope = l.scope AND c.finder IS NOT DISTINCT FROM l.finder
 AND c.unit IS NOT DISTINCT FROM l.unit AND c.day IS NOT DISTINCT FROM l.day;

-- Every day of a month ('2017-09', or any day of it) up to today, also those that nobody ever looked at.
CREATE MACRO coverage_of(source, month) AS TABLE
SELECT d.day, coalesce(c.state, 'never_tried') AS state, c.witnesses, coalesce(c.found, 0) AS found, coalesce(c.articles, 0) AS articles,
       coalesce(c.rejected, 0) AS rejected, coalesce(c.gone, 0) AS gone,
       coalesce(c.failed, 0) + coalesce(c.deferred, 0) + coalesce(c.never_tried, 0) AS missing
FROM (
    SELECT unnest(generate_series(first, least(first + INTERVAL 1 MONTH - INTERVAL 1 DAY, current_date::TIMESTAMP), INTERVAL 1 DAY))::DATE AS day
    FROM (SELECT (left(month::VARCHAR, 7) || '-01')::TIMESTAMP AS first)
) AS d
LEFT JOIN (SELECT * FROM coverage WHERE scope = 'day' AND source_id = source) AS c ON c.day = d.day
ORDER BY d.day;
