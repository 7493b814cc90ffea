-- What the program records of itself: its backups, and a few numbers over time.
BEGIN;
\ir ../fixtures/pgtap/refusal.sql
SELECT plan(39);

-- Backups -------------------------------------------------------------------------------------------------------------

SELECT is_empty('SELECT * FROM pitstop.backups()', 'no backups are known at first');
SELECT is(pitstop.record_backups('pi', '/backups', $$ [
    {"name": "one", "started_at": "2026-01-01T10:00:00Z", "finished_at": "2026-01-01T10:05:00Z", "bytes": 4000000000, "rows": 9000000,
     "encrypted": true, "proven_at": "2026-01-01T10:06:00Z", "proven_how": "restore", "finding": null},
    {"name": "two", "started_at": "2026-01-02T10:00:00Z", "finding": "Its checksum is another one."}] $$), 2::bigint,
    'two backups are recorded');
SELECT results_eq(
    'SELECT directory, host, name, started_at, finished_at, bytes, "rows", encrypted, proven_at, proven_how, finding FROM pitstop.backups()',
    $$ VALUES ('/backups', 'pi', 'two', timestamptz '2026-01-02 10:00+00', NULL::timestamptz, NULL::bigint, NULL::bigint, NULL::boolean,
               NULL::timestamptz, NULL, 'Its checksum is another one.'),
              ('/backups', 'pi', 'one', '2026-01-01 10:00+00', '2026-01-01 10:05+00', 4000000000, 9000000, true,
               '2026-01-01 10:06+00', 'restore', NULL) $$,
    'and told with all that was said of them, the newest first');
SELECT results_eq('SELECT DISTINCT recorded_at FROM pitstop.backups()', 'SELECT now()', 'it is known since when');

SELECT is(pitstop.record_backups('pi', '/backups', '[{"name": "three", "started_at": "2026-01-03T10:00:00Z"}]'), 1::bigint,
          'what is recorded again');
SELECT is(pitstop.record_backups('pi', '/more', '[{"name": "three", "started_at": "2026-01-03T10:00:00Z"}]'), 1::bigint,
          'another directory''s');
SELECT is(pitstop.record_backups('nas', '/backups', '[{"name": "three", "started_at": "2026-01-03T10:00:00Z"}]'), 1::bigint,
          'and another host''s');
SELECT results_eq('SELECT host, directory, name FROM pitstop.backups()',
                  $$ VALUES ('nas', '/backups', 'three'), ('pi', '/backups', 'three'), ('pi', '/more', 'three') $$,
                  'takes the place of what was known of that directory of that host, and of nothing else');
SELECT is(pitstop.record_backups('nas', '/backups', '[]'), 0::bigint, 'of a directory that was emptied');
SELECT is((SELECT count(*) FROM pitstop.backups()), 2::bigint, 'nothing is left');

SELECT pitstop.record_backups('gone', '/backups', '[{"name": "four", "started_at": "2026-01-04T10:00:00Z"}]') \g /dev/null
UPDATE pitstop.backup SET recorded_at = now() - CASE host WHEN 'gone' THEN interval '401 days' ELSE interval '399 days' END;
SELECT is(pitstop.record_backups('nas', '/backups', '[]'), 0::bigint, 'recording those of one machine');
SELECT results_eq('SELECT host, directory, name FROM pitstop.backups()', $$ VALUES ('pi', '/backups', 'three'), ('pi', '/more', 'three') $$,
                  'forgets what was recorded more than 400 days ago, of whichever machine');

CREATE TEMP TABLE known AS SELECT * FROM pitstop.backups();
CREATE TEMP TABLE wrong (what text, backups text, raised text);
INSERT INTO wrong VALUES
    ('an object', '{}', 'cannot call jsonb_to_recordset on a non-array'),
    ('an array of numbers', '[1]', 'argument of jsonb_to_recordset must be an array of objects'),
    ('no name', '[{"started_at": "2026-01-01T10:00:00Z"}]', 'null value in column "name" of relation "backup" violates not-null constraint'),
    ('no start', '[{"name": "a"}]', 'null value in column "started_at" of relation "backup" violates not-null constraint'),
    ('a time that is none', '[{"name": "a", "started_at": "soon"}]', 'invalid input syntax for type timestamp with time zone: "soon"'),
    ('a size that is none', '[{"name": "a", "started_at": "2026-01-01T10:00:00Z", "bytes": "big"}]',
     'invalid input syntax for type bigint: "big"'),
    ('a negative size', '[{"name": "a", "started_at": "2026-01-01T10:00:00Z", "bytes": -1}]',
     'new row for relation "backup" violates check constraint "backup_bytes_check"'),
    ('a name twice', '[{"name": "a", "started_at": "2026-01-01T10:00:00Z"}, {"name": "a", "started_at": "2026-01-01T10:00:00Z"}]',
     'duplicate key value violates unique constraint "backup_pkey"');
