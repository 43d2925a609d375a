-- What is known of each day of an archive, and what is missing.

CREATE VIEW coverage AS
WITH states AS (
    SELECT source_id, url_key, finder, unit, day, outcome, reason, is_final FROM address_states
),
-- Which finders have listed an address: the first, and those that came to it later.
sights AS (
    SELECT source_id, url_key, list(DISTINCT finder) AS others FROM sightings GROUP BY ALL
),
tallied AS (
    SELECT source_id, scope, finder, unit, day, outcome, reason, is_final, count(*) AS n,
           CASE outcome WHEN 'never_tried' THEN 'never tried' WHEN 'deferred' THEN 'put off' WHEN 'fetched' THEN 'not read yet'
                        WHEN 'rejected' THEN CASE WHEN is_final THEN 'no article' ELSE 'not read' END ELSE outcome END AS said
    FROM (
        SELECT source_id, 'day' AS scope, NULL AS finder, NULL AS unit, day, outcome, reason, is_final FROM states WHERE day IS NOT NULL
        UNION ALL
        SELECT source_id, 'unit', finder, unit, NULL, outcome, reason, is_final FROM states WHERE unit IS NOT NULL
    )
    GROUP BY ALL
),
counted AS (
    SELECT source_id, scope, finder, unit, day, sum(n) AS found,
           sum(n) FILTER (outcome IN ('article', 'rejected', 'fetched')) AS fetched,
           sum(n) FILTER (outcome = 'article') AS articles,
           sum(n) FILTER (outcome = 'rejected' AND is_final) AS rejected,
           sum(n) FILTER (outcome IN ('failed', 'refused', 'rejected') AND NOT is_final) AS failed,
           sum(n) FILTER (outcome = 'deferred') AS deferred,
           sum(n) FILTER (is_final AND outcome NOT IN ('article', 'rejected')) AS gone,
           sum(n) FILTER (outcome = 'never_tried') AS never_tried,
           string_agg(n || ' ' || said || coalesce(' (' || reason || ')', ''), ', ' ORDER BY n DESC, said, reason)
               FILTER (outcome <> 'article') AS troubles
    FROM tallied
    GROUP BY ALL
),
-- What an archive of captures lists whole is what it has caught, and by the day of capture: that vouches for no day.
listed AS (
    SELECT source_id, 'day' AS scope, NULL::VARCHAR AS finder, NULL::VARCHAR AS unit, day, NULL::DATE AS only_day,
           ['never_tried', 'captures', 'beside', 'unreachable', 'partial', 'whole'][max(rank)] AS listing,
           arg_max(CASE WHEN lost IS NOT NULL THEN reason ELSE finder || ' ' || unit || coalesce(' (' || reason || ')', '') END, place) AS listed_by,
           arg_max(lost IS NOT NULL, place) AS is_read,
           bool_or(is_own AND rank = 6) AS is_own, bool_and(is_edge) FILTER (rank IN (4, 5)) AS is_edge,
           list_sort(list(DISTINCT finder) FILTER (rank IN (2, 6))) AS finders,
           list_sort(list(DISTINCT finder || ' ' || unit) FILTER (rank = 6)) AS witnesses,
           max(confirmed_at) FILTER (rank = 6) AS confirmed_at, NULL::INTEGER AS late_links
    FROM (
        SELECT *, CASE WHEN listing = 'whole' THEN CASE WHEN finder IN ('wayback', 'warc') THEN 2 WHEN is_half THEN NULL ELSE 6 END
                       ELSE list_position(['never_tried', NULL, 'beside', 'unreachable', 'partial'], listing) END AS rank,
               -- What was not read is said before what did not come.
               rank + CASE WHEN lost IS NULL THEN 0.5 ELSE 0 END AS place
        FROM (
            -- Two templates list two parts of an outlet: where one failed, the other does not vouch for the day. One that has no such
            -- page is of other days, as before and after an outlet has moved its archive.
            SELECT *, finder = 'template' AND bool_or(finder = 'template' AND listing IN ('unreachable', 'partial')
                   AND coalesce(reason, '') NOT IN ('status_404', 'status_410', 'soft_404', 'redirected', 'other_page')) OVER (PARTITION BY source_id, day) AS is_half
            FROM unit_days
        )
    )
    GROUP BY ALL
    UNION ALL
    SELECT source_id, 'unit', finder, unit, NULL, CASE WHEN first_day = last_day THEN first_day END, listing,
           finder || ' ' || unit || coalesce(' (' || coalesce(cut_reason, nullif(reason, 'not_modified')) || ')', ''), false, NULL, NULL, NULL,
           CASE WHEN listing IN ('whole', 'confirmed_empty') THEN [finder || ' ' || unit] END, confirmed_at, late_links
    FROM unit_states
),
-- Where several finders reach a day: the share of its addresses that all of them have listed.
seen AS (
    SELECT source_id, day, CASE WHEN others IS NULL THEN [finder] ELSE list_distinct(list_append(others, finder)) END AS seen, count(*) AS n
    FROM states LEFT JOIN sights USING (source_id, url_key)
    WHERE day IS NOT NULL
    GROUP BY ALL
),
reached AS (
    SELECT source_id, day, list_sort(list_distinct(list_concat(coalesce(any_value(finders), []), flatten(list(seen))))) AS all_finders
    FROM seen LEFT JOIN listed USING (source_id, day)
    GROUP BY ALL
),
agreed AS (
    SELECT source_id, day, any_value(all_finders) AS all_finders,
           CASE WHEN len(any_value(all_finders)) > 1 THEN coalesce(sum(n) FILTER (len(seen) = len(all_finders)), 0) / sum(n) END AS agreement
    FROM seen JOIN reached USING (source_id, day)
    GROUP BY ALL
),
-- The days that backfills were asked for, as far as they were over then: of those that nobody names it is known that they are missing.
wanted AS (
    SELECT DISTINCT source_id, 'day' AS scope, unnest(generate_series(first_day::TIMESTAMP, least(last_day::TIMESTAMP, started_at - INTERVAL 36 HOUR), INTERVAL 1 DAY))::DATE AS day
    FROM runs
    WHERE first_day IS NOT NULL AND state <> 'failed'
),
known AS (
    SELECT source_id, scope, finder, unit, day, max(only_day) AS only_day, max(listing) AS listing, max(listed_by) AS listed_by, bool_or(is_read) AS is_read,
           bool_or(is_own) AS is_own, bool_and(is_edge) AS is_edge, any_value(finders) AS finders, any_value(witnesses) AS witnesses, max(confirmed_at) AS confirmed_at, max(late_links) AS late_links,
           coalesce(max(found), 0) AS found, coalesce(max(fetched), 0) AS fetched, coalesce(max(articles), 0) AS articles,
           coalesce(max(rejected), 0) AS rejected, coalesce(max(failed), 0) AS failed, coalesce(max(deferred), 0) AS deferred,
           coalesce(max(gone), 0) AS gone, coalesce(max(never_tried), 0) AS never_tried, max(troubles) AS troubles
    FROM (FROM counted UNION ALL BY NAME FROM listed UNION ALL BY NAME FROM wanted)
    GROUP BY ALL
),
-- The outlet's life, and how far listings reach: what lies before its first article is no hole, unless it is only a few days.
spans AS (
    SELECT source_id, min(day) FILTER (found > 0) AS first_found, max(day) FILTER (found > 0) AS last_found,
           min(day) FILTER (listing <> 'beside') AS first_listed, max(day) FILTER (listing <> 'beside') AS last_listed
    FROM known
    WHERE scope = 'day'
    GROUP BY ALL
),
-- How many addresses are usual on such a weekday: over half a year either side, weeks without any left out, and days whose
-- listing was not read. What is low is not learnt from days without any, or an archive of many holes would not know its thin days,
-- nor from the day itself, which of thirteen weeks may be the second that is low. Whether one day is like another all weekdays
-- tell together, each by what is usual on it: in three months too few are of one.
levels AS (
    SELECT *, quantile_disc(CASE WHEN found > 0 THEN found / nullif(level, 0) END, 0.1) OVER (PARTITION BY source_id ORDER BY day ROWS BETWEEN 182 PRECEDING AND 182 FOLLOWING) AS evenness
    FROM (
        SELECT source_id, day, weekday, found, count(*) OVER around AS samples, median(found) OVER around AS level,
               quantile_disc(nullif(found, 0), 0.1) OVER others AS low, avg((found > 0)::INTEGER) OVER around AS filled
        FROM (
            SELECT source_id, day, dayofweek(day) AS weekday, coalesce(found, 0) AS found
            FROM (SELECT DISTINCT source_id, day + unnest([-3, -2, -1, 0, 1, 2, 3]) AS day FROM known WHERE scope = 'day' AND found > 0) AS d
            JOIN spans USING (source_id)
            LEFT JOIN (FROM known WHERE scope = 'day') AS k USING (source_id, day)
            WHERE day BETWEEN first_found AND last_found
              AND NOT coalesce(listing IN ('unreachable', 'never_tried') OR (listing = 'partial' AND NOT (is_edge AND found > 0)), false)
        )
        WINDOW around AS (PARTITION BY source_id, weekday ORDER BY day ROWS BETWEEN 26 PRECEDING AND 26 FOLLOWING),
               others AS (PARTITION BY source_id, weekday ORDER BY day ROWS BETWEEN 26 PRECEDING AND 26 FOLLOWING EXCLUDE CURRENT ROW)
    )
),
judged AS (
    SELECT k.* EXCLUDE (finders, listing),
           -- What was not read may also be of a day at its edge; where one day is like another, and this one is like them, it is not.
           is_edge AND k.found >= b.level AND b.level >= 1 AND b.low >= 0.9 * b.level AND b.samples >= 8 AS is_full,
           CASE WHEN is_full THEN 'whole' ELSE k.listing END AS listing, coalesce(all_finders, finders) AS finders, agreement, dayname(k.day) AS weekday, coalesce(b.level, a.level) AS level,
           coalesce(b.samples, a.samples) AS samples, coalesce(b.low, a.low) AS low, coalesce(b.filled, a.filled) AS filled,
           (k.day BETWEEN first_found AND last_found OR (k.day < first_found AND first_found - first_listed <= 14)
                OR (k.day > last_found AND last_listed - last_found <= 14))
           AND CASE WHEN coalesce(b.samples, a.samples, 0) >= 8 THEN coalesce(b.filled, a.filled) >= 0.9 OR coalesce(b.level, a.level) >= 3
                    WHEN coalesce(b.samples, a.samples, 0) >= 3 THEN coalesce(b.filled, a.filled) >= 0.5
                    ELSE true END AS is_usual,
           k.found > 0 AND b.samples >= 8 AND 2 * k.found < b.low AND k.confirmed_at >= k.day + INTERVAL 72 HOUR
           -- Chernoff's bound of the Poisson tail; where one day is like another, less than half of what is usual.
           AND (exp(k.found - b.level + k.found * ln(greatest(b.level, 1) / greatest(k.found, 1))) < 0.0001 OR (b.level >= 4 AND b.evenness >= 0.9)) AS is_thin
    FROM (SELECT *, dayofweek(day) AS of_week FROM known WHERE scope = 'day') AS k
    LEFT JOIN spans USING (source_id)
    LEFT JOIN agreed USING (source_id, day)
    ASOF LEFT JOIN levels AS b ON b.source_id = k.source_id AND b.weekday = k.of_week AND b.day <= k.day
    ASOF LEFT JOIN levels AS a ON a.source_id = k.source_id AND a.weekday = k.of_week AND a.day >= k.day
),
stated AS (
    SELECT source_id, scope, finder, unit, day, listing, listed_by, witnesses, finders, agreement, late_links, level, samples, low, filled, weekday, troubles, is_full, is_read,
           found, fetched, articles, rejected, failed, deferred, gone, never_tried, found - articles - rejected - gone AS missing,
           CASE WHEN scope = 'day' AND listing IS NULL AND found = 0 THEN 'never_tried'
                WHEN listing IN ('unreachable', 'never_tried') AND found = 0 THEN listing
                WHEN never_tried > 0 AND never_tried = found THEN 'never_tried'
                WHEN listing = 'unreachable' THEN 'unreachable'
                WHEN listing = 'partial' OR articles + rejected + gone < found THEN 'partial'
                WHEN listing IS NULL OR listing IN ('never_tried', 'not_yet', 'captures') OR (listing = 'beside' AND found > 0) THEN 'unlisted'
                WHEN is_thin THEN 'thin'
                WHEN found > 0 OR (scope = 'unit' AND listing = 'whole') THEN 'complete'
                WHEN is_own OR NOT coalesce(is_usual, false) THEN 'confirmed_empty'
                ELSE 'unlisted' END AS state
    FROM (
        FROM judged
        UNION ALL BY NAME
        SELECT u.*, d.weekday, d.level, d.is_thin
        FROM (FROM known WHERE scope = 'unit') AS u
        LEFT JOIN (FROM judged WHERE is_thin) AS d ON d.source_id = u.source_id AND d.day = u.only_day
    )
)
SELECT source_id, scope, finder, unit, day, state,
       nullif(concat_ws('; ',
           CASE WHEN listing = 'unreachable' THEN 'its listing could not be read: ' || listed_by
                WHEN listing = 'partial' AND is_read THEN listed_by
                WHEN listing = 'partial' THEN 'its listing was not read whole: ' || listed_by
                WHEN listing = 'not_yet' THEN 'its listing is not there yet: ' || listed_by
                WHEN listing = 'never_tried' THEN 'its listing was not asked for yet: ' || listed_by
                WHEN listing = 'captures' THEN 'only captures speak for it: ' || listed_by
                WHEN scope = 'day' AND listing IS NULL AND found = 0 THEN 'nobody has looked at this day'
                WHEN listing IS NULL OR (listing = 'beside' AND found > 0) THEN 'no listing that was read whole speaks for it'
                WHEN state = 'unlisted' THEN 'nothing is listed by ' || listed_by
                     || coalesce(', and ' || level::INTEGER || CASE level::INTEGER WHEN 1 THEN ' is' ELSE ' are' END || ' usual on a ' || weekday, '')
                WHEN is_full THEN 'it has as many as nearly every ' || weekday || ', and so nothing of what was not read: ' || listed_by
                WHEN state = 'thin' THEN found || CASE found WHEN 1 THEN ' is' ELSE ' are' END || ' listed, and ' || level::INTEGER
                     || ' are usual on a ' || weekday END,
           troubles), '') AS reason,
       witnesses, finders, agreement, found, fetched, articles, rejected, failed, deferred, gone, never_tried, missing, level, samples, low, filled, late_links
