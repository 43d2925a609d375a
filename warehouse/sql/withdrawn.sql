-- What was withdrawn loads nothing, and what had been loaded of it goes: an address whichever source it was withdrawn from.
-- Only with: withdrawals.
CREATE OR REPLACE TEMP TABLE withdrawn AS
SELECT DISTINCT url_key FROM withdrawals WHERE source_id = getvariable('source_id') OR url_key IS NOT NULL;

-- Only with: withdrawn.
CREATE OR REPLACE TEMP TABLE withdrawn_readings AS
SELECT fetch_id, url_key, item
FROM readings
WHERE source_id = getvariable('source_id') AND EXISTS (
    SELECT 1 FROM withdrawn AS w WHERE w.url_key IS NULL OR w.url_key IN (readings.url_key, readings.final_key, readings.canonical_key)
);
