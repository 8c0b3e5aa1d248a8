-- A lane reads its next records from the log page by page, in the order of its LSNs. Every segment made from now on
-- takes the index over, being made LIKE log_record INCLUDING ALL; those attached already get it here.
CREATE INDEX log_record_lane ON log_record (lane, lsn);
