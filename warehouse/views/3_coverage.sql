-- What is known of an archive: the state of every address, and of every unit that lists addresses. By day: 3_days.sql.

-- The state of every address: what came of its last request, and of reading it.
CREATE VIEW address_states AS
SELECT *,
       -- What an outlet shows to others and not to us is missing; what must not be asked for is not.
       outcome IN ('article', 'gone', 'disallowed', 'reserved', 'withdrawn')
           OR (outcome = 'rejected' AND coalesce(reason, '') NOT IN ('parser_died', 'parser_too_slow', 'parser_failed'))  -- nobody has read that page
           OR (outcome = 'refused' AND coalesce(reason, '') IN ('ssrf', 'bad_url', 'status_451')) AS is_final
FROM (
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
                WHEN f.outcome = 'failed' AND f.reason = 'soft_404' THEN 'It leads to the home page; after three such looks, an hour apart, it counts as gone.'
                WHEN f.outcome = 'failed' THEN 'The request failed; it is made again at next_attempt_at, if there is one.'
                WHEN f.outcome = 'deferred' THEN 'The outlet asked for patience; it is asked again at next_attempt_at.'
                WHEN f.outcome = 'disallowed' THEN 'robots.txt forbids it; [access] robots_basis in the source file may say why it is fetched all the same.'
                WHEN f.outcome = 'reserved' THEN 'The outlet reserves its rights; [access] rights_basis in the source file may say why it is fetched all the same.'
                WHEN f.outcome = 'refused' AND f.reason = 'challenge' THEN 'The outlet wants a browser to pass a test first; backfill --holes asks once more.'
                WHEN f.outcome = 'refused' AND f.reason = 'status_451' THEN 'The outlet may not show it, by law; nothing is to be done.'
                WHEN f.outcome = 'refused' AND f.reason LIKE 'status_%' THEN 'The outlet refuses to show it; backfill --holes asks once more, and WIREROOM_<SOURCE>_COOKIES in .env gives a log-in.'
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
    LEFT JOIN (SELECT DISTINCT source_id FROM withdrawals WHERE url_key IS NULL) AS s ON s.source_id = a.source_id
);

CREATE VIEW rejects AS
SELECT source_id, url, outcome, reason, message, status, asked_at, next_attempt_at, day, finder, unit, url_key
FROM address_states
WHERE outcome IN ('rejected', 'gone', 'failed', 'disallowed', 'reserved', 'refused');

-- What is known of each unit of an archive: the last time it was read, how long that was confirmed, how the last look went,
-- and what was added to it after it had been read whole and was over.
CREATE VIEW unit_states AS
SELECT source_id, finder, unit, url, first_day, last_day, asked_at, latest.outcome AS outcome, latest.reason AS reason, confirmed_at,
       r.reason AS cut_reason, r.links AS links, r.undated AS undated, new_links, late_links, whole_at,
       CASE WHEN asked_at IS NULL THEN 'never_tried'
            WHEN r IS NULL THEN CASE latest.outcome WHEN 'not_yet' THEN 'not_yet' WHEN 'unchanged' THEN 'partial' ELSE 'unreachable' END
            WHEN NOT r.whole THEN 'partial'
            WHEN latest.outcome NOT IN ('fetched', 'unchanged') AND (last_day IS NULL OR finder IN ('sitemap', 'index') OR confirmed_at < last_day + INTERVAL 36 HOUR) THEN 'partial'
            WHEN r.links = 0 THEN 'confirmed_empty'
            ELSE 'whole' END AS listing
FROM (
    SELECT source_id, finder, unit, arg_max(url, listed_at) AS url, min(first_day) AS first_day, max(last_day) AS last_day,
           sum(new_links)::INTEGER AS new_links,
           coalesce(sum(new_links) FILTER (listed_at > whole_at AND reason IS DISTINCT FROM 'unchanged'), 0)::INTEGER AS late_links, min(whole_at) AS whole_at,
           max(listed_at) FILTER (asked) AS asked_at,
           arg_max({'outcome': outcome, 'reason': reason}, listed_at) FILTER (asked) AS latest,
           max(listed_at) FILTER (outcome IN ('fetched', 'unchanged')) AS confirmed_at,
           arg_max({'whole': whole, 'reason': CASE WHEN NOT whole THEN reason END, 'links': links, 'undated': undated}, {'fetched': outcome = 'fetched', 'listed_at': listed_at})
               FILTER (outcome = 'fetched' OR (outcome = 'unchanged' AND digest IS NOT NULL)) AS r
    FROM (
        SELECT *, NOT (outcome = 'deferred' AND coalesce(reason = 'max_pages', false)) AS asked,
               min(listed_at) FILTER (outcome = 'fetched' AND whole AND listed_at >= ended) OVER (PARTITION BY source_id, finder, unit) AS whole_at
        FROM (
            -- A sitemap that dates nothing is over with the month that its address names, and with the last article it is known to list.
            SELECT u.*, coalesce(max(u.last_day) OVER (PARTITION BY source_id, finder, unit), greatest(last_day(named), n.last_day)) + INTERVAL 36 HOUR AS ended
            FROM units AS u
            LEFT JOIN (
                SELECT source_id, finder, unit, max(day) AS last_day,
                       try_cast(translate(regexp_extract(regexp_replace(unit, '^[a-z]+://[^/]*', ''), '(?:^|[^0-9])((?:19|20)[0-9][0-9][-_/](?:0[1-9]|1[0-2]))(?:[^0-9]|$)', 1), '/_', '--') || '-01' AS DATE) AS named
                FROM addresses
                WHERE finder = 'sitemap'
                GROUP BY ALL
                HAVING named IS NOT NULL
            ) AS n USING (source_id, finder, unit)
        )
    )
    GROUP BY source_id, finder, unit
)
-- A page of a period that failed (2017#page-3) is of no account once its period was read again.
QUALIFY coalesce(asked_at >= max(asked_at) FILTER (NOT contains(unit, '#page-')) OVER (PARTITION BY source_id, finder, split_part(unit, '#page-', 1)), true);

-- What a listing showed only later, after its period was over and it had been read whole: why archives are walked again. What a
-- page that is as it was has brought all the same is none of the outlet's: the source's file was mended.
CREATE VIEW late_additions AS
SELECT u.source_id, u.finder, u.unit, s.first_day, s.last_day, s.whole_at, u.listed_at, u.new_links
FROM units AS u
JOIN unit_states AS s USING (source_id, finder, unit)
WHERE u.new_links > 0 AND u.listed_at > s.whole_at AND u.reason IS DISTINCT FROM 'unchanged';