SELECT refused(format('SELECT pitstop.record_backups(''pi'', ''/backups'', %L)', backups), '22023', 'could not record backups: ' || raised,
               'record_backups refuses ' || what)
  FROM wrong;
SELECT set_eq('SELECT * FROM pitstop.backups()', 'TABLE known', 'and leaves what was known');

SELECT pitstop.record_backups('pi', '/backups', (SELECT jsonb_agg(jsonb_build_object('name', n, 'started_at', timestamptz '2026-01-01 00:00+00' + n * interval '1 day'))
                                                   FROM generate_series(1, 40) AS n)) \g /dev/null
SELECT results_eq(
    $$ SELECT b ->> 'name', (b ->> 'started_at')::timestamptz FROM jsonb_array_elements(pitstop.health() -> 'backups') AS b $$,
    $$ SELECT n::text, timestamptz '2026-01-01 00:00+00' + n * interval '1 day' FROM generate_series(40, 11, -1) AS n $$,
    'health has the thirty newest');

-- Measures ------------------------------------------------------------------------------------------------------------

SELECT is(pitstop.record_measures('[{"code": "addresses", "value": 3}, {"code": "dead_rows", "subject": "positions", "value": 0.25},
                                    {"code": "dead_rows", "subject": "charges", "value": 0.5}]'), 3::bigint, 'three numbers are recorded');
SELECT results_eq($$ SELECT * FROM pitstop.measures('addresses') $$, $$ VALUES (now(), '', 3::float8) $$, 'with the time and the value');
SELECT results_eq($$ SELECT subject, value FROM pitstop.measures('dead_rows') $$, $$ VALUES ('charges', 0.5::float8), ('positions', 0.25) $$,
                  'each of its subject');
SELECT is_empty($$ SELECT * FROM pitstop.measures('positions') $$, 'of another check there are none');

UPDATE pitstop.measure SET at = now() - interval '9 minutes';
SELECT is(pitstop.record_measures('[{"code": "addresses", "value": 4}, {"code": "addresses", "subject": "more", "value": 5}]'), 1::bigint,
          'within ten minutes a number is not repeated, but for another subject');
UPDATE pitstop.measure SET at = now() - interval '11 minutes';
SELECT is(pitstop.record_measures('[{"code": "addresses", "value": 4}, {"code": "addresses", "value": 4}]'), 1::bigint, 'later it is, once');
SELECT results_eq($$ SELECT at - now(), value FROM pitstop.measures('addresses') WHERE subject = '' $$,
                  $$ VALUES (interval '-11 minutes', 3::float8), (interval '0', 4) $$, 'the oldest first');

UPDATE pitstop.measure SET at = now() - CASE subject WHEN 'charges' THEN interval '401 days' ELSE interval '399 days' END WHERE code = 'dead_rows';
SELECT is(pitstop.record_measures('[]'), 0::bigint, 'recording nothing');
SELECT results_eq($$ SELECT subject FROM pitstop.measures('dead_rows', '10 years') $$, $$ VALUES ('positions') $$,
                  'forgets what is older than 400 days');
SELECT is_empty($$ SELECT * FROM pitstop.measures('dead_rows') $$, 'unless told otherwise, the last 30 days are shown');
SELECT results_eq($$ SELECT value FROM pitstop.measures('addresses', '10 minutes') $$, $$ VALUES (4::float8) $$, 'or as few as one likes');

TRUNCATE wrong;
INSERT INTO wrong VALUES
    ('an object', '{}', 'cannot call jsonb_to_recordset on a non-array'),
    ('no value', '[{"code": "addresses"}]', 'null value in column "value" of relation "measure" violates not-null constraint'),
    ('a word for a value', '[{"code": "addresses", "value": "many"}]', 'invalid input syntax for type double precision: "many"'),
    ('NaN', '[{"code": "addresses", "value": "NaN"}]', 'new row for relation "measure" violates check constraint "measure_value_check"'),
    ('infinity', '[{"code": "addresses", "value": "infinity"}]', 'new row for relation "measure" violates check constraint "measure_value_check"');
TRUNCATE pitstop.measure;
SELECT refused(format('SELECT pitstop.record_measures(%L)', backups), '22023', 'could not record measures: ' || raised,
               'record_measures refuses ' || what)
  FROM wrong;
SELECT refused($$ SELECT pitstop.record_measures('[{"value": 1}]') $$, '22023', 'the code of the check is NULL',
               'record_measures refuses a number of no check');

SELECT * FROM finish();
ROLLBACK;
