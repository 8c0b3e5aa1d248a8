-- The log of chroma-proxy: this comment is its specification.
--
-- A record is one write of a client, exactly as it came, made durable before any Chroma server sees it. Its position
-- is its LSN: a positive 64-bit number given by the one writer, strictly growing in commit order. Gaps are normal: a
-- repeated client transaction, a refused record or a change of owner leaves one.
--
-- Append.  One writer, one transaction per batch, in this order:
--   1. lock the row of log_owner (FOR SHARE, or by the heartbeat's UPDATE) and compare its epoch with the writer's own.
--      Another epoch: roll back and never write again. A successor raises the epoch by UPDATE and therefore waits for
--      this transaction: after its commit no batch of the old owner can become durable.
--   2. reserve the clients' transaction ids in client_transaction; a record whose id is taken leaves the batch.
--   3. COPY the records into log_record.
--   4. apply the changes (outcomes, mappings, leaders, witnesses in the order they were submitted, then cursors).
--   5. COMMIT with synchronous_commit on. Only now may anybody act on the batch.
-- The connection of the writer holds an advisory lock for its life. A new connection first gets that lock (ending the
-- old backend if need be), then looks whether the batch in doubt is there by the LSNs of its records, then goes on.
-- A batch without records is simply applied again: applying changes twice is the same as once.
--
-- Progress.  Records are never updated. lane_cursor says, for one lane on one instance: everything up to this LSN is
-- applied there. It never goes back. record_outcome holds the exceptions only (refused, failed, pending, recovered,
-- given up) and the answers to clients' own transaction ids; it commits no later than the cursor that passes it.
-- record_resolution holds, for a record that could not be repeated (a delete with a limit), the body every instance is
-- sent instead; it commits before any instance is.
-- A record without an outcome row is completed when some instance's cursor has passed it, and attempted otherwise.
--
-- Space.  log_record is partitioned by LSN into segments of a fixed number of positions, attached before they are
-- needed. log_identity.low_water is the mark below which no record will ever be read for recovery. A segment wholly
-- below the mark and older than the retention time is detached and dropped; the newest segment that holds a record
-- never is, because the highest LSN of the log is how a shortened log is recognised after a fail-over of PostgreSQL.
--
-- lane and collection are public ids; the nil UUID is the catalog lane, or "no collection".

CREATE TABLE log_identity (
    id        smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    log_id    uuid NOT NULL DEFAULT gen_random_uuid(),
    low_water bigint NOT NULL DEFAULT 0
);
INSERT INTO log_identity DEFAULT VALUES;

CREATE TABLE log_owner (
    id        smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    epoch     bigint NOT NULL DEFAULT 0,
    owner     text NOT NULL DEFAULT '',
    released  boolean NOT NULL DEFAULT true,
    heartbeat timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 10);
INSERT INTO log_owner DEFAULT VALUES;

CREATE TABLE log_record (
    lsn          bigint NOT NULL PRIMARY KEY CHECK (lsn > 0),
    created_at   timestamptz NOT NULL,
    kind         smallint NOT NULL,
    lane         uuid NOT NULL,
    collection   uuid NOT NULL,
    tenant       text NOT NULL,
    database     text NOT NULL,
    name         text NOT NULL,
    target       text NOT NULL,
    method       text NOT NULL,
    path         text NOT NULL,
    content_type text NOT NULL,
    tx_scope     text,
    tx_id        text,
    tx_digest    text,
    body         bytea NOT NULL
) PARTITION BY RANGE (lsn);
-- Vectors do not compress; EXTERNAL also lets octet_length() skip reading the body.
ALTER TABLE log_record ALTER COLUMN body SET STORAGE EXTERNAL;

-- The hottest rows of the database: room in each page keeps their updates HOT.
CREATE TABLE lane_cursor (
    lane     uuid NOT NULL,
    instance text NOT NULL,
    lsn      bigint NOT NULL,
    PRIMARY KEY (lane, instance)
) WITH (fillfactor = 70);

CREATE TABLE lane_leader (
    lane     uuid PRIMARY KEY,
    instance text NOT NULL,
    term     bigint NOT NULL
);

CREATE TABLE record_outcome (
    lsn        bigint PRIMARY KEY,
    state      text NOT NULL,
    status     integer NOT NULL,
    reason     text NOT NULL,
    response   bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE record_resolution (
    lsn  bigint PRIMARY KEY,
    body bytea NOT NULL
);
ALTER TABLE record_resolution ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE client_transaction (
    scope      text NOT NULL,
    tx_id      text NOT NULL,
    lsn        bigint NOT NULL,
    digest     text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (scope, tx_id)
);
CREATE INDEX client_transaction_age ON client_transaction (created_at);

CREATE TABLE collection (
    public_id   uuid PRIMARY KEY,
    tenant      text NOT NULL,
    database    text NOT NULL,
    name        text NOT NULL,
    created_lsn bigint NOT NULL,
    deleted_lsn bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX collection_alive_path ON collection (tenant, database, name) WHERE deleted_lsn = 0;

CREATE TABLE collection_place (
    public_id   uuid NOT NULL,
    instance    text NOT NULL,
    instance_id uuid NOT NULL,
    state       text NOT NULL,
    reason      text NOT NULL,
    PRIMARY KEY (public_id, instance)
);
CREATE INDEX collection_place_instance_id ON collection_place (instance_id);

CREATE TABLE witness (
    instance    text PRIMARY KEY,
    incarnation text NOT NULL,
    lsn         bigint NOT NULL
);
