-- Verdicts on runs, listings and counts, and all verdicts together. `source` is an outlet, or NULL for all.

CREATE MACRO health_of_runs(source, moment) AS TABLE
WITH runs_of AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY source_id ORDER BY started_at DESC) AS place,
           epoch(started_at - lag(started_at) OVER (PARTITION BY source_id ORDER BY started_at)) / 86400 AS days
    FROM runs
    WHERE kind = 'ingest' AND started_at <= moment AND (source IS NULL OR source_id = source)
),
last_run AS MATERIALIZED (
    SELECT p.source_id, p.longest, p.ran, p.began_at, epoch(moment - p.began_at) / 86400 AS ago, r.* EXCLUDE (source_id)
    FROM (SELECT source_id, max(days) AS longest, count(*) AS ran, max(started_at) AS began_at FROM runs_of WHERE place <= 20 GROUP BY source_id) AS p
    LEFT JOIN (FROM health_looks(source, moment) QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY started_at DESC) = 1) AS r USING (source_id)
),
-- Listings may have rested where articles that were put off were asked.
last_listed AS (
    SELECT u.source_id, max_by(u.run_id, r.started_at) AS run_id, max(r.started_at) AS started_at
    FROM units AS u JOIN runs_of AS r ON r.run_id = u.run_id
    WHERE u.listed_at <= moment AND (source IS NULL OR u.source_id = source)
    GROUP BY u.source_id
),
-- A period that may still begin is none any more once its listing was there.
looks AS (
    SELECT u.source_id, u.finder, u.unit, u.url, u.listed_at, u.outcome, u.reason, u.run_id = r.run_id AS is_last,
           u.outcome NOT IN ('fetched', 'unchanged') AND coalesce(u.reason, '') <> 'max_pages'
           AND (u.outcome <> 'not_yet' OR max(u.outcome IN ('fetched', 'unchanged')) OVER (PARTITION BY u.source_id, u.finder, u.unit)) AS failed,
           u.outcome = 'deferred' AND coalesce(u.reason, '') IN ('host_resting', 'archive_resting') AS rests
    FROM units AS u JOIN last_listed AS r ON r.source_id = u.source_id
    WHERE u.listed_at BETWEEN r.started_at - INTERVAL 30 DAY AND moment
),
listings AS (
    SELECT source_id, count(*) FILTER (is_last) AS asked, count(*) FILTER (is_last AND failed) AS failed,
           count(*) FILTER (is_last AND failed AND failed_before) AS failed_again,
           count(*) FILTER (is_last AND failed AND rests) AS rested,
           arg_max(url || ' (' || coalesce(reason, outcome) || ')', {'is_last': is_last, 'url': url}) FILTER (failed AND NOT rests AND (is_last OR listed_at > read_before OR read_before IS NULL)) AS example,
           coalesce(bool_or(is_last AND failed AND (rests OR reason IN ('status_503', 'status_429', 'robots_unreachable'))), false) AS wants_rest,
           max(listed_at) FILTER (NOT failed) AS read_at, min(listed_at) FILTER (failed AND (read_before IS NULL OR listed_at > read_before)) AS since_at
    FROM (SELECT *, lag(failed) OVER (PARTITION BY source_id, finder, unit ORDER BY listed_at) AS failed_before,
                 max(listed_at) FILTER (NOT failed) OVER (PARTITION BY source_id) AS read_before FROM looks)
    GROUP BY source_id
)
SELECT s.source_id, 'run' AS "check",
       CASE WHEN r.run_id IS NULL THEN 'unknown' WHEN r.state = 'failed' THEN 'failing'
            WHEN r.ran > 5 AND r.ago > greatest(1, 3 * r.longest) THEN 'failing' ELSE 'ok' END AS state,
       CASE WHEN r.run_id IS NULL THEN 'No ingest has run yet'
            WHEN r.state = 'failed' THEN 'The last ingest failed' || coalesce(': ' || rtrim(string_split(r.message, '. ')[1], '.'), '')
            ELSE format('The last ingest began {} UTC', strftime(r.began_at, '%Y-%m-%d %H:%M')) || if(r.state = 'cancelled' AND r.began_at = r.started_at, ' and was broken off', '') END AS measured,
       CASE WHEN r.ran > 5 AND r.ago > greatest(1, 3 * r.longest) THEN format('one at least every {:.1f} days, as before', r.longest)
            ELSE 'one that comes to its end' END AS expected,
       CASE WHEN r.ran > 5 AND r.ago > greatest(1, 3 * r.longest) THEN 'See whether the schedule still runs: wireroom status' ELSE 'Run it and see: wireroom ingest ' || s.source_id END || '.' AS advice,
       if(r.state = 'failed', r.started_at, r.began_at) AS since_at
