-- A transaction id of the proxy's own making holds its LSN, so two of them tell how many writes lie between, other tenants'
-- among them. Clients that are confined to some tenants get an id whose LSN is permuted by this key (TransactionVeil); the views
-- and everybody else keep the plain form. What such clients were told before is plain, too: it is still answered up to
-- veiled_after, the log's end when a build that knows of this first owned it. Additive: older builds read neither column.

ALTER TABLE log_identity
    ADD COLUMN transaction_key bytea NOT NULL
        DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'),
    ADD COLUMN veiled_after bigint;
