-- Every transaction of the writer has a number, one above the last one's, and leaves it here. A log that comes back
-- shorter after a fail-over of PostgreSQL thereby says exactly which transactions it still holds, those without records
-- included, and the writer gives it the others again. Rows of their own, because one row updated so often would grow
-- slow for as long as some report keeps its old versions. Only the highest number counts; the writer deletes old ones.
CREATE TABLE log_batch (number bigint PRIMARY KEY);
