-- The change log of Sluice: triggers write each change of a table into sluice.log_0 or sluice.log_1, in the transaction
-- that makes it. Sluice records snapshots as ticks; what one tick sees and the one before did not is a window.
--
-- Every function runs as whoever installs this, with a search path of its own, so that the application's roles need no
-- right in the schema sluice, and cannot reach in.

CREATE TABLE sluice.changelog (
  version int NOT NULL,
  pipeline text NOT NULL,
  generation uuid NOT NULL DEFAULT gen_random_uuid(),
  -- The row's own xmin, unless it was restored from a dump.
  installed_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
  system_identifier bigint NOT NULL DEFAULT (pg_control_system()).system_identifier
);

-- Which log is written now, and how large it may get.
CREATE TABLE sluice.writing (
  log smallint NOT NULL DEFAULT 0 CHECK (log IN (0, 1)),
  written regclass NOT NULL,
  log_limit bigint NOT NULL
);

-- Numbers the changes. A transaction has its id before it takes a number.
CREATE SEQUENCE sluice.change_number;
SELECT nextval('sluice.change_number');

-- The columns that a table had when rows of it were written.
CREATE TABLE sluice.shape (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  relation oid NOT NULL,
  fingerprint numeric NOT NULL,
  table_schema name NOT NULL,
  table_name name NOT NULL,
  root oid NOT NULL,
  identity "char" NOT NULL,
  columns json NOT NULL
);
CREATE INDEX shape_relation ON sluice.shape (relation);

-- No btree: it takes a bulk insert to five times its cost. Rows come roughly in the order of their transactions.
CREATE TABLE sluice.log_0 (
  -- Of the trigger's call, and of the row in it.
  number bigint NOT NULL,
  place bigint NOT NULL DEFAULT nextval('sluice.change_number'),
  -- What a statement's triggers change further is logged before what it changed itself, and deeper.
  depth smallint NOT NULL DEFAULT pg_trigger_depth(),
  -- Where rows are logged one by one: a number that the statement took before it changed any.
  begun bigint,
  xid bigint NOT NULL,
  shape int NOT NULL,
  operation "char" NOT NULL,
  old_row text,
  new_row text
) WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
CREATE TABLE sluice.log_1 (LIKE sluice.log_0 INCLUDING ALL)
  WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
CREATE INDEX log_0_xid ON sluice.log_0 USING brin (xid) WITH (pages_per_range = 32);
CREATE INDEX log_1_xid ON sluice.log_1 USING brin (xid) WITH (pages_per_range = 32);

-- Positions are as far from each other as there can be transactions between two ticks, times two.
CREATE TABLE sluice.tick (
  position bigint PRIMARY KEY,
  snapshot pg_snapshot NOT NULL,
  change_number bigint NOT NULL,
  made_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
  ticked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The tables that have triggers, with what changes when somebody touches those.
CREATE TABLE sluice.followed (
  relation oid PRIMARY KEY,
  fingerprint numeric NOT NULL
);

-- Written by the triggers when the log is full: from then on changes are missing.
CREATE TABLE sluice.overflow (
  overflowed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Remembers the columns that a table has now; those of a partition in the order of the table that is followed.
CREATE FUNCTION sluice.note_shape(relation oid) RETURNS int LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sluice.shape (relation, fingerprint, table_schema, table_name, root, identity, columns)
  SELECT c.oid,
    (
      SELECT sum((a.xmin::text::bigint + a.cmin::text::bigint * 1000003) * a.attnum)
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) + (
      SELECT coalesce(sum(i.xmin::text::bigint + i.cmin::text::bigint * 1000003 + i.indexrelid::bigint * 7), 0)
      FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indisreplident)) + (
      SELECT ascii(k.relreplident::text) FROM pg_class k WHERE k.oid = c.oid),
    n.nspname, c.relname, root.oid,
    CASE WHEN key.columns IS NULL THEN 'f' ELSE c.relreplident END,
    (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'place', coalesce(r.attnum, a.attnum), 'type', a.atttypid::bigint,
        'modifier', a.atttypmod, 'key', coalesce(a.attnum = ANY (key.columns), false), 'generated', a.attgenerated <> '')
        ORDER BY a.attnum), '[]')
      FROM pg_attribute a LEFT JOIN pg_attribute r ON r.attrelid = root.oid AND r.attname = a.attname AND r.attnum > 0
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class root ON root.oid = coalesce((
    SELECT t.tgrelid FROM pg_trigger t JOIN pg_partition_ancestors(c.oid) a ON a.relid = t.tgrelid
    WHERE t.tgname = 'sluice_truncate' AND c.relispartition LIMIT 1), c.oid)
  LEFT JOIN LATERAL (
    SELECT i.indkey[0:i.indnkeyatts - 1]::int2[] AS columns FROM pg_index i
    WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
      AND CASE c.relreplident WHEN 'i' THEN i.indisreplident WHEN 'd' THEN i.indisprimary END) key ON true
  WHERE c.oid = relation
  RETURNING id