FROM stated;

-- What is usual for an outlet on such a weekday, as its days are judged.
CREATE VIEW day_levels AS
SELECT source_id, day, dayofweek(day) AS weekday, found, samples, level, low, filled
FROM coverage
WHERE scope = 'day' AND level IS NOT NULL;

-- Every day of a month ('2017-09', or any day of it) up to today, also those that nobody ever looked at.
CREATE MACRO coverage_of(source, month) AS TABLE
SELECT d.day, coalesce(c.state, 'never_tried') AS state, c.reason, c.witnesses, coalesce(c.found, 0) AS found, coalesce(c.articles, 0) AS articles,
       coalesce(c.rejected, 0) AS rejected, coalesce(c.gone, 0) AS gone,
       coalesce(c.failed, 0) + coalesce(c.deferred, 0) + coalesce(c.never_tried, 0) AS missing
FROM (
    SELECT unnest(generate_series(first, least(first + INTERVAL 1 MONTH - INTERVAL 1 DAY, current_date::TIMESTAMP), INTERVAL 1 DAY))::DATE AS day
    FROM (SELECT (left(month::VARCHAR, 7) || '-01')::TIMESTAMP AS first)
) AS d
LEFT JOIN (SELECT * FROM coverage WHERE scope = 'day' AND source_id = source) AS c ON c.day = d.day
ORDER BY d.day;