FROM sources AS s LEFT JOIN last_run AS r USING (source_id)
WHERE source IS NULL OR s.source_id = source
UNION ALL
SELECT l.source_id, 'listings', CASE WHEN asked = 0 THEN 'unknown' WHEN failed = asked OR failed_again > 0 THEN 'failing' ELSE 'ok' END,
       format('{} of {} {} could not be read', failed, asked, if(asked = 1, 'listing', 'listings'))
       || if(rested > 0, format(' ({} not asked, as the outlet rests)', if(rested = failed, if(failed = 1, 'it was', 'they were'), format('{} of them', rested))), '')
       || coalesce(': ' || example, ''), 'none',
       if(wants_rest, 'The outlet wants to be left alone for a while, and the first pass after that asks again; wireroom ingest ' || l.source_id || ' --now asks at once, and says until when it rests.',
          'Open the address in a browser: where the outlet has moved it, correct [[find]] in the source file; wireroom sources check ' || l.source_id || ' tries it.'), since_at
FROM listings AS l
UNION ALL
SELECT source_id, 'requests', CASE WHEN fetched + unchanged + failed < 5 THEN 'unknown' WHEN failed > fetched + unchanged THEN 'failing' ELSE 'ok' END,
       format('{} of {} requests for articles failed', failed, fetched + unchanged + failed), 'fewer than half',
       'Ask why: wireroom query "SELECT outcome, status, reason, count(*) FROM fetches WHERE source_id = ''' || source_id || ''' GROUP BY ALL ORDER BY ALL".', started_at
FROM last_run
WHERE run_id IS NOT NULL;

CREATE MACRO health_of_silence(source, moment) AS TABLE
WITH runs_of AS MATERIALIZED (
    SELECT source_id, run_id, started_at, started_at = min(started_at) OVER (PARTITION BY source_id) AS is_first
    FROM health_looks(source, moment)
    WHERE state <> 'failed'
),
arrivals AS (
    SELECT a.source_id, u.first_seen_at, r.is_first,
           epoch(u.first_seen_at - lag(u.first_seen_at) OVER (PARTITION BY a.source_id ORDER BY u.first_seen_at)) / 86400 AS gap
    FROM addresses AS a
    JOIN runs_of AS r ON r.run_id = a.run_id
    JOIN article_urls AS u ON u.source_id = a.source_id AND u.url_key = a.url_key
    WHERE u.first_seen_at BETWEEN moment - INTERVAL 150 DAY AND moment
),
silences AS (
    SELECT *, epoch(looked_at - latest_at) / 86400 AS days, articles / greatest(1, epoch(latest_at - first_at) / 86400) AS a_day
    FROM (
        SELECT source_id, max(first_seen_at) AS latest_at, min(first_seen_at) AS first_at, max(gap) AS longest, count(*) FILTER (NOT is_first) AS articles
        FROM arrivals GROUP BY source_id
    )
    RIGHT JOIN (SELECT source_id, max(started_at) AS looked_at, min(started_at) AS began_at FROM runs_of GROUP BY source_id) USING (source_id)
)
SELECT source_id, 'silence' AS "check",
       CASE WHEN days > silence_days OR (articles IS NULL AND epoch(looked_at - began_at) / 86400 > silence_days) 
                 OR (silence_days IS NULL AND judge_history AND articles >= 20 AND days > 2 * longest AND days * a_day >= 9.2) THEN 'failing'
            WHEN silence_days IS NOT NULL OR articles >= 20 THEN 'ok' ELSE 'unknown' END AS state,
       CASE WHEN latest_at IS NULL THEN 'No article has been found yet'
            ELSE format('The latest new article was found {} before the last look',
                        if(days < 2, format('{:.0f} hours', greatest(0, 24 * days)), format('{:.1f} days', days))) END AS measured,
       CASE WHEN silence_days IS NOT NULL THEN format('one at least every {:.1f} days', silence_days)
            WHEN articles >= 20 THEN format('one at least every {:.1f} days, as before', longest) ELSE 'not known yet' END AS expected,
       'Open its home page: where new articles are there, its listings have changed, and wireroom sources check ' || source_id || ' says which.' AS advice,
       latest_at AS since_at
FROM silences LEFT JOIN health_limits(source, moment) USING (source_id);

-- Too few and too many: against the limits, against the weeks before, and what a single run brought.
CREATE MACRO health_of_counts(source, moment) AS TABLE
WITH limited AS (
    SELECT source_id, direction, span, day, articles, if(direction = 'few', articles_min, articles_max) AS threshold,
           if(direction = 'few', articles < articles_min, articles > articles_max) AS broken, per
    FROM (
        SELECT l.*, s.day, s.span, s.articles, direction
        FROM health_limits(source, moment) AS l
        JOIN (SELECT source_id, max(started_at) AS looked_at FROM health_looks(source, moment) WHERE state <> 'failed' GROUP BY source_id) AS r ON r.source_id = l.source_id,
        LATERAL (VALUES ('many', r.looked_at::DATE), ('few', (r.looked_at - INTERVAL 36 HOUR)::DATE)) AS e (direction, day)
        JOIN health_sums(source, moment) AS s
          ON s.source_id = l.source_id AND s.day = e.day AND s.span = CASE l.per WHEN 'day' THEN 1 WHEN 'week' THEN 7 ELSE 28 END
    )
),
compared AS (
    SELECT r.*, coalesce(judge_history AND weeks >= 4 AND evidence >= 9.2
                         AND if(direction = 'many', articles >= 1.8 * usual AND articles > highest + (highest - usual) / 2,
                                articles <= 0.5 * usual AND articles < lowest - (usual - lowest) / 2), false) AS broken
    FROM health_rates(source, moment) AS r JOIN health_limits(source, moment) USING (source_id)
),
strongest AS (
    SELECT source_id, direction, bool_or(broken) AS broken, arg_max({'span': span, 'articles': articles, 'usual': usual, 'day': day, 'weeks': weeks},
           {'broken': broken, 'strength': if(broken, evidence, if(span = 7, 1, 0))}) AS s
    FROM compared WHERE weeks >= 4
    GROUP BY source_id, direction
),
bursts AS (
    SELECT b.*, articles >= 10 AND articles > 2 * most AND articles > 2 * due AND articles * ln(greatest(articles, 1) / greatest(due, 0.25)) - articles + due >= 9.2 AS broken
    FROM health_bursts(source, moment) AS b JOIN health_limits(source, moment) USING (source_id)
    WHERE judge_history
)
SELECT o.source_id, 'too_' || o.direction AS "check",
       CASE WHEN coalesce(l.broken, false) OR coalesce(s.broken, false) OR coalesce(b.broken, false) THEN 'failing'
            WHEN l.threshold IS NOT NULL OR s.source_id IS NOT NULL THEN 'ok' ELSE 'unknown' END AS state,
       CASE WHEN b.broken THEN format('The last run found {} articles that were not known before', b.articles)
            WHEN s.broken OR l.articles IS NULL THEN CASE WHEN s.s IS NULL THEN 'Too little is known yet' ELSE
                format('{} articles in {} to {}', s.s.articles, if(s.s.span = 1, 'the day', format('the {} days', s.s.span)), s.s.day) END
            ELSE format('{} articles in {} to {}', l.articles, if(l.span = 1, 'the day', format('the {} days', l.span)), l.day) END AS measured,
       CASE WHEN b.broken THEN format('{:.0f} or fewer, as its runs and its days were', greatest(ceil(b.due), b.most))
            WHEN l.broken OR (l.threshold IS NOT NULL AND NOT coalesce(s.broken, false)) THEN format('{} or {}', l.threshold, if(o.direction = 'few', 'more', 'fewer'))
            WHEN s.s IS NULL THEN 'not known before four weeks have passed'
            ELSE format('about {:.0f}, as in the {} weeks before', s.s.usual, s.s.weeks) END AS expected,
       if(o.direction = 'few', 'See on its home page whether there are more; then wireroom sources check ' || o.source_id || ' shows what its listings give.',
          'See whether the same articles stand at two addresses, or a listing names what it did not before: wireroom query "SELECT url, headline FROM articles WHERE source_id = ''' || o.source_id || ''' ORDER BY load_id DESC LIMIT 20".') AS advice,
       coalesce(if(b.broken, b.started_at, NULL), if(s.broken, (s.s.day - (s.s.span - 1)::INTEGER)::TIMESTAMP, NULL), if(l.broken, (l.day - (l.span - 1)::INTEGER)::TIMESTAMP, NULL)) AS since_at
FROM (SELECT source_id, direction FROM health_limits(source, moment) CROSS JOIN (VALUES ('few'), ('many')) AS d (direction)) AS o
LEFT JOIN limited AS l ON l.source_id = o.source_id AND l.direction = o.direction
LEFT JOIN strongest AS s ON s.source_id = o.source_id AND s.direction = o.direction
LEFT JOIN bursts AS b ON b.source_id = o.source_id AND o.direction = 'many';

-- The usual length against its limits, and whether many articles of many days share one date.
CREATE MACRO health_of_articles(source, moment) AS TABLE
WITH latest AS (
    SELECT source_id, count(*) AS pages, median(word_count) AS words, min(observed_at) AS since_at,
           count(*) FILTER (date_published IS NOT NULL AND is_new) AS dated, min(date_published) FILTER (is_new) AS first_date,
           max(date_published) FILTER (is_new) AS last_date, count(DISTINCT observed_at::DATE) FILTER (date_published IS NOT NULL AND is_new) AS days
    FROM (SELECT * FROM health_samples(source, moment) WHERE is_article QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY place) <= 20)
    GROUP BY source_id
)
SELECT source_id, 'words' AS "check",
       CASE WHEN pages < 5 THEN 'unknown' WHEN words < words_min OR words > words_max THEN 'failing' ELSE 'ok' END AS state,
       format('The latest {} articles have {:.0f} words, the median of them', pages, words) AS measured,
       concat_ws(' and ', words_min || ' or more', words_max || ' or fewer') AS expected,
       'Read one of them on its page and with wireroom explain URL: text may be missing, or furniture taken in.' AS advice, since_at
FROM latest JOIN health_limits(source, moment) USING (source_id)
WHERE words_min IS NOT NULL OR words_max IS NOT NULL
UNION ALL
SELECT source_id, 'dates.one_day', CASE WHEN dated < 10 OR days < 4 THEN 'unknown' WHEN first_date = last_date THEN 'failing' ELSE 'ok' END,
       format('The latest {} dated articles, found on {} {}, bear {}', dated, days, if(days = 1, 'day', 'days'), if(first_date = last_date, format('one date, {}', first_date), 'several dates')),
       'more than one date',
       'A date of the page may have been taken for the article''s: wireroom query "SELECT url, date_published, date_published_basis FROM articles WHERE source_id = ''' || source_id || ''' ORDER BY valid_from DESC LIMIT 10".', since_at
FROM latest;

CREATE MACRO health_at(source, moment) AS TABLE
SELECT source_id, "check", state, measured, expected,
       measured || CASE state WHEN 'failing' THEN '; expected: ' || expected || '. ' || advice WHEN 'unknown' THEN '.' ELSE '; expected: ' || expected || '.' END AS message,
       if(state = 'failing', since_at, NULL) AS since_at
FROM (
    FROM health_of_runs(source, moment)
    UNION ALL FROM health_of_silence(source, moment)
    UNION ALL FROM health_of_counts(source, moment)
    UNION ALL FROM health_of_pages(source, moment)
    UNION ALL FROM health_of_articles(source, moment)
);

CREATE VIEW health_checks AS
FROM health_at(NULL::VARCHAR, make_timestamp(epoch_us(now())));