$$;

-- The shape of a table for a transaction that sees an older one (REPEATABLE READ), as the table was altered before it came to
-- it. Functions that describe objects know what is so now. Types of columns that it does not see are looked up when it is read.
CREATE FUNCTION sluice.shape_now(relation oid, seen int) RETURNS int LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  names text[] := '{}';
  numbers int[] := '{}';
  name text;
  number int := 1;
  noted int;
BEGIN
  LOOP
    SELECT a.object_names[3] INTO name FROM pg_identify_object_as_address('pg_class'::regclass, relation, number) a;
    EXIT WHEN name IS NULL;
    IF name NOT LIKE '........pg.dropped.%' THEN
      names := names || name;
      numbers := numbers || number;
    END IF;
    number := number + 1;
  END LOOP;
  IF names = (SELECT array_agg(c.value ->> 'name' ORDER BY c.ordinality)
      FROM sluice.shape s, json_array_elements(s.columns) WITH ORDINALITY c WHERE s.id = seen) THEN
    RETURN seen;
  END IF;
  INSERT INTO sluice.shape (relation, fingerprint, table_schema, table_name, root, identity, columns)
  SELECT s.relation, -1, s.table_schema, s.table_name, s.root, s.identity, (
    SELECT json_agg(coalesce(c.value, json_build_object('name', n.name, 'place', n.number, 'type', 0, 'modifier', -1,
      'key', false, 'generated', false)) ORDER BY n.number)
    FROM unnest(names, numbers) AS n(name, number)
    LEFT JOIN json_array_elements(s.columns) c ON c.value ->> 'name' = n.name)
  FROM sluice.shape s WHERE s.id = seen
  RETURNING id INTO noted;
  RETURN noted;
END $$;

