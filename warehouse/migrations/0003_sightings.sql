-- Which finders have listed an address after the first, which the address itself names: so that two of them can be compared.
CREATE TABLE sightings (
    source_id VARCHAR,
    url_key   UUID,
    finder    VARCHAR,
    unit      VARCHAR,
    seen_at   TIMESTAMP,
    run_id    UUID,
    load_id   INTEGER
);
