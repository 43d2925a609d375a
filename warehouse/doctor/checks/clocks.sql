-- Nothing was seen before it was recorded: no time of ours lies in the future or after its load.
-- means: This machine's clock was wrong when it fetched or loaded, and versions may stand in a wrong order.
-- mend: timedatectl set-ntp true
SELECT source_id, 'fetch ' || fetch_id AS subject, 'observed ' || observed_at || ', loaded ' || recorded_at AS what
FROM fetches JOIN (SELECT load_id, recorded_at FROM loads) USING (load_id) WHERE observed_at > recorded_at
UNION ALL
SELECT source_id, 'reading of ' || fetch_id, 'observed ' || observed_at || ', read ' || read_at || ', loaded ' || recorded_at
FROM readings JOIN (SELECT load_id, recorded_at FROM loads) USING (load_id) WHERE observed_at > recorded_at OR read_at > recorded_at
UNION ALL
SELECT source_id, 'load ' || load_id, 'recorded ' || recorded_at || ', which is yet to come'
FROM loads WHERE recorded_at > make_timestamp(epoch_us(now())) + INTERVAL 5 MINUTE
