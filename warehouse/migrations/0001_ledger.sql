-- The tables. Rows are appended; the few flags that change are narrow, and so is what is made anew for touched articles.
-- No primary keys and no indexes: the loader keeps uniqueness, `wireroom doctor` proves it.
-- Every …_at is naive UTC. Keys are UUID (16 bytes). What each column means: warehouse/catalogue.toml.

CREATE TABLE loads (
    load_id     INTEGER,            -- grows by one with every spool file
    file        VARCHAR,
    digest      VARCHAR,
    schema      INTEGER,
    source_id   VARCHAR,
    run_id      UUID,
    rows        INTEGER,
    set_aside   INTEGER,
    recorded_at TIMESTAMP
);

CREATE TABLE sources (
    source_id       VARCHAR,
    name            VARCHAR,
    home            VARCHAR,
    language        VARCHAR,
    timezone        VARCHAR,
    info_source     VARCHAR,
    definition_hash UUID,
    noted_at        TIMESTAMP,
    load_id         INTEGER
);

CREATE TABLE agencies (
    info_source VARCHAR,
    name        VARCHAR,
    kind        VARCHAR,
    noted_at    TIMESTAMP,
    load_id     INTEGER
);

CREATE TABLE runs (
    run_id      UUID,
    source_id   VARCHAR,
    kind        VARCHAR,
    state       VARCHAR,
    started_at  TIMESTAMP,
    noted_at    TIMESTAMP,
    ended_at    TIMESTAMP,
    flow_run_id UUID,
    found       INTEGER,
    requests    INTEGER,
    fetched     INTEGER,
    unchanged   INTEGER,
    articles    INTEGER,
    rejected    INTEGER,
    failed      INTEGER,
    deferred    INTEGER,
    message     VARCHAR,
    load_id     INTEGER
);

CREATE TABLE addresses (
    url_key         UUID,
    url_rule        SMALLINT,
    source_id       VARCHAR,
    url             VARCHAR,
    finder          VARCHAR,
    unit            VARCHAR,
    day             DATE,
    day_basis       VARCHAR,
    day_known_at    TIMESTAMP,
    title           VARCHAR,
    published       VARCHAR,
    published_basis VARCHAR,
    modified        VARCHAR,
    found_at        TIMESTAMP,
    run_id          UUID,
    load_id         INTEGER
);

CREATE TABLE units (
    source_id VARCHAR,
    finder    VARCHAR,
    unit      VARCHAR,
    url       VARCHAR,
    first_day DATE,
    last_day  DATE,
    listed_at TIMESTAMP,
    whole     BOOLEAN,
    outcome   VARCHAR,
    reason    VARCHAR,
    digest    UUID,
    links     INTEGER,
    new_links INTEGER,
    undated   INTEGER,
    run_id    UUID,
    load_id   INTEGER
);

CREATE TABLE fetches (
    fetch_id        UUID,
    source_id       VARCHAR,
    url_key         UUID,
    role            VARCHAR,
    requested_url   VARCHAR,
    final_url       VARCHAR,
    final_key       UUID,
    origin          VARCHAR,
    observed_at     TIMESTAMP,
    outcome         VARCHAR,
    status          SMALLINT,
    reason          VARCHAR,
    attempts        SMALLINT,
    next_attempt_at TIMESTAMP,
    etag            VARCHAR,
    last_modified   VARCHAR,
    content_type    VARCHAR,
    robots_rule     VARCHAR,
    rights          VARCHAR,
    payload_hash    UUID,
    payload_bytes   BIGINT,
    segment_id      UUID,
    record_offset   BIGINT,
    record_length   BIGINT,
    seconds         REAL,
    run_id          UUID,
    load_id         INTEGER
);

CREATE TABLE segments (
    segment_id UUID,
    source_id  VARCHAR,
    file       VARCHAR,
    state      VARCHAR,
    size       BIGINT,
    digest     VARCHAR,
    noted_at   TIMESTAMP,
    load_id    INTEGER
);

CREATE TABLE article_urls (
    url_key       UUID,
    item          SMALLINT,
    article_id    UUID,
    source_id     VARCHAR,
    how           VARCHAR,
    first_seen_at TIMESTAMP,
    last_seen_at  TIMESTAMP,
    load_id       INTEGER
);

CREATE TABLE merges (
    article_id  UUID,
    merged_into UUID,
    recorded_at TIMESTAMP,
    load_id     INTEGER
);

