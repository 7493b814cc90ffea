-- close_stale() on the parity data gives what closing each drive and charge by itself gives, in every column.
-- database: teslamate_parity
BEGIN;
SELECT plan(10);
\ir ../fixtures/sessions.sql

-- Every row of the tables that closing writes, as text. A charge without rows ends at the moment of the call.
CREATE VIEW pg_temp.all_rows AS
SELECT 'drives' AS "table", d.id, d::text AS row FROM public.drives AS d UNION ALL
SELECT 'positions', p.id, p::text FROM public.positions AS p UNION ALL
SELECT 'charges', h.id, h::text FROM public.charges AS h UNION ALL
SELECT 'cars', c.id, c::text FROM public.cars AS c UNION ALL
SELECT 'charging_processes', c.id,
       CASE WHEN EXISTS (SELECT FROM public.charges AS h WHERE h.charging_process_id = c.id) OR c.end_date IS NULL
            THEN c::text
            ELSE jsonb_set(to_jsonb(c), '{end_date}', '"now"')::text END
  FROM public.charging_processes AS c;

CREATE TEMP TABLE before AS TABLE pg_temp.all_rows;

-- What single closes say of what is open, drives before charges, in the order of the ids.
CREATE TEMP TABLE said (kind text, id bigint, outcome text, reason text);
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT d.id FROM public.drives AS d WHERE d.end_date IS NULL ORDER BY d.id LOOP
        BEGIN
            INSERT INTO said SELECT 'drive', one, c.outcome, c.reason FROM pitstop.close_drive(one) AS c;
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO said VALUES ('drive', one, 'failed', SQLERRM);
        END;
    END LOOP;
    FOR one IN SELECT c.id FROM public.charging_processes AS c WHERE c.end_date IS NULL ORDER BY c.id LOOP
        BEGIN
            INSERT INTO said SELECT 'charge', one, c.outcome FROM pitstop.close_charge(one) AS c;
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO said VALUES ('charge', one, 'failed', SQLERRM);
        END;
    END LOOP;
END
$$;
CREATE TEMP TABLE singly AS TABLE pg_temp.all_rows;

-- Back to the beginning: every event has its undo.
SELECT pg_temp.undo_all();
SELECT set_eq('TABLE pg_temp.all_rows', 'TABLE before', 'undoing every single close, the newest first, puts every row back');

-- The journal remembers them; this call is to find sessions that nobody has closed yet.
TRUNCATE pitstop.event, pitstop.event_row;
CREATE TEMP TABLE told AS SELECT * FROM pitstop.close_stale(dry_run => true);
SELECT is((SELECT value FROM pitstop.observe('open_sessions')), (SELECT count(*) FROM told WHERE outcome <> 'skipped')::float8,
          'health counts what a call with the defaults would try to close');
CREATE TEMP TABLE stale AS SELECT * FROM pitstop.close_stale(older_than => '1 hour');

SELECT set_eq(
    'SELECT kind, id, outcome, reason FROM stale', 'SELECT kind, id, outcome, reason FROM said',
    'each session has the outcome and the reason that closing it alone gives');
SELECT set_eq(
    'SELECT kind, id, outcome, reason FROM told', 'SELECT kind, id, outcome, reason FROM said',
    'a dry run says so beforehand');
SELECT set_eq(
    $$ SELECT * FROM pg_temp.all_rows WHERE "table" IN ('drives', 'positions') $$,
    $$ SELECT * FROM singly WHERE "table" IN ('drives', 'positions') $$,
    'the drives and positions are the same in every column');
SELECT set_eq(
    $$ SELECT * FROM pg_temp.all_rows WHERE "table" IN ('charging_processes', 'charges') $$,
    $$ SELECT * FROM singly WHERE "table" IN ('charging_processes', 'charges') $$,
    'so are the charging processes and charges');
SELECT set_eq(
    $$ SELECT * FROM pg_temp.all_rows WHERE "table" = 'cars' $$,
    $$ SELECT * FROM singly WHERE "table" = 'cars' $$,
    'so are the cars, with their efficiency');
SELECT set_eq(
    'SELECT DISTINCT outcome FROM stale', $$ VALUES ('closed'), ('deleted'), ('failed') $$,
    'all outcomes occur');
SELECT results_eq(
    'SELECT count(*), count(DISTINCT batch) FROM pitstop.event',
    $$ SELECT count(*), 1::bigint FROM said WHERE outcome <> 'failed' $$,
    'one event each, one batch');

SELECT pg_temp.undo_all();
SELECT set_eq('TABLE pg_temp.all_rows', 'TABLE before', 'undoing the batch, the newest event first, puts every row back');

SELECT * FROM finish();
ROLLBACK;
