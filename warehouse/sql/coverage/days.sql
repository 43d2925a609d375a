-- Every day from $first to $last, also those that nobody ever looked at.
SELECT d.day, coalesce(c.state, 'never_tried') AS state, CASE WHEN c.state IS NULL THEN 'nobody has looked at this day' ELSE c.reason END AS reason,
       coalesce(c.witnesses, []) AS witnesses,
       coalesce(c.finders, []) AS finders, c.agreement, c.level, coalesce(c.found, 0) AS found, coalesce(c.articles, 0) AS articles,
       coalesce(c.rejected, 0) AS rejected, coalesce(c.gone, 0) AS gone, coalesce(c.missing, 0) AS missing, d.day <= $over AS is_over
FROM (SELECT unnest(generate_series($first::TIMESTAMP, $last::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day) AS d
LEFT JOIN (
    SELECT * FROM coverage WHERE scope = 'day' AND source_id = $source_id
) AS c USING (day)
ORDER BY d.day;