CREATE TABLE readings (
    fetch_id       UUID,
    source_id      VARCHAR,
    url_key        UUID,
    item           SMALLINT,
    article_id     UUID,           -- NULL while an address has had rejects only
    final_key      UUID,
    canonical_key  UUID,
    observed_at    TIMESTAMP,
    read_at        TIMESTAMP,
    reader         UUID,
    record_hash    UUID,
    content_hash   UUID,
    opening_hash   UUID,
    headline_hash  UUID,
    word_count     INTEGER,
    body_extent    VARCHAR,
    date_published DATE,
    counts         BOOLEAN,        -- narrow flag, set by the loader
    weaker         BOOLEAN,        -- narrow flag, set by the loader
    reject_reason  VARCHAR,
    reject_message VARCHAR,
    evidence       STRUCT("field" VARCHAR, "value" VARCHAR, basis VARCHAR, chosen BOOLEAN, note VARCHAR)[],
    load_id        INTEGER
);

-- The latest reading that counts of every address and item: what the page now claims to be.
CREATE TABLE heads (
    source_id     VARCHAR,
    url_key       UUID,
    item          SMALLINT,
    canonical_key UUID,
    headline_hash UUID,
    content_hash  UUID,
    observed_at   TIMESTAMP,
    fetch_id      UUID,
    load_id       INTEGER
);

-- Why two addresses may be one article; a canonical claim is believed only while nobody contests it.
CREATE TABLE links (
    source_id     VARCHAR,
    url_key       UUID,
    item          SMALLINT,
    to_key        UUID,
    how           VARCHAR,        -- redirect, canonical
    believed      BOOLEAN,        -- narrow flag, set by the loader
    headline_hash UUID,
    content_hash  UUID,
    first_seen_at TIMESTAMP,
    last_seen_at  TIMESTAMP,
    load_id       INTEGER
);

CREATE TABLE texts (
    article_id               UUID,
    record_hash              UUID,
    is_current               BOOLEAN,  -- narrow flag, set by the loader
    source_id                VARCHAR,
    url                      VARCHAR,
    canonical_url            VARCHAR,
    headline                 VARCHAR,
    subheadline              VARCHAR,
    abstract                 VARCHAR,
    byline                   VARCHAR,
    authors                  VARCHAR[],
    body                     VARCHAR USING COMPRESSION zstd,  -- whatever its estimate of the others: bodies are most of the file
    body_extent              VARCHAR,
    word_count               INTEGER,
    dateline                 VARCHAR,
    located                  VARCHAR,
    located_all              VARCHAR[],
    dateline_date            DATE,
    dateline_date_text       VARCHAR,
    dateline_date_precision  VARCHAR,
    dateline_date_basis      VARCHAR,
    datelines                STRUCT(raw VARCHAR, places VARCHAR[], date_text VARCHAR, "day" DATE, "precision" VARCHAR, basis VARCHAR,
                                    source_tags VARCHAR[], info_sources VARCHAR[], byline VARCHAR, rule VARCHAR, confidence DOUBLE,
                                    warnings VARCHAR[])[],
    source_tag               VARCHAR,
    info_source              VARCHAR,
    is_wire_copy             BOOLEAN,
    credit_text              VARCHAR,
    date_published           DATE,
    published_at             TIMESTAMP,
    date_published_text      VARCHAR,
    date_published_precision VARCHAR,
    date_published_basis     VARCHAR,
    date_modified            DATE,
    modified_at              TIMESTAMP,
    date_modified_text       VARCHAR,
    language                 VARCHAR,
    keywords                 VARCHAR[],
    article_section          VARCHAR,
    image_url                VARCHAR,
    publisher                VARCHAR,
    copyright_notice         VARCHAR,
    is_accessible_for_free   BOOLEAN,
    warnings                 VARCHAR[],
    load_id                  INTEGER
);

CREATE TABLE versions (
    article_id     UUID,
    source_id      VARCHAR,
    version        INTEGER,
    record_hash    UUID,
    content_hash   UUID,
    valid_from     TIMESTAMP,
    valid_to       TIMESTAMP,      -- NULL: still so
    reader         UUID,
    fetch_id       UUID,
    opened_load_id INTEGER,
    closed_load_id INTEGER
);

CREATE TABLE changes (
    load_id      INTEGER,
    article_id   UUID,
    source_id    VARCHAR,
    change       VARCHAR,
    valid_from   TIMESTAMP,
    record_hash  UUID,
    previous     UUID,
    recorded_at  TIMESTAMP
);

CREATE TABLE withdrawals (
    source_id    VARCHAR,
    url_key      UUID,
    reason       VARCHAR,
    withdrawn_at TIMESTAMP,
    load_id      INTEGER
);
