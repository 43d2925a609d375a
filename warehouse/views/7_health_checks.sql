-- Verdicts on pages. docs/health.md says why the thresholds are what they are.

-- Shares of good pages over the last run and the last 5, 20 and 100 pages, beside the limit and what was usual before.
CREATE MACRO health_shares(source, moment) AS TABLE
WITH answers AS MATERIALIZED (
    SELECT *, count(*) FILTER (in_last_run) OVER whole AS fresh,
           avg(good::INTEGER) OVER (whole ORDER BY place ROWS BETWEEN CURRENT ROW AND 4 FOLLOWING) AS share5,
           avg(good::INTEGER) OVER (whole ORDER BY place ROWS BETWEEN CURRENT ROW AND 19 FOLLOWING) AS share20,
           row_number() OVER (whole ORDER BY place) AS number, count(*) OVER whole AS pages
    FROM health_answers(source, moment)
    WINDOW whole AS (PARTITION BY source_id, "check")
),
past AS (
    SELECT source_id, "check", (count(*) FILTER (good) + 0.5) / (count(*) + 1) AS usual_share, count(*) AS past_pages,
           min(share5) FILTER (number <= pages - 4) AS lowest5, min(share20) FILTER (number <= pages - 19) AS lowest20
    FROM answers
    WHERE number > greatest(fresh, if(pages < 60, 5, 20)) AND usual
    GROUP BY ALL
),
windows AS (
    SELECT source_id, "check", width, count(*) AS seen, count(*) FILTER (good) AS good, avg(good::INTEGER) AS share,
           avg(good::INTEGER) FILTER (number <= if(width = 100, 20, 5)) AS share_of_latest,
           if(any_value(least) IS NULL, NULL, least(0.999, greatest(0.001, any_value(least)))) AS least, any_value(usual) AS usual, any_value(fresh) AS fresh, any_value(pages) AS pages,
           min(observed_at) FILTER (NOT good) AS bad_since_at
    FROM answers, LATERAL (VALUES (5), (20), (100), (0)) AS w (width)
    WHERE number <= if(width = 0, fresh, width) AND (pages >= width OR width = 5) AND (width > 0 OR fresh >= 5)
    GROUP BY ALL
),
weighed AS (
    SELECT w.*, p.usual_share, coalesce(p.past_pages, 0) AS past_pages,
           -- Sanov's bound: pages times the divergence of the share from what it should be; 3 is 1 in 20, 10.5 is 1 in 40,000.
           seen * (share * ln(greatest(share, 1e-9) / least) + (1 - share) * ln(greatest(1 - share, 1e-9) / (1 - least))) AS against_limit,
           seen * (share * ln(greatest(share, 1e-9) / usual_share) + (1 - share) * ln(greatest(1 - share, 1e-9) / (1 - usual_share))) AS against_past,
           least IS NOT NULL AND seen >= 5 AND share < least AND share_of_latest < least AND against_limit >= if(seen < 20, 4.6, 3) AS breaks_limit,
           coalesce(usual AND width <> 100 AND seen >= 5 AND past_pages >= 20 AND share <= usual_share - 0.2 AND share_of_latest <= usual_share - 0.2
                    AND share < if(seen >= 20, coalesce(lowest20, lowest5), lowest5) AND against_past >= 10.5, false) AS breaks_past
    FROM windows AS w LEFT JOIN past AS p USING (source_id, "check")
)
SELECT source_id, "check", bool_or(coalesce(breaks_limit, false)) AS breaks_limit, bool_or(breaks_past) AS breaks_past,
       max(least) AS least, max(usual_share) AS usual_share, max(past_pages) AS past_pages,
       arg_max({'seen': seen, 'good': good, 'share': share, 'since': bad_since_at},
               {'failing': coalesce(breaks_limit, false) OR breaks_past,
                'strength': if(coalesce(breaks_limit, false) OR breaks_past, greatest(coalesce(against_limit, 0), coalesce(against_past, 0)), if(width <= 20, width, 1))}) AS shown
FROM weighed
GROUP BY ALL;

