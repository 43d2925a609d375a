-- What was listed, has no known day and is no article, by listing and by what came of it; what is certainly of other days than
-- $first to $last is left out.
SELECT s.finder, s.unit, s.outcome, s.reason, s.is_final, count(*) AS addresses
FROM address_states AS s
LEFT JOIN (
    SELECT finder, unit, min(day) AS first_day, max(day) AS last_day
    FROM unit_days
    WHERE source_id = $source_id AND listing <> 'beside'
    GROUP BY ALL
) AS d ON d.finder = s.finder AND d.unit = s.unit
WHERE s.source_id = $source_id AND s.day IS NULL AND s.outcome <> 'article'
  AND coalesce(d.last_day >= $first, true) AND coalesce(d.first_day <= $last, true)
GROUP BY ALL
ORDER BY addresses DESC, s.outcome, s.reason, s.finder, s.unit;
