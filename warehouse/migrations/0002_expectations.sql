-- What each outlet's file calls normal, one row for every form the file had, so that health can be judged in SQL.
CREATE TABLE expectations (
    source_id       VARCHAR,
    definition_hash UUID,
    noted_at        TIMESTAMP,
    silence_days    DOUBLE,
    per             VARCHAR,
    articles_min    INTEGER,
    articles_max    INTEGER,
    filled          STRUCT("field" VARCHAR, share DOUBLE)[],
    rejected_max    DOUBLE,
    words_min       INTEGER,
    words_max       INTEGER,
    judge_layout    BOOLEAN,
    judge_history   BOOLEAN,
    lookback_days   DOUBLE,
    load_id         INTEGER
);

-- How the page round a text is built. Readings of before have none.
ALTER TABLE readings ADD COLUMN layout VARCHAR;
