-- What others put in the way of a superuser's call is not run: functions, operators, types and tables with names that
-- pitstop uses, in a schema at the head of the search path, in public and in pg_temp.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
\ir ../fixtures/pgtap/add_session.sql
SELECT plan(36);

INSERT INTO public.geofences (id, name, latitude, longitude, radius, cost_per_unit, inserted_at, updated_at)
VALUES (1, 'Home', 10, 20, 100, 0.5, '2025-01-01', '2025-01-01');
SELECT add_drive(id, '{"at": "10:00", "odometer": 100, "ideal_battery_range_km": 300, "elevation": 10, "outside_temp": 7}',
                     '{"at": "10:20", "odometer": 120, "ideal_battery_range_km": 280, "elevation": 20, "outside_temp": 8}')
  FROM generate_series(1, 3) AS id;
SELECT add_drive(4, '{"at": "10:00", "odometer": 100}');
SELECT add_charge(id, '{"at": "12:00", "charge_energy_added": 1, "rated_battery_range_km": 200, "battery_level": 50}',
                      '{"at": "12:30", "charge_energy_added": 11, "rated_battery_range_km": 250, "battery_level": 60}')
  FROM generate_series(11, 13) AS id;
UPDATE public.charging_processes SET geofence_id = 1;

CREATE ROLE pitstop_test_mallory;
CREATE TABLE tap.witness (trap text, by_role text);
GRANT INSERT ON tap.witness TO PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO pitstop_test_mallory;
CREATE SCHEMA mallory AUTHORIZATION pitstop_test_mallory;
GRANT USAGE ON SCHEMA mallory TO PUBLIC;

