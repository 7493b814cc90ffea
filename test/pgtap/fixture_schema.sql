-- The fixture of TeslaMate's schema says what the catalogs of a real TeslaMate database say.
BEGIN;
SELECT plan(8);

CREATE TEMP TABLE columns_csv (schema text, "table" text, "position" integer, "column" text, type text, not_null boolean, "default" text);
CREATE TEMP TABLE constraints_csv (schema text, "table" text, "constraint" text, kind text, definition text);
CREATE TEMP TABLE indexes_csv (schema text, "table" text, index text, definition text);
CREATE TEMP TABLE enums_csv (type text, labels text);
\copy columns_csv FROM 'fixtures/teslamate/columns.csv' (FORMAT csv, HEADER)
\copy constraints_csv FROM 'fixtures/teslamate/constraints.csv' (FORMAT csv, HEADER)
\copy indexes_csv FROM 'fixtures/teslamate/indexes.csv' (FORMAT csv, HEADER)
\copy enums_csv FROM 'fixtures/teslamate/enums.csv' (FORMAT csv, HEADER)

CREATE TEMP VIEW relation AS
SELECT c.oid, n.nspname::text AS schema, c.relname::text AS "table"
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname IN ('public', 'private');

SELECT set_eq(
    $$ SELECT r.schema, r."table", row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum)::integer,
              a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
         FROM relation AS r
         JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
         LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum $$,
    'SELECT * FROM columns_csv',
    'columns: names, order, types, defaults');

SELECT set_eq(
    $$ SELECT r.schema, r."table", k.conname::text, k.contype::text, pg_get_constraintdef(k.oid)
         FROM relation AS r
         JOIN pg_constraint AS k ON k.conrelid = r.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x') $$,
    'SELECT * FROM constraints_csv',
    'constraints: names and definitions');

SELECT set_eq(
    $$ SELECT r.schema, r."table", i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
         FROM relation AS r
         JOIN pg_index AS i ON i.indrelid = r.oid AND NOT i.indisprimary $$,
    'SELECT schema, "table", quote_ident(index), definition FROM indexes_csv',
    'indexes: names and definitions');

SELECT set_eq(
    $$ SELECT t.typname::text, string_agg(e.enumlabel, ' | ' ORDER BY e.enumsortorder)
         FROM pg_enum AS e
         JOIN pg_type AS t ON t.oid = e.enumtypid
        WHERE t.typnamespace = 'public'::regnamespace
        GROUP BY t.typname $$,
    'SELECT * FROM enums_csv',
    'enums: names and labels');

SELECT is_empty(
    $$ SELECT c.schema, c."table"
         FROM columns_csv AS c
        WHERE c."default" LIKE 'nextval(%'
          AND (pg_get_serial_sequence(format('%I.%I', c.schema, c."table"), c."column") IS NULL
               OR c."default" NOT IN (
                   format('nextval(%L::regclass)', pg_get_serial_sequence(format('%I.%I', c.schema, c."table"), c."column")),
                   format('nextval(%L::regclass)', regexp_replace(pg_get_serial_sequence(format('%I.%I', c.schema, c."table"), c."column"), '^public\.', '')))) $$,
    'every sequence that a column takes its numbers from is owned by that column');

SELECT results_eq(
    'SELECT count(*), min(version), max(version) FROM schema_migrations',
    'VALUES (105::bigint, 20190330150000, 20260808090000)',
    'the migrations are there');

SELECT results_eq('SELECT id FROM settings', 'VALUES (1::bigint)', 'there is exactly one row of settings');

SELECT set_eq(
    $$ SELECT e.extname::text FROM pg_extension AS e WHERE e.extname IN ('cube', 'earthdistance') $$,
    ARRAY['cube', 'earthdistance'],
    'the extensions of TeslaMate are there');

SELECT * FROM finish();
ROLLBACK;
