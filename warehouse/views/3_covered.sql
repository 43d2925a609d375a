-- Which days the listings of an archive speak for, and how. A listing speaks for a day once that day has ended everywhere on
-- earth (36 hours after it began in UTC): sooner, an outlet may still add to it.

-- The days that a unit speaks for. One that has a period speaks for all of it, once what it lists has days; a sitemap or
-- the pages of an index, read together, for the days from the first to the last that they name, or that their articles name.
CREATE VIEW unit_days AS
WITH undated AS (
    SELECT a.source_id, a.finder, a.unit, a.run_id, min(a.day) AS first_day, max(a.day) AS last_day, count(*) AS n,
           count(*) FILTER (u.url_key IS NOT NULL AND u.first_day IS NULL) AS lost
    FROM addresses AS a
    LEFT JOIN undated_addresses AS u ON u.source_id = a.source_id AND u.url_key = a.url_key
    WHERE (a.source_id, a.finder, a.unit) IN (SELECT (source_id, finder, unit) FROM units WHERE undated > 0)
    GROUP BY ALL
),
dayless AS (
    SELECT source_id, finder, unit, min(first_day) AS first_day, max(last_day) AS last_day, sum(n) AS n, sum(lost) AS lost
    FROM undated
    GROUP BY ALL
),
looks AS (
    SELECT *, max(listed_at) FILTER (outcome IN ('fetched', 'unchanged')) OVER (PARTITION BY source_id, finder, unit, read) AS confirmed_at,
           bool_or(moved) OVER (PARTITION BY source_id, finder, unit) AS is_rolling,
           max(listed_at) FILTER (whole AND first_day IS NOT NULL) OVER (PARTITION BY source_id, finder, unit) AS last_read_at
    FROM (
        SELECT *, count(*) FILTER (outcome = 'fetched') OVER (PARTITION BY source_id, finder, unit ORDER BY listed_at) AS read,
               first_day > lag(first_day IGNORE NULLS) OVER (PARTITION BY source_id, finder, unit ORDER BY listed_at) AS moved
        FROM (
            -- A sitemap that lists fewer than are known of it has dropped some; of an index a run knows what it has
            -- found itself, and what was known of the rest.
            SELECT u.* REPLACE (CASE WHEN u.finder = 'sitemap' OR NOT is_lost THEN least(coalesce(u.first_day, s.first_day), i.first_day + CASE WHEN r.kind = 'backfill' AND u.reason IS DISTINCT FROM 'one_page' THEN 0 ELSE 1 END) END AS first_day,
                                CASE WHEN u.finder = 'sitemap' OR NOT is_lost THEN greatest(coalesce(u.last_day, s.last_day), i.last_day) END AS last_day), r.kind
            FROM units AS u
            LEFT JOIN (SELECT run_id, any_value(kind) AS kind FROM runs GROUP BY run_id) AS r USING (run_id)
            LEFT JOIN dayless AS s ON u.finder = 'sitemap' AND u.whole AND u.undated > 0 AND s.n <= u.links AND s.lost * 100 <= s.n
                 AND s.source_id = u.source_id AND s.finder = u.finder AND s.unit = u.unit
            LEFT JOIN undated AS i ON u.finder = 'index' AND u.whole AND u.undated > 0
                 AND i.source_id = u.source_id AND i.finder = u.finder AND i.unit = u.unit AND i.run_id = u.run_id
            LEFT JOIN (SELECT source_id, sum(lost) * 100 > sum(n) AS is_any FROM undated WHERE finder = 'index' GROUP BY ALL) AS l ON l.source_id = u.source_id,
            LATERAL (SELECT u.undated > 0 AND (coalesce(is_any, false) OR coalesce(i.lost * 100 > i.n, false)) AS is_lost)
            WHERE u.finder IN ('sitemap', 'index')
        )
    )
),
-- The pages of an index in the order in which a run read them, the latest first. One that was not read may list whatever lies
-- between its neighbours; where days of neighbours overlap, as much on either side. Of an index in no order nobody can say.
-- Where an outlet has several indexes, each begins with an address that those of its further pages go on from.
pages AS (
    SELECT *, count(*) FILTER (is_gap) OVER (PARTITION BY source_id, run_id ORDER BY listed_at) AS part, count(*) FILTER (is_gap) OVER (PARTITION BY source_id, run_id) AS parts,
           last_value(CASE WHEN is_read THEN {'first_day': first_day, 'last_day': last_day} END IGNORE NULLS) OVER (down ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS above,
           first_value(CASE WHEN is_read THEN {'first_day': first_day, 'last_day': last_day} END IGNORE NULLS) OVER (down ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS below
    FROM (
        SELECT *, count(*) FILTER (is_start) OVER (PARTITION BY source_id, run_id ORDER BY listed_at) AS chain
        FROM (
            SELECT *, NOT coalesce(whole, false) AND outcome <> 'unchanged' OR (undated > 0 AND first_day IS NULL AND outcome = 'fetched') AS is_gap,
                   NOT is_gap AND first_day IS NOT NULL AS is_read, coalesce(kind = 'backfill', false) AS is_backfill,
                   coalesce(starts_with(lead(unit) OVER walk, unit), false)
                   OR coalesce(lag(unit) OVER walk <> first_value(unit) OVER walk AND starts_with(lag(unit) OVER walk, first_value(unit) OVER walk)
                               AND NOT starts_with(unit, first_value(unit) OVER walk), false) AS is_start
            FROM looks
            WHERE finder = 'index'
            WINDOW walk AS (PARTITION BY source_id, run_id ORDER BY listed_at)
        )
    )
    WINDOW down AS (PARTITION BY source_id, run_id, chain ORDER BY listed_at)
),
gaps AS (
    SELECT source_id, run_id, unit, part, listed_at, outcome, coalesce(reason, CASE WHEN whole THEN undated || ' addresses without a day' ELSE outcome END) AS reason,
           coalesce(whole, false) AS is_lost, slack <= 7 AS is_ordered, slack = 0 AS is_exact,
           CASE WHEN below.last_day > above.first_day + slack THEN least(above.first_day, below.first_day) ELSE below.last_day END - slack AS first_day,
           CASE WHEN below.last_day > above.first_day + slack THEN greatest(above.last_day, below.last_day) ELSE above.first_day END + slack AS last_day
    FROM pages
    LEFT JOIN (
        SELECT source_id, run_id, quantile_disc(greatest(last_day - above.first_day, 0), 0.9)::INTEGER AS slack
        FROM pages
        WHERE is_read AND above IS NOT NULL
        GROUP BY ALL
    ) AS orders USING (source_id, run_id)
    WHERE is_gap
),
spans AS (
    -- A sitemap that drops its oldest entries may have dropped some of its oldest day; one that only grows says it all in its last form.
    SELECT source_id, finder, unit, CASE WHEN is_rolling THEN first_day + 1 ELSE first_day END AS first_day, last_day, max(confirmed_at) AS confirmed_at, true AS from_the_top, false AS to_the_end
    FROM looks
    WHERE finder = 'sitemap' AND outcome = 'fetched' AND whole AND first_day IS NOT NULL AND (is_rolling OR listed_at = last_read_at)
    GROUP BY ALL
    UNION ALL
    SELECT source_id, 'index', min(unit), first_day, last_day, max(confirmed_at), bool_or(from_the_top), bool_or(to_the_end)
    FROM (
        SELECT p.source_id, p.unit, p.confirmed_at, greatest(p.first_day, below.last_day + 1, bottom + 1) AS first_day, least(p.last_day, above.first_day - 1, top - 1) AS last_day,
               p.part = 0 AS from_the_top, p.part = p.parts AND p.is_backfill AS to_the_end
        FROM (
            SELECT source_id, run_id, part, parts, is_backfill, arg_min(unit, listed_at) AS unit,
                   min(first_day) AS first_day, max(last_day) AS last_day, min(confirmed_at) AS confirmed_at
            FROM pages
            WHERE NOT is_gap
            GROUP BY ALL
        ) AS p
        LEFT JOIN gaps AS above ON above.source_id = p.source_id AND above.run_id = p.run_id AND above.part = p.part
        LEFT JOIN gaps AS below ON below.source_id = p.source_id AND below.run_id = p.run_id AND below.part = p.part + 1
        -- What is newer than the second page of an index whose first was not read, or older than its last, no other index vouches for.
        LEFT JOIN (
            SELECT source_id, run_id, max(last_day) FILTER (first_day IS NULL) AS bottom, min(coalesce(first_day, DATE '0001-01-01')) FILTER (last_day IS NULL) AS top
            FROM gaps
            GROUP BY ALL
        ) AS ends ON ends.source_id = p.source_id AND ends.run_id = p.run_id
        WHERE parts = 0 OR coalesce(above.is_ordered, below.is_ordered)
    )
    WHERE first_day <= last_day
    GROUP BY source_id, first_day, last_day
),
-- Files of a sitemap that differ by a number share days at their borders. Of one that was not read it is known what the files
-- before and after it list: more of the day of theirs that faces it may be in it. In no order, any file's first and last day may be.
-- A file named by a year, a month or a day has none of another's, where those beside it keep to their names.
files AS (
    SELECT source_id, unit, first_day, last_day, NOT is_known AS is_unread, named_first, named_last,
           last_value(span IGNORE NULLS) OVER (down ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS above,
           first_value(span IGNORE NULLS) OVER (down ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS below,
           family
    FROM (
        SELECT u.source_id, u.unit, s.first_day, s.last_day, u.listing IN ('whole', 'confirmed_empty', 'not_yet') OR s.unit IS NOT NULL OR coalesce(u.links = 0 AND u.cut_reason IS NULL, false) AS is_known,
               regexp_replace(u.unit, '^[a-z]+://[^/]*', '') AS path, regexp_replace(path, '[-_]?[0-9]+', '', 'g') AS family,
               try_cast(regexp_extract_all(path, '[0-9]+') AS DOUBLE[]) AS numbers,
               regexp_extract(path, '(?:^|[^0-9])((?:19|20)[0-9][0-9])(?:(?:[-_/]?|&[a-z]+=)(0[1-9]|1[0-2])(?:(?:[-_/]?|&[a-z]+=)([0-2][0-9]|3[01]))?)?(?:[^0-9]|$)', ['y', 'm', 'd']) AS name,
               try_cast(concat_ws('-', nullif(name['y'], ''), coalesce(nullif(name['m'], ''), '01'), coalesce(nullif(name['d'], ''), '01')) AS DATE) AS named_first,
               CASE WHEN name['d'] <> '' THEN named_first WHEN name['m'] <> '' THEN last_day(named_first) ELSE named_first + INTERVAL 1 YEAR - INTERVAL 1 DAY END::DATE AS named_last,
               CASE WHEN s.unit IS NOT NULL THEN {'first_day': s.first_day, 'last_day': s.last_day, 'is_named': coalesce(s.first_day >= named_first - 1 AND s.last_day <= named_last + 1, false)} END AS span
        FROM unit_states AS u
        LEFT JOIN (SELECT source_id, unit, min(first_day) AS first_day, max(last_day) AS last_day FROM spans WHERE finder = 'sitemap' GROUP BY ALL) AS s USING (source_id, unit)
        WHERE u.finder = 'sitemap'
    )
    WINDOW down AS (PARTITION BY source_id, family ORDER BY numbers, unit)
),
torn AS (
    SELECT f.source_id, day, min(f.unit) AS unit
    FROM files AS f
    JOIN (
        SELECT source_id, family, list({'first_day': first_day, 'last_day': last_day}) FILTER (first_day IS NOT NULL) AS read,
               count(*) FILTER (first_day > above.first_day OR last_day > above.last_day) AS rising, count(*) FILTER (first_day < above.first_day OR last_day < above.last_day) AS falling
        FROM files
        GROUP BY ALL
    ) AS o USING (source_id, family),
    LATERAL (
        SELECT unnest(CASE WHEN rising > 0 AND falling = 0 THEN [above.last_day, below.first_day]
                           WHEN falling > 0 AND rising = 0 THEN [above.first_day, below.last_day]
                           ELSE list_concat(list_transform(read, one -> one.first_day), list_transform(read, one -> one.last_day)) END) AS day
    ) AS d
    WHERE is_unread AND day IS NOT NULL
      AND (named_first IS NULL OR day BETWEEN named_first AND named_last OR NOT (coalesce(above.is_named, true) AND coalesce(below.is_named, true)))
    GROUP BY ALL
),
-- Beside the days that such listings name, up to a long weekend: after the last article of all, where the listing would show a
-- later one; before the first, where an index was walked to its end; and between two sitemaps. That says of no day that it is
-- complete, but an outlet that is silent on such a weekday was so. Each sitemap must have been read whole.
reached AS (
    SELECT *, max(last_day) OVER (PARTITION BY source_id, finder ORDER BY first_day, last_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
           -- The sitemap of the next month may not have been asked for.
           finder = 'sitemap' AND regexp_matches(unit, '(19|20)[0-9][0-9][-_/](0[1-9]|1[0-2])') AS is_month
    FROM spans
    LEFT JOIN (SELECT source_id, min(day) AS begin, max(day) AS "end" FROM addresses GROUP BY ALL) AS lived USING (source_id)
    WHERE finder = 'index' OR (source_id, finder) NOT IN (SELECT (source_id, finder) FROM unit_states WHERE listing NOT IN ('whole', 'confirmed_empty', 'not_yet'))
),
besides AS (
    SELECT source_id, finder, unit, last_day + 1 AS first_day, last_day + 4 AS last_day, confirmed_at FROM reached WHERE last_day = "end" AND from_the_top AND NOT is_month
    UNION ALL
    SELECT source_id, finder, unit, first_day - 4, first_day - 1, confirmed_at FROM reached WHERE first_day = begin AND to_the_end
    UNION ALL
    SELECT source_id, finder, unit, before + 1, first_day - 1, confirmed_at FROM reached WHERE finder = 'sitemap' AND first_day - before BETWEEN 2 AND 5
),
-- Pages of a period that could not be read, and of which no day was known when the others were: `links` says how many addresses
-- stood before. What they list is of the days between their neighbours', once articles have told these, if they are in order.
lost_pages AS (
    SELECT source_id, finder, unit, coalesce(first_day, period_first) AS first_day, coalesce(last_day, period_last) AS last_day, first_day IS NOT NULL AS is_exact
    FROM (
        SELECT p.source_id, p.finder, p.unit, p.first_day AS period_first, p.last_day AS period_last,
               CASE WHEN is_ordered THEN CASE WHEN is_falling THEN coalesce(below, p.first_day) ELSE coalesce(above, p.first_day) END END AS first_day,
               CASE WHEN is_ordered THEN CASE WHEN is_falling THEN coalesce(above, p.last_day) ELSE coalesce(below, p.last_day) END END AS last_day
        FROM (
            SELECT l.source_id, l.finder, l.unit, any_value(u.first_day) AS first_day, any_value(u.last_day) AS last_day,
                   -- Of a later run it is not known which of the addresses that were found before stood where.
                   arg_min(l.links, l.listed_at) FILTER (u.new_links = u.undated) AS place, arg_min(u.run_id, l.listed_at) FILTER (u.new_links = u.undated) AS run_id
            FROM units AS l
            JOIN units AS u ON u.source_id = l.source_id AND u.finder = l.finder AND u.unit = split_part(l.unit, '#page-', 1) AND u.run_id = l.run_id
            WHERE contains(l.unit, '#page-') AND l.first_day IS NULL
            GROUP BY ALL
        ) AS p
        LEFT JOIN (
            SELECT a.source_id, a.finder, a.unit, a.run_id, p.unit AS page, arg_max(a.day, a.place) FILTER (a.place <= p.links) AS above,
                   arg_min(a.day, a.place) FILTER (a.place > p.links) AS below,
                   count(*) FILTER (a.day < a.before) >= count(*) FILTER (a.day > a.before) AS is_falling,
                   count(a.day) >= 5 AND 50 * least(count(*) FILTER (a.day < a.before), count(*) FILTER (a.day > a.before)) <= count(a.day) AS is_ordered
            FROM (
                SELECT source_id, finder, unit, run_id, day, lag(day IGNORE NULLS) OVER seen AS before, row_number() OVER seen AS place
                FROM addresses
                WHERE (source_id, finder, unit, run_id) IN (SELECT (source_id, finder, split_part(unit, '#page-', 1), run_id) FROM units WHERE contains(unit, '#page-') AND first_day IS NULL)
                WINDOW seen AS (PARTITION BY source_id, finder, unit, run_id ORDER BY found_at)
            ) AS a
            JOIN (SELECT DISTINCT source_id, finder, unit, run_id, links FROM units WHERE contains(unit, '#page-') AND first_day IS NULL) AS p
                ON p.source_id = a.source_id AND p.finder = a.finder AND split_part(p.unit, '#page-', 1) = a.unit AND p.run_id = a.run_id
            GROUP BY ALL
        ) AS n ON n.source_id = p.source_id AND n.finder = p.finder AND n.page = p.unit AND n.run_id = p.run_id
    )
),
periods AS (
    SELECT source_id, finder, unit, coalesce(u.first_day, l.first_day) AS first_day, least(coalesce(u.last_day, l.last_day), coalesce(asked_at, u.last_day)::DATE) AS last_day,
           confirmed_at, listing, coalesce(reason, outcome) AS reason, u.first_day = u.last_day AND finder = 'template' AS is_own,
           -- Where its pages that failed have days of their own, the others speak for the rest.
           CASE WHEN listing = 'partial' AND outcome IN ('fetched', 'unchanged') AND NOT bool_or(contains(unit, '#page-')) OVER (PARTITION BY source_id, finder, split_part(unit, '#page-', 1))
                THEN coalesce(cut_reason, 'cut_short')
                WHEN u.first_day < u.last_day AND lost * 100 > n THEN lost || ' addresses without a day' END AS cut,
           coalesce(listing <> 'partial' AND u.first_day < u.last_day AND lost * 100 > n, false) AS is_lost, false AS is_open,
           contains(unit, '#page-') AND coalesce(is_exact, true) AS has_edges
    FROM unit_states AS u
    LEFT JOIN (SELECT source_id, finder, unit, n, lost FROM dayless) USING (source_id, finder, unit)
    LEFT JOIN lost_pages AS l USING (source_id, finder, unit)
    WHERE finder NOT IN ('sitemap', 'index') AND listing <> 'not_yet'
    UNION ALL
    SELECT source_id, finder, unit, first_day, least(last_day, confirmed_at::DATE), confirmed_at, 'whole', NULL, false, NULL, false, false, false
    FROM spans
    UNION ALL
    SELECT source_id, finder, unit, first_day, least(last_day, (confirmed_at - INTERVAL 36 HOUR)::DATE), confirmed_at, 'beside', NULL, false, NULL, false, false, false
    FROM besides
    UNION ALL
    -- What is older than the last page that was read has no end; of its first day at least it is known.
    SELECT source_id, 'index', unit, coalesce(first_day, last_day), least(last_day, listed_at::DATE), CASE WHEN outcome = 'fetched' THEN listed_at END,
           'partial', reason, false, CASE WHEN outcome = 'fetched' THEN reason END, is_lost, first_day IS NULL, is_exact
    FROM gaps
    WHERE is_ordered AND reason <> 'max_pages'
),
-- The days of which an address may be that has none and did not come, and what is said of it; of one that may be of any, by its listing.
doubted AS (
    SELECT source_id, finder, part, day, sum(count)::INTEGER AS n,
           string_agg(count || ' ' || said, ', ' ORDER BY count DESC, said) || ', which ' || CASE n WHEN 1 THEN 'has no day and is' ELSE 'have no day and are' END
           || ' listed ' || CASE WHEN day IS NULL THEN 'by ' || finder || ' ' || part ELSE 'beside those of this one' END
           || ': ' || min(url) || CASE n WHEN 1 THEN '' ELSE ' and ' || n - 1 || ' more' END AS told
    FROM (
        SELECT source_id, finder, part, day, said, count(*) AS count, min(url) AS url
        FROM (
            SELECT source_id, finder, CASE WHEN finder <> 'index' OR first_day IS NULL THEN unit END AS part, url,
                   unnest(CASE WHEN first_day IS NULL THEN [NULL] ELSE generate_series(first_day::TIMESTAMP, last_day::TIMESTAMP, INTERVAL 1 DAY) END)::DATE AS day,
                   CASE outcome WHEN 'never_tried' THEN 'never tried' WHEN 'deferred' THEN 'put off' WHEN 'fetched' THEN 'not read yet' WHEN 'rejected' THEN 'not read' ELSE outcome END
                   || coalesce(' (' || reason || ')', '') AS said
            FROM undated_addresses
        )
        GROUP BY ALL
    )
    GROUP BY source_id, finder, part, day
)
SELECT p.source_id, p.finder, p.unit, p.day, is_own, is_open, confirmed_at,
       CASE WHEN confirmed_at >= p.day AND listing <> 'never_tried' THEN CASE WHEN is_lost THEN coalesce(a.n, d.n) WHEN cut IS NULL THEN d.n END END AS lost,
       -- Something that was not read, or did not come, may be of this day and may be of the one beside it.
       (has_edges AND p.day IN (first_day, last_day)) OR (cut IS NULL AND (d.n IS NOT NULL OR t.unit IS NOT NULL)) AS is_edge,
       CASE WHEN listing = 'never_tried' THEN 'never_tried'
            WHEN confirmed_at IS NULL OR p.day > confirmed_at::DATE THEN 'unreachable'
            WHEN cut IS NULL AND d.n IS NULL AND t.unit IS NULL AND p.day + INTERVAL 36 HOUR <= confirmed_at THEN CASE WHEN listing = 'beside' THEN listing ELSE 'whole' END
            ELSE 'partial' END AS listing,
       CASE WHEN listing = 'never_tried' THEN 'not asked for yet'
            WHEN confirmed_at IS NULL OR p.day > confirmed_at::DATE THEN reason
            WHEN lost IS NOT NULL THEN coalesce(a.told, d.told)
            WHEN cut IS NOT NULL THEN cut
            WHEN t.unit IS NOT NULL THEN 'more of it may be in ' || t.unit || ', which was not read whole'
            WHEN p.day + INTERVAL 36 HOUR > confirmed_at THEN 'read before the day was over' END AS reason
FROM (
    SELECT *, unnest(generate_series(first_day::TIMESTAMP, last_day::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
    FROM periods
    WHERE first_day <= last_day
) AS p
LEFT JOIN doubted AS d ON d.source_id = p.source_id AND d.finder = p.finder AND d.day = p.day AND (d.part IS NULL OR d.part = p.unit) AND NOT p.is_own
LEFT JOIN doubted AS a ON p.is_lost AND a.day IS NULL AND a.source_id = p.source_id AND a.finder = p.finder AND a.part = p.unit
LEFT JOIN torn AS t ON p.finder = 'sitemap' AND t.source_id = p.source_id AND t.day = p.day;
