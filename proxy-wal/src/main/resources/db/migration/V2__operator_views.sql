-- Views with the names and columns of the predecessor's tables, for the queries operators already have. Read only.
-- A transaction's id is the client's own where it sent one, else the UUID the proxy made from the log's identity and
-- the LSN (TransactionUuid in the code).

CREATE FUNCTION transaction_uuid(log_id uuid, lsn bigint) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (substr(replace(log_id::text, '-', ''), 1, 12) || '8' || substr(replace(log_id::text, '-', ''), 14, 3)
    || lpad(to_hex((lsn & 4611686018427387903) | '-9223372036854775808'::bigint), 16, '0'))::uuid;

-- A body need not be JSON, nor text: NULL then, rather than a view that fails as a whole.
CREATE FUNCTION body_json(body bytea) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN convert_from(body, 'UTF8')::jsonb;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END $$;

CREATE VIEW emergency_transaction_log AS
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

CREATE VIEW transaction_safety_summary AS
SELECT status, count(*) AS count, min(created_at) AS oldest, max(created_at) AS latest
FROM emergency_transaction_log
GROUP BY status;

CREATE VIEW pending_recovery_transactions AS
SELECT * FROM emergency_transaction_log WHERE status = 'PENDING_RECOVERY';

CREATE VIEW collection_id_mapping AS
SELECT c.name AS collection_name,
       p.instance_id AS primary_collection_id,
       r.instance_id AS replica_collection_id,
       c.created_at,
       c.updated_at,
       c.tenant,
       c.database,
       c.public_id
FROM collection c
LEFT JOIN collection_place p ON p.public_id = c.public_id AND p.instance = 'primary'
LEFT JOIN collection_place r ON r.public_id = c.public_id AND r.instance = 'replica'
WHERE c.deleted_lsn = 0;