-- Outlets of which no page ever was an article, although five or more were read, by whatever run: there is no past to ask.
CREATE MACRO health_of_barren(source, moment) AS TABLE
WITH barren AS (
    SELECT source_id FROM readings
    WHERE observed_at <= moment AND (source IS NULL OR source_id = source)
    GROUP BY source_id
    HAVING count(record_hash) = 0
)
SELECT source_id, 'rejected' AS "check", 'failing' AS state,
       format('None of the {} pages read was an article: {}', count(DISTINCT url_key), rtrim(mode(coalesce(reject_message, reject_reason)), '.')) AS measured,
       'some of them at least' AS expected,
       'The pattern under [article] in the source file may take listings for articles; wireroom sources check ' || source_id || ' shows what comes of a few.' AS advice,
       min(observed_at) AS since_at
FROM readings JOIN barren USING (source_id)
WHERE counts AND observed_at <= moment
GROUP BY source_id
HAVING count(DISTINCT url_key) >= 5;

-- The same as verdicts; `advice` says what to do.
CREATE MACRO health_of_pages(source, moment) AS TABLE
WITH barren AS MATERIALIZED (FROM health_of_barren(source, moment)),
said AS (
    SELECT *, split_part("check", '.', 1) AS kind, split_part("check", '.', 2) AS field,
           CASE WHEN breaks_limit OR breaks_past THEN 'failing'
                WHEN shown.seen >= 5 AND (least IS NOT NULL OR past_pages >= 20) THEN 'ok' ELSE 'unknown' END AS state,
           least IS NOT NULL AND NOT (breaks_past AND NOT breaks_limit) AS by_limit
    FROM health_shares(source, moment)
)
SELECT source_id, "check", state,
       CASE "check" WHEN 'rejected' THEN format('{} of the latest {} pages were no article ({:.0f} %)', seen - good, seen, 100 * (1 - share))
                    WHEN 'layout' THEN format('{} of the latest {} articles have a layout that was not seen before', seen - good, seen)
                    WHEN 'words.short' THEN format('{} of the latest {} articles are as short as the shortest tenth used to be', seen - good, seen)
                    WHEN 'words.long' THEN format('{} of the latest {} articles are as long as the longest tenth used to be', seen - good, seen)
                    WHEN 'dates.future' THEN format('{} of the latest {} articles state a date that had not come yet', seen - good, seen)
                    WHEN 'dates.first_of_january' THEN format('{} of the latest {} articles state a first of January as their date', seen - good, seen)
                    WHEN 'dates.old' THEN format('{} of the latest {} new articles have a date long before the day on which they were listed', seen - good, seen)
                    ELSE format('{} of the latest {} articles have the field {} ({:.0f} %)', good, seen, field, 100 * share) END AS measured,
       CASE WHEN state = 'unknown' THEN format('cannot be said from {} pages', seen + past_pages)
            WHEN kind = 'filled' THEN format('{:.0f} % {}', 100 * if(by_limit, least, usual_share), if(by_limit, 'or more', 'or so, as before'))
            ELSE format('{:.0f} % {}', 100 * (1 - if(by_limit, least, usual_share)), if(by_limit, 'or fewer', 'or so, as before')) END AS expected,
       CASE "check" WHEN 'rejected' THEN 'Ask why: wireroom query "SELECT reason, message, url FROM rejects WHERE source_id = ''' || source_id || ''' ORDER BY asked_at DESC LIMIT 10".'
                    WHEN 'layout' THEN 'Look at one of them with wireroom show, and whether [parse] container and furniture in the source file still fit.'
                    WHEN 'dates.old' THEN 'See whether a listing names old articles anew, and what the dates rest on (date_published_basis).'
                    ELSE if(kind = 'dates', 'A row has only what is believed; see what was stated: wireroom query "SELECT basis, value, chosen, note FROM field_evidence WHERE field = ''date_published'' AND source_id = ''' || source_id || ''' ORDER BY observed_at DESC LIMIT 20".',
                            'Read one of them on its page and with wireroom explain URL: the outlet may have changed its pages, and [parse] in the source file must follow.') END AS advice,
       if(state = 'failing', since, NULL) AS since_at
FROM (SELECT *, unnest(shown) FROM said)
WHERE NOT ("check" = 'rejected' AND source_id IN (SELECT source_id FROM barren))
UNION ALL
FROM barren;
