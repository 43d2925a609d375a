-- Units that speak for no day and are not whole, and addresses without a day of which nothing final is known. A feed
-- shows what is new and no archive: only its addresses count. What may be of other days than $first to $last is left out.
WITH units_of AS (
    SELECT source_id, finder, unit, listing, reason, cut_reason, first_day, last_day FROM unit_states WHERE source_id = $source_id
),
dayless AS (
    SELECT finder, unit, count(*) FILTER (outcome = 'never_tried') AS never_tried, count(*) FILTER (outcome <> 'never_tried') AS others
    FROM address_states
    WHERE source_id = $source_id AND day IS NULL AND NOT is_final
      -- The days that one may be of are holes themselves.
      AND url_key NOT IN (
          SELECT u.url_key
          FROM undated_addresses AS u
          JOIN unit_days AS d ON d.source_id = u.source_id AND d.finder = u.finder AND d.day = u.first_day AND d.listing = 'partial'
          WHERE u.source_id = $source_id
      )
    GROUP BY ALL
)
SELECT finder, unit, state, reason, pending
FROM (
    SELECT finder, unit, listing AS state, first_day, coalesce(last_day, until) AS last_day, 0 AS pending,
           CASE listing WHEN 'never_tried' THEN 'its listing was not asked for yet' WHEN 'partial' THEN 'its listing was not read whole'
                        ELSE 'its listing could not be read' END || coalesce(' (' || coalesce(cut_reason, reason) || ')', '') AS reason
    FROM units_of
    LEFT JOIN (SELECT finder, unit, max(day) AS until, bool_and(is_open) AS is_open FROM unit_days WHERE source_id = $source_id GROUP BY ALL) USING (finder, unit)
    WHERE finder <> 'feed' AND listing IN ('partial', 'unreachable', 'never_tried') AND coalesce(is_open, true)
    UNION ALL
    SELECT finder, unit, CASE WHEN others = 0 THEN 'never_tried' ELSE 'partial' END, first_day, last_day, never_tried + others,
           'addresses without a day: ' || concat_ws(', ', nullif(never_tried, 0) || ' never tried', nullif(others, 0) || ' failed, refused, put off or not read yet')
    FROM dayless LEFT JOIN units_of USING (finder, unit)
)
WHERE coalesce(last_day >= $first, true) AND coalesce(first_day <= $last, true)
ORDER BY ALL;
