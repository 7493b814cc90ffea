-- The fixtures go into a schema of any name: hosters put one TeslaMate per schema into a database.
-- database: teslamate_parity
BEGIN;
SELECT plan(4);

\set schema 'tenant "7", O''Hara $1'
\set private_schema 'tenant 7''s "tokens"'
\ir ../fixtures/teslamate/schema.sql
\ir ../fixtures/parity/input.sql

SELECT is(current_setting('search_path'), 'public,tap', 'the search path is as it was');

SELECT set_eq(
    format($$ SELECT c.relname::text FROM pg_class AS c WHERE c.relnamespace = %L::regnamespace $$, quote_ident(:'schema')),
    $$ SELECT c.relname::text
         FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace $$,
    'the same tables, sequences and indexes');

SELECT set_eq(
    format('SELECT * FROM %I.positions', :'schema'),
    'SELECT * FROM public.positions',
    'the same positions');

SELECT results_eq(
    format($$ INSERT INTO %I.drives (start_date, car_id) VALUES ('2025-07-01', 1) RETURNING id $$, :'schema'),
    'VALUES (208)',
    'new rows are numbered after those of the data');

SELECT * FROM finish();
ROLLBACK;
