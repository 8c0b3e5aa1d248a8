-- What operators did about outcomes that are errors. The outcome itself stays as it is.
-- action: '' nothing but cleared; 'retry': appended anew, as retried_lsn; 'discard': not to be executed.
-- cleared_at: from then on it is not shown among the errors.
CREATE TABLE outcome_mark (
    lsn         bigint PRIMARY KEY,
    action      text NOT NULL DEFAULT '',
    retried_lsn bigint,
    marked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    cleared_at  timestamptz
);