-- Where a change of a table is to be written: which log, and the table's shape. No log if it is full. A transaction that began
-- before all of this was installed, and sees nothing of it (REPEATABLE READ), writes to the first.
CREATE FUNCTION sluice.destination(relation oid, named_schema name, named_table name, OUT log smallint, OUT shape int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bytes bigint;
  allowed bigint;
BEGIN
  -- Whatever alters a column writes its row in pg_attribute anew; a table that is renamed has another name.
  SELECT coalesce(w.log, 0), pg_table_size(w.written), w.log_limit, s.id INTO log, bytes, allowed, shape
  FROM (SELECT) one LEFT JOIN sluice.writing w ON true LEFT JOIN sluice.shape s ON s.relation = destination.relation
    AND s.table_name = named_table AND s.table_schema = named_schema AND s.fingerprint = (
        SELECT sum((a.xmin::text::bigint + a.cmin::text::bigint * 1000003) * a.attnum)
        FROM pg_attribute a WHERE a.attrelid = destination.relation AND a.attnum > 0) + (
        SELECT coalesce(sum(i.xmin::text::bigint + i.cmin::text::bigint * 1000003 + i.indexrelid::bigint * 7), 0)
        FROM pg_index i WHERE i.indrelid = destination.relation AND (i.indisprimary OR i.indisreplident)) + (
        SELECT ascii(k.relreplident::text) FROM pg_class k WHERE k.oid = destination.relation)
  LIMIT 1;
  IF bytes >= allowed THEN
    INSERT INTO sluice.overflow SELECT WHERE NOT EXISTS (SELECT FROM sluice.overflow);
    log := NULL;
  ELSE
    IF shape IS NULL THEN
      shape := sluice.note_shape(relation);
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      shape := sluice.shape_now(relation, shape);
    END IF;
  END IF;
END $$;

-- After each statement, with its rows before and after, which PostgreSQL keeps in the same order; to join them by their places
-- could be quadratic, by a plan that was made for one row. A row is (n.*), as n might be one of its columns.
CREATE FUNCTION sluice.log_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan that was made for many rows must not be compiled for one.
SET jit = off
SET "DateStyle" = 'ISO, MDY' SET "IntervalStyle" = 'postgres' SET "TimeZone" = 'UTC' SET extra_float_digits = '3'
SET bytea_output = 'hex' SET xmlbinary = 'base64' SET lc_monetary = 'C' AS $$
DECLARE
  called bigint;
  log smallint;
  shape int;
  is_full boolean;
BEGIN
  -- What sluice.destination does, without the cost of calling it for each statement.
  SELECT coalesce(w.log, 0), s.id, pg_table_size(w.written) >= w.log_limit, nextval('sluice.change_number')
  INTO log, shape, is_full, called
  FROM (SELECT) one LEFT JOIN sluice.writing w ON true LEFT JOIN sluice.shape s ON s.relation = TG_RELID
    AND s.table_name = TG_TABLE_NAME AND s.table_schema = TG_TABLE_SCHEMA AND s.fingerprint = (
        SELECT sum((a.xmin::text::bigint + a.cmin::text::bigint * 1000003) * a.attnum)
        FROM pg_attribute a WHERE a.attrelid = TG_RELID AND a.attnum > 0) + (
        SELECT coalesce(sum(i.xmin::text::bigint + i.cmin::text::bigint * 1000003 + i.indexrelid::bigint * 7), 0)
        FROM pg_index i WHERE i.indrelid = TG_RELID AND (i.indisprimary OR i.indisreplident)) + (
        SELECT ascii(k.relreplident::text) FROM pg_class k WHERE k.oid = TG_RELID)
  LIMIT 1;
  IF is_full OR shape IS NULL OR current_setting('transaction_isolation') <> 'read committed' THEN
    SELECT * INTO log, shape FROM sluice.destination(TG_RELID, TG_TABLE_SCHEMA, TG_TABLE_NAME);
    IF log IS NULL THEN
      RETURN NULL;
    END IF;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF log = 0 THEN
      INSERT INTO sluice.log_0 (number, xid, shape, operation, new_row)
      SELECT called, (SELECT pg_current_xact_id()::text::bigint), shape, 'I', (n.*)::text FROM new_rows n;
    ELSE
      INSERT INTO sluice.log_1 (number, xid, shape, operation, new_row)
      SELECT called, (SELECT pg_current_xact_id()::text::bigint), shape, 'I', (n.*)::text FROM new_rows n;
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF log = 0 THEN
      INSERT INTO sluice.log_0 (number, xid, shape, operation, old_row, new_row)
      SELECT called, (SELECT pg_current_xact_id()::text::bigint), shape, 'U', (o.*)::text, (n.*)::text
      FROM old_rows o, new_rows n WHERE (SELECT count(*) FROM (SELECT FROM old_rows LIMIT 2) few) = 1;
      IF NOT FOUND THEN
        INSERT INTO sluice.log_0 (number, place, xid, shape, operation, old_row, new_row)
        SELECT called, place, (SELECT pg_current_xact_id()::text::bigint), shape, 'U', max(old_row), max(new_row)
        FROM (SELECT row_number() OVER () AS place, (o.*)::text AS old_row, NULL AS new_row FROM old_rows o
          UNION ALL SELECT row_number() OVER (), NULL, (n.*)::text FROM new_rows n) both_rows
        GROUP BY place;
      END IF;
    ELSE
      INSERT INTO sluice.log_1 (number, xid, shape, operation, old_row, new_row)
      SELECT called, (SELECT pg_current_xact_id()::text::bigint), shape, 'U', (o.*)::text, (n.*)::text
      FROM old_rows o, new_rows n WHERE (SELECT count(*) FROM (SELECT FROM old_rows LIMIT 2) few) = 1;
      IF NOT FOUND THEN
        INSERT INTO sluice.log_1 (number, place, xid, shape, operation, old_row, new_row)
        SELECT called, place, (SELECT pg_current_xact_id()::text::bigint), shape, 'U', max(old_row), max(new_row)
        FROM (SELECT row_number() OVER () AS place, (o.*)::text AS old_row, NULL AS new_row FROM old_rows o
          UNION ALL SELECT row_number() OVER (), NULL, (n.*)::text FROM new_rows n) both_rows
        GROUP BY place;
      END IF;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF log = 0 THEN
      INSERT INTO sluice.log_0 (number, xid, shape, operation, old_row)
      SELECT called, (SELECT pg_current_xact_id()::text::bigint), shape, 'D', (o.*)::text FROM old_rows o;
    ELSE
      INSERT INTO sluice.log_1 (number, xid, shape, operation, old_row)
      SELECT called, (SELECT pg_current_xact_id()::text::bigint), shape, 'D', (o.*)::text FROM old_rows o;
    END IF;
  ELSE
    IF log = 0 THEN
      INSERT INTO sluice.log_0 (number, xid, shape, operation)
      VALUES (called, (SELECT pg_current_xact_id()::text::bigint), shape, 'T');
    ELSE
      INSERT INTO sluice.log_1 (number, xid, shape, operation)
      VALUES (called, (SELECT pg_current_xact_id()::text::bigint), shape, 'T');
    END IF;
  END IF;
  RETURN NULL;
END $$;

-- The same row by row, where statements do not tell: partitions, which get log_row from their table, and inheritance. Each
-- statement puts its number on a stack. Parts of one, such as the DELETE in WITH d AS (DELETE ...) INSERT ..., have one number.
CREATE FUNCTION sluice.begin_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stack text := coalesce(current_setting('sluice.statements', true), '');
  top text := split_part(stack, ' ', 1);
BEGIN
  IF split_part(top, '/', 2) <> pg_trigger_depth()::text THEN
    top := nextval('sluice.change_number') || '/' || pg_trigger_depth();
  END IF;
  PERFORM set_config('sluice.statements', top || ' ' || stack, true);
  RETURN NULL;
END $$;

-- A cast of a named row type could be anybody's function; record_out is the server's.
CREATE FUNCTION sluice.log_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET "DateStyle" = 'ISO, MDY' SET "IntervalStyle" = 'postgres' SET "TimeZone" = 'UTC' SET extra_float_digits = '3'
SET bytea_output = 'hex' SET xmlbinary = 'base64' SET lc_monetary = 'C' AS $$
DECLARE
  begun bigint := substring(current_setting('sluice.statements', true) from '^([0-9]{1,18})/')::bigint;
  log smallint;
  shape int;
BEGIN
  SELECT * INTO log, shape FROM sluice.destination(TG_RELID, TG_TABLE_SCHEMA, TG_TABLE_NAME);
  IF log = 0 THEN
    INSERT INTO sluice.log_0 (number, begun, xid, shape, operation, old_row, new_row)
    VALUES (nextval('sluice.change_number'), begun, (SELECT pg_current_xact_id()::text::bigint), shape, left(TG_OP, 1)::"char", textin(record_out(OLD)), textin(record_out(NEW)));
  ELSIF log = 1 THEN
    INSERT INTO sluice.log_1 (number, begun, xid, shape, operation, old_row, new_row)
    VALUES (nextval('sluice.change_number'), begun, (SELECT pg_current_xact_id()::text::bigint), shape, left(TG_OP, 1)::"char", textin(record_out(OLD)), textin(record_out(NEW)));
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION sluice.end_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stack text := current_setting('sluice.statements', true);
BEGIN
  PERFORM set_config('sluice.statements', substr(stack, length(split_part(stack, ' ', 1)) + 2), true);
  RETURN NULL;
END $$;

-- Whether statements do not tell what becomes of a table's rows, so that they are logged one by one: partitions, inheritance,
-- and tables whose rows more than one foreign key may change at once, in an order that statements do not have.
CREATE FUNCTION sluice.is_row_by_row(relation oid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.relkind = 'p' OR c.relhassubclass OR EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid) OR (
    SELECT count(*) > 1 FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'
      AND (f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd')))
  FROM pg_class c WHERE c.oid = $1
$$;

-- What changes when a trigger of ours is dropped, replaced or disabled, be it for a moment; null if one is not as it should be,
-- or the table has become one of another kind.
CREATE FUNCTION sluice.fingerprint(relation oid) RETURNS numeric LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN count(*) FILTER (WHERE t.tgrelid = $1 AND t.tgenabled IN ('O', 'A')) = 4
      AND bool_and(t.tgenabled IN ('O', 'A'))
      AND bool_or(t.tgname = 'sluice_row') = sluice.is_row_by_row($1)
      AND count(*) FILTER (WHERE t.tgrelid <> $1 AND t.tgparentid = 0) = 0
    THEN sum(t.xmin::text::bigint) FILTER (WHERE t.tgrelid = $1) END
  FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace n ON n.oid = f.pronamespace
  WHERE n.nspname = 'sluice' AND (t.tgrelid = $1 OR t.tgrelid IN (SELECT relid FROM pg_partition_tree($1)))
$$;

-- One at a time, until the transaction ends.
CREATE FUNCTION sluice.hold_ticks() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_advisory_xact_lock('sluice.tick'::regclass::oid::bigint)
$$;

-- Records what a snapshot sees. Ticks are held, and the snapshot was taken since.
CREATE FUNCTION sluice.tick_at(seen pg_snapshot, written bigint) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sluice.tick (position, snapshot, change_number)
  SELECT coalesce(
    (SELECT t.position + 2 + 2 * (pg_snapshot_xmax(seen)::text::bigint - pg_snapshot_xmax(t.snapshot)::text::bigint
        + (SELECT count(*) FROM pg_snapshot_xip(t.snapshot)))
      FROM sluice.tick t ORDER BY t.position DESC LIMIT 1),
    -- After any position of an earlier change log.
    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint), seen, written
  RETURNING position
$$;

-- Begins anew: forgets every tick, and writes on in the other log, emptied. What is in this one is before whatever begins now,
-- and goes with the next that is confirmed. Nobody waits for that lock but who began before the logs last changed places.
CREATE FUNCTION sluice.forget() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms' AS $$
BEGIN
  IF (SELECT log FROM sluice.writing) = 0 THEN
    TRUNCATE sluice.log_1;
    UPDATE sluice.writing SET log = 1, written = 'sluice.log_1';
  ELSE
    TRUNCATE sluice.log_0;
    UPDATE sluice.writing SET log = 0, written = 'sluice.log_0';
  END IF;
  DELETE FROM sluice.tick;
  DELETE FROM sluice.overflow;
END $$;

-- The tick after a position; if there is none, a new one, unless nothing can have happened since.
CREATE FUNCTION sluice.next_tick(after bigint, anyway boolean,
  OUT "position" bigint, OUT snapshot pg_snapshot, OUT ticked_at timestamptz) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last sluice.tick;
  written bigint;
  seen pg_snapshot;
BEGIN
  SELECT t.position, t.snapshot, t.ticked_at INTO "position", snapshot, ticked_at
  FROM sluice.tick t WHERE t.position > after AND NOT anyway ORDER BY t.position LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;
  PERFORM sluice.hold_ticks();
  SELECT * INTO last FROM sluice.tick t ORDER BY t.position DESC LIMIT 1;
  SELECT last_value INTO written FROM sluice.change_number; -- first: who has taken one has an id that the snapshot knows
  seen := pg_current_snapshot();
  IF last.position IS NULL THEN
    RETURN; -- nothing has begun
  END IF;
  -- Who is at work with an id between the snapshot's last and the tick's own is not among those that it lists as running.
  IF anyway OR written <> last.change_number OR last.made_by > pg_snapshot_xmax(last.snapshot) OR EXISTS (
      SELECT FROM pg_snapshot_xip(last.snapshot) x WHERE pg_visible_in_snapshot(x, seen)) THEN
    PERFORM sluice.tick_at(seen, written);
  END IF;
  SELECT t.position, t.snapshot, t.ticked_at INTO "position", snapshot, ticked_at
  FROM sluice.tick t WHERE t.position > after ORDER BY CASE WHEN anyway THEN -t.position ELSE t.position END LIMIT 1;
END $$;

-- Whether a log has changes that a snapshot does not see.
CREATE FUNCTION sluice.has_after_0(seen pg_snapshot) RETURNS boolean LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM sluice.log_0 l WHERE l.xid >= pg_snapshot_xmax(seen)::text::bigint
    OR l.xid IN (SELECT x::text::bigint FROM pg_snapshot_xip(seen) x))
$$;

CREATE FUNCTION sluice.has_after_1(seen pg_snapshot) RETURNS boolean LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM sluice.log_1 l WHERE l.xid >= pg_snapshot_xmax(seen)::text::bigint
    OR l.xid IN (SELECT x::text::bigint FROM pg_snapshot_xip(seen) x))
$$;

-- Everything up to a position is wanted no more: forgets its ticks, and empties the log that is not written now. Then the
-- two change places.
CREATE FUNCTION sluice.confirm(confirmed bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
  kept sluice.tick;
  current smallint;
BEGIN
  SELECT * INTO kept FROM sluice.tick t WHERE t.position <= confirmed ORDER BY t.position DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  DELETE FROM sluice.tick t WHERE t.position < kept.position;
  SELECT log INTO current FROM sluice.writing;
  -- Looked at before as well, so that the lock is not held for long.
  IF current = 0 THEN
    IF pg_relation_size('sluice.log_1') > 0 THEN
      IF NOT sluice.has_after_1(kept.snapshot) THEN
        LOCK TABLE sluice.log_1 IN ACCESS EXCLUSIVE MODE;
        IF NOT sluice.has_after_1(kept.snapshot) THEN
          TRUNCATE sluice.log_1;
        END IF;
      END IF;
    ELSIF pg_table_size('sluice.log_0') > 32 * 1024 * 1024 THEN
      UPDATE sluice.writing SET log = 1, written = 'sluice.log_1';
    END IF;
  ELSIF pg_relation_size('sluice.log_0') > 0 THEN
    IF NOT sluice.has_after_0(kept.snapshot) THEN
      LOCK TABLE sluice.log_0 IN ACCESS EXCLUSIVE MODE;
      IF NOT sluice.has_after_0(kept.snapshot) THEN
        TRUNCATE sluice.log_0;
      END IF;
    END IF;
  ELSIF pg_table_size('sluice.log_1') > 32 * 1024 * 1024 THEN
    UPDATE sluice.writing SET log = 0, written = 'sluice.log_0';
  END IF;
EXCEPTION WHEN lock_not_available THEN
  NULL; -- somebody writes or reads it; the next time
END $$;

-- Lets the reader find what was written last without looking through all of the log.
CREATE FUNCTION sluice.summarize() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms' AS $$
BEGIN
  PERFORM brin_summarize_new_values('sluice.log_0_xid'), brin_summarize_new_values('sluice.log_1_xid');
EXCEPTION WHEN lock_not_available THEN
  NULL;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sluice FROM PUBLIC;