-- Sets every trap in a schema, with the rights of whoever calls. Each writes down that it ran, and answers something.
CREATE FUNCTION tap.set_traps(place text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    trap record;
BEGIN
    -- The state functions of the aggregates, and the functions behind the operators.
    FOR trap IN
        SELECT *
          FROM (VALUES
            ('counted', 'bigint, bigint', 'bigint', '0'), ('counted', 'bigint', 'bigint', '0'),
            ('latest', 'timestamp, timestamp', 'timestamp', '''2000-01-01'''),
            ('largest', 'bigint, bigint', 'bigint', '0'), ('largest', 'integer, integer', 'integer', '0'),
            ('joined', 'text, text, text', 'text', ''''''), ('gathered', 'text[], text', 'text[]', '''{}'''),
            ('objects', 'json, text, json', 'json', '''{}'''),
            -- Functions that statements of ours call.
            ('unnest', 'bigint[]', 'SETOF bigint', '1::bigint'), ('unnest', 'text[]', 'SETOF text', '''x''::pg_catalog.text'),
            ('to_json', 'record', 'json', '''{}'''), ('to_json', 'public.drives', 'json', '''{}'''),
            ('to_json', 'public.positions', 'json', '''{}'''), ('to_json', 'public.charging_processes', 'json', '''{}'''),
            ('to_json', 'public.charges', 'json', '''{}'''), ('to_json', 'public.cars', 'json', '''{}'''),
            ('nextval', 'text', 'bigint', '1'), ('nextval', 'regclass', 'bigint', '1'),
            ('setval', 'text, bigint', 'bigint', '1'), ('setval', 'regclass, bigint', 'bigint', '1'),
            ('generate_series', 'integer, bigint', 'SETOF bigint', '1::bigint'),
            ('now', '', 'timestamptz', '''2000-01-01'''), ('timezone', 'text, timestamptz', 'timestamp', '''2000-01-01'''),
            ('date_trunc', 'text, timestamp', 'timestamp', '''2000-01-01'''),
            ('json_each', 'json', 'TABLE (key text, value json)', '''a''::pg_catalog.text, ''{}''::pg_catalog.json'),
            ('json_object_keys', 'json', 'SETOF text', '''a''::pg_catalog.text'), ('json_typeof', 'json', 'text', '''array'''),
            ('json_populate_record', 'anyelement, json', 'anyelement', '$1'),
            ('json_populate_recordset', 'anyelement, json', 'SETOF anyelement', '$1'),
            ('array_to_string', 'text[], text', 'text', ''''''), ('cardinality', 'bigint[]', 'integer', '0'),
            -- And those that it calls in C, under their SQL names.
            ('int8', 'integer', 'bigint', '0'), ('int8', 'smallint', 'bigint', '0'), ('float8', 'numeric', 'float8', '0'),
            ('numeric', 'double precision', 'numeric', '0'), ('has_schema_privilege', 'text, text', 'boolean', 'true')
          ) AS t (name, arguments, result, answer)
        UNION ALL
        SELECT format('operator %s %s %s', operator, l, r), format('%s, %s', l, r), result, answer
          FROM (VALUES ('=', 'boolean', 'true'), ('<>', 'boolean', 'true'), ('>', 'boolean', 'true'),
                       ('<', 'boolean', 'true')) AS o (operator, result, answer)
         CROSS JOIN (VALUES ('bigint', 'bigint'), ('integer', 'bigint'), ('bigint', 'integer'), ('smallint', 'bigint'),
                            ('bigint', 'smallint'), ('integer', 'integer'), ('text', 'text')) AS a (l, r)
        UNION ALL
        VALUES ('operator ->> jsonb text', 'jsonb, text', 'text', '''1'''),
               ('operator -> json integer', 'json, integer', 'json', '''{}'''),
               ('operator + bigint bigint', 'bigint, bigint', 'bigint', '1'),
               ('operator && bigint[] bigint[]', 'bigint[], bigint[]', 'boolean', 'true'),
               ('operator || text text', 'text, text', 'text', '''x''')
    LOOP
        EXECUTE format('CREATE FUNCTION %1$I.%2$I(%3$s) RETURNS %4$s LANGUAGE plpgsql AS %5$L',
                       place, trap.name, trap.arguments, trap.result,
                       format('BEGIN INSERT INTO tap.witness VALUES (%L, current_user); RETURN %s %s; END',
                              format('%s.%s(%s)', place, trap.name, trap.arguments),
                              CASE WHEN trap.result ~ '^(SETOF|TABLE)' THEN 'QUERY SELECT' ELSE '' END, trap.answer));
        IF trap.name LIKE 'operator %' THEN
            EXECUTE format('CREATE OPERATOR %I.%s (FUNCTION = %I.%I, LEFTARG = %s, RIGHTARG = %s)',
                           place, split_part(trap.name, ' ', 2), place, trap.name,
                           split_part(trap.name, ' ', 3), split_part(trap.name, ' ', 4));
        END IF;
    END LOOP;
    FOR trap IN
        SELECT *
          FROM (VALUES ('count', 'bigint', 'counted', 'bigint'), ('count', '*', 'counted', 'bigint'),
                       ('max', 'timestamp', 'latest', 'timestamp'), ('max', 'bigint', 'largest', 'bigint'),
                       ('max', 'integer', 'largest', 'integer'),
                       ('string_agg', 'text, text', 'joined', 'text'), ('array_agg', 'text', 'gathered', 'text[]'),
                       ('json_object_agg', 'text, json', 'objects', 'json')) AS a (name, arguments, step, state)
    LOOP
        EXECUTE format('CREATE AGGREGATE %1$I.%2$I(%3$s) (SFUNC = %1$I.%4$I, STYPE = %5$s)',
                       place, trap.name, trap.arguments, trap.step, trap.state);
    END LOOP;
END
$$;

-- Tables of the same names, which nothing may read or write, and types.
CREATE FUNCTION tap.set_tables(place text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['drives', 'positions', 'charging_processes', 'charges', 'cars', 'car_settings', 'geofences',
                                'settings', 'schema_migrations', 'event', 'event_row']
    LOOP
        EXECUTE format('CREATE TABLE %I.%I (id bigint)', place, name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['json', 'jsonb', 'text', 'int8', 'bigint'] LOOP
        EXECUTE format('CREATE DOMAIN %I.%I AS boolean', place, name);
    END LOOP;
END
$$;
-- CREATE TABLE pg_temp.t asks for the right to make temporary tables, which PUBLIC has.
GRANT EXECUTE ON FUNCTION tap.set_traps(text), tap.set_tables(text) TO PUBLIC;

-- From here on the test itself has to keep out of the traps.
SET search_path = pg_catalog, tap, pg_temp;
SET LOCAL ROLE pitstop_test_mallory;
SELECT tap.set_traps(place) FROM unnest(ARRAY['mallory', 'public', 'pg_temp']) AS place;
SELECT tap.set_tables(place) FROM unnest(ARRAY['mallory', 'pg_temp']) AS place;
CREATE DOMAIN public.json AS boolean;
CREATE DOMAIN public.jsonb AS boolean;
RESET ROLE;

-- The traps snap: the same statements, unprotected. (No function or operator is ever looked for in pg_temp.)
SET search_path = mallory, public, pg_temp, pg_catalog;
SELECT count(*), count(1::bigint), max(1::bigint), max(now()::timestamp), to_json(d), unnest('{1}'::bigint[])
  FROM public.drives AS d WHERE d.id = 1::bigint AND 1::bigint <> 2::bigint GROUP BY d \g /dev/null
SELECT date_trunc('second', now() AT TIME ZONE 'UTC'), 1::bigint + 2::bigint,
       'a'::pg_catalog.text || 'b'::pg_catalog.text, nextval('public.trips_id_seq') \g /dev/null
SET search_path = pg_catalog, tap, pg_temp;
SELECT cmp_ok((SELECT count(DISTINCT trap) FROM tap.witness), '>=', 9::bigint, 'the traps snap where nothing is done about them');
SELECT set_eq('SELECT by_role FROM tap.witness', ARRAY[current_user::text],
              'and with the rights of the superuser who called');
TRUNCATE tap.witness;

-- Nothing of it runs --------------------------------------------------------------------------------------------------

-- EXECUTE and the rest of plpgsql are in the function's own, clean path; the statement sees the other.
CREATE FUNCTION tap.among_traps(path text, statement text) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, tap, pg_temp AS $$
DECLARE
    answer text;
BEGIN
    PERFORM set_config('search_path', path, true);
    EXECUTE statement INTO answer;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, tap, pg_temp', true);
    RETURN answer;
END
$$;

CREATE FUNCTION tap.newest_standing_event() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(e.event_id) FROM pitstop.event AS e WHERE e.undone_at IS NULL
$$;

-- In the outer statement, too, every name and operator is qualified: it is pitstop's own that are looked at.
CREATE TABLE tap.call (number integer, statement text, expected text);
INSERT INTO tap.call VALUES
    (1, 'SELECT outcome FROM pitstop.close_drive(1)', 'closed'),
    (2, 'SELECT outcome FROM pitstop.close_drive(4)', 'deleted'),
    (3, 'SELECT cost::pg_catalog.text FROM pitstop.close_charge(11)', '5.00'),
    (4, 'SELECT pg_catalog.count(*) FROM pitstop.incomplete()', '4'),
    (5, 'SELECT pg_catalog.string_agg(outcome, '' '') FROM pitstop.close_stale()', 'closed closed closed closed'),
    (6, 'SELECT pg_catalog.sum("rows") FROM pitstop.delete_drive(1, ''delete'')', '3'),
    (7, 'SELECT pg_catalog.sum("rows") FROM pitstop.delete_charge(11)', '3'),
    (8, 'SELECT pg_catalog.sum("rows") FROM pitstop.undo(tap.newest_standing_event())', '3'),
    (9, 'SELECT pg_catalog.sum("rows") FROM pitstop.undo(tap.newest_standing_event())', '3'),
    (10, 'SELECT pg_catalog.string_agg(status, '' '') FROM pitstop.check_teslamate()', 'ok ok ok ok'),
    (11, 'SELECT pg_catalog.count(*) FROM pitstop.migrations()', '105'),
    (12, 'SELECT pitstop.seconds_since_last_migration() OPERATOR(pg_catalog.>) 0', 'true'),
    (13, 'SELECT pg_catalog.count(*) FROM pitstop.check_postgres()', '2'),
    (14, 'SELECT pitstop.grant_operator(''pg_read_all_data'')', ''),
    (15, 'SELECT pitstop.revoke_all(''pg_read_all_data'')', '');

SELECT is(tap.among_traps('mallory, public, pg_temp, pg_catalog', statement), expected, 'with mallory first: ' || statement)
  FROM tap.call
 ORDER BY number;
SELECT is_empty('SELECT DISTINCT trap, by_role FROM tap.witness', 'none of the traps snapped');

-- Once more with the traps in public and pg_temp alone, and all but the deleted drive open again.
UPDATE public.drives SET end_date = NULL;
UPDATE public.charging_processes SET end_date = NULL;
SELECT is(tap.among_traps('pg_temp, public', statement), expected, 'with pg_temp first: ' || statement)
  FROM tap.call
 WHERE number NOT IN (2, 4)
 ORDER BY number;
SELECT is_empty('SELECT DISTINCT trap, by_role FROM tap.witness', 'none of the traps in public and pg_temp snapped');
SELECT is_empty(
    $$ SELECT FROM pg_temp.drives UNION ALL SELECT FROM mallory.drives UNION ALL SELECT FROM pg_temp.event UNION ALL
       SELECT FROM mallory.event UNION ALL SELECT FROM pg_temp.event_row UNION ALL SELECT FROM mallory.event_row $$,
    'no table of the same name was written');

-- The schema beforehand -----------------------------------------------------------------------------------------------

DROP EXTENSION pitstop;
DROP SCHEMA pitstop;  -- CREATE EXTENSION makes it, DROP EXTENSION leaves it
CREATE SCHEMA pitstop AUTHORIZATION pitstop_test_mallory;
SELECT refused('CREATE EXTENSION pitstop', '55000', 'schema "pitstop" exists already and belongs to somebody else',
               'a schema that somebody made beforehand is not taken for the extension''s');
DROP SCHEMA pitstop;
SELECT lives_ok('CREATE EXTENSION pitstop', 'without it the extension is made');

SET LOCAL ROLE pitstop_test_mallory;
SELECT (tap.refusal_of('CREATE FUNCTION pitstop.close_drive(integer) RETURNS void LANGUAGE sql AS ''''')).code AS overload_code \gset
RESET ROLE;
SELECT is(:'overload_code'::text, '42501', 'nobody else overloads a function of the extension');

SELECT * FROM finish();
ROLLBACK;
