-- What operators count. A refusal is the client's fault and no failure; what the proxy writes to copy or repair a collection
-- is no client's transaction: it is COPYING while its place is being filled, and COPIED for good afterwards.
-- emergency_transaction_log keeps its columns and its statuses (FAILED for a refusal too), because an older build that still
-- owns the log reads it; only records of a copy that has ended no longer stay ATTEMPTING there.

CREATE OR REPLACE VIEW emergency_transaction_log AS
SELECT coalesce(r.tx_id, transaction_uuid(i.log_id, r.lsn)::text) AS transaction_id,
       r.tx_scope AS client_session,
       r.method,
       r.path,
       body_json(r.body) AS data,
       jsonb_build_object('content-type', r.content_type) AS headers,
       CASE
           WHEN o.state IS NOT NULL THEN o.state
           WHEN EXISTS (SELECT FROM lane_cursor c WHERE c.lane = r.lane AND c.lsn >= r.lsn
                        AND (r.target = '' OR c.instance = r.target)) THEN 'COMPLETED'
           WHEN r.kind = 6 AND NOT EXISTS (SELECT FROM collection_place p WHERE p.public_id = r.collection
                        AND p.instance = r.target AND p.state = 'COPYING') THEN 'COMPLETED'
           ELSE 'ATTEMPTING'
       END AS status,
       nullif(o.reason, '') AS failure_reason,
       r.created_at,
       CASE WHEN o.state IN ('COMPLETED', 'FAILED', 'RECOVERED', 'ABANDONED') THEN o.updated_at END AS completed_at,
       0 AS retry_count,
       r.lsn,
       o.status AS response_status
FROM log_record r
CROSS JOIN log_identity i
LEFT JOIN record_outcome o ON o.lsn = r.lsn;

CREATE OR REPLACE VIEW counted_transactions AS
SELECT r.lsn,
       r.created_at,
       CASE
           WHEN r.target <> '' THEN CASE WHEN EXISTS (SELECT FROM collection_place p WHERE p.public_id = r.collection
                        AND p.instance = r.target AND p.state = 'COPYING') THEN 'COPYING' ELSE 'COPIED' END
           WHEN o.state = 'FAILED' AND o.status < 500 THEN 'REFUSED'
           WHEN o.state IS NOT NULL THEN o.state
           WHEN EXISTS (SELECT FROM lane_cursor c WHERE c.lane = r.lane AND c.lsn >= r.lsn) THEN 'COMPLETED'
           ELSE 'ATTEMPTING'
       END AS status
FROM log_record r
LEFT JOIN record_outcome o ON o.lsn = r.lsn;

CREATE OR REPLACE VIEW transaction_safety_summary AS
SELECT status, count(*) AS count, min(created_at) AS oldest, max(created_at) AS latest
FROM counted_transactions
GROUP BY status;

-- The predecessor's table of writes. status: pending (no server has it), executed (some have), synced (all have),
-- refused, failed (given up, or failed everywhere alike). A copy's own writes name their server in target_instance.
CREATE OR REPLACE VIEW unified_wal_writes AS
SELECT coalesce(r.tx_id, transaction_uuid(i.log_id, r.lsn)::text) AS write_id,
       r.method,
       r.path,
       r.body AS data,
       jsonb_build_object('content-type', r.content_type) AS headers,
       CASE WHEN r.target = '' THEN 'both' ELSE r.target END AS target_instance,
       CASE
           WHEN o.state = 'FAILED' AND o.status < 500 THEN 'refused'
           WHEN o.state IN ('FAILED', 'ABANDONED') THEN 'failed'
           WHEN r.target <> '' THEN CASE WHEN EXISTS (SELECT FROM collection_place p WHERE p.public_id = r.collection
                        AND p.instance = r.target AND p.state = 'COPYING') THEN 'pending' ELSE 'synced' END
           WHEN NOT EXISTS (SELECT FROM witness w LEFT JOIN lane_cursor c ON c.lane = r.lane AND c.instance = w.instance
                        WHERE coalesce(c.lsn, 0) < r.lsn) THEN 'synced'
           WHEN EXISTS (SELECT FROM lane_cursor c WHERE c.lane = r.lane AND c.lsn >= r.lsn) THEN 'executed'
           ELSE 'pending'
       END AS status,
       nullif(r.collection, '00000000-0000-0000-0000-000000000000')::text AS collection_id,
       r.created_at AS timestamp,
       (SELECT c.instance FROM lane_cursor c WHERE c.lane = r.lane AND c.lsn >= r.lsn
        ORDER BY c.instance LIMIT 1) AS executed_on,
       0 AS retry_count,
       nullif(o.reason, '') AS error_message,
       octet_length(r.body) AS data_size_bytes,
       r.created_at,
       coalesce(o.updated_at, r.created_at) AS updated_at,
       r.lsn
FROM log_record r
CROSS JOIN log_identity i
LEFT JOIN record_outcome o ON o.lsn = r.lsn;

-- A connection without a search_path finds them in public, where it exists, may be written to and has no relation of that
-- name (the predecessor's own tables, or another log's views). Only for the log's usual schema.
DO $$
DECLARE
    name text;
BEGIN
    IF current_schema() <> 'chroma_proxy' OR to_regnamespace('public') IS NULL
            OR NOT has_schema_privilege('public', 'CREATE') THEN
        RETURN;
    END IF;
    FOREACH name IN ARRAY ARRAY['emergency_transaction_log', 'transaction_safety_summary', 'pending_recovery_transactions',
                                'collection_id_mapping', 'unified_wal_writes'] LOOP
        IF to_regclass('public.' || name) IS NULL THEN
            EXECUTE format('CREATE VIEW public.%I AS SELECT * FROM chroma_proxy.%I', name, name);
        END IF;
    END LOOP;
END $$;
