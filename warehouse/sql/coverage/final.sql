-- What was listed on the days from $first to $last and is final without being an article, by what came of it.
SELECT outcome, reason, count(*) AS addresses
FROM address_states
WHERE source_id = $source_id AND day BETWEEN $first AND $last
  AND is_final AND outcome <> 'article'
GROUP BY ALL
ORDER BY addresses DESC, outcome, reason;
