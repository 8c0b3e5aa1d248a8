-- Chroma 1.5.9 leaves the rows of array-valued record metadata behind when it deletes a collection, and later records
-- inherit them, other ones on every server. So the records that have such metadata are deleted before their collection
-- is, unless it never had any.
--
-- collection_flat: collections none of whose records ever had array-valued metadata. A row is made with the create, and
-- deleted no later than the first such record is logged; a collection of earlier builds, or an adopted one, has none.
CREATE TABLE collection_flat (public_id uuid PRIMARY KEY);

-- collection_purge: deleted collections that an instance still holds, under a name that no client sees (name), until their
-- records and then they themselves are deleted there. A row commits with the cursor that passes the deletion.
CREATE TABLE collection_purge (
    instance    text NOT NULL,
    instance_id uuid NOT NULL,
    tenant      text NOT NULL,
    database    text NOT NULL,
    name        text NOT NULL,
    PRIMARY KEY (instance, instance_id)
);

-- retired_name: names spelled like an id that a collection gave up, by deletion or by renaming, in the last day or so: a
-- repeated deletion by such a name must not be taken for one by id.
CREATE TABLE retired_name (
    tenant     text NOT NULL,
    database   text NOT NULL,
    name       text NOT NULL,
    retired_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, database, name)
);
