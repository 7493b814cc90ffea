-- Who may name the schema, in sessions that begin afresh: before the library is loaded, its settings are only
-- placeholders that anybody can set.
-- database: teslamate_parity
DROP ROLE IF EXISTS pitstop_test_hosted;
DROP ROLE IF EXISTS pitstop_test_plain;
CREATE EXTENSION dblink SCHEMA tap;
\set schema tenant_7
\set private_schema tenant_7_private
\ir ../fixtures/teslamate/schema.sql
INSERT INTO tenant_7.schema_migrations (version, inserted_at) VALUES (20990101000000, '2099-01-01');
CREATE ROLE pitstop_test_hosted LOGIN;
CREATE ROLE pitstop_test_plain LOGIN;
SELECT pitstop.grant_reader(role) FROM (VALUES ('pitstop_test_hosted'), ('pitstop_test_plain')) AS r (role) \g /dev/null
SET pitstop.teslamate_schema = tenant_7;
SELECT pitstop.grant_reader(role) FROM (VALUES ('pitstop_test_hosted'), ('pitstop_test_plain')) AS r (role) \g /dev/null
RESET pitstop.teslamate_schema;

BEGIN;
SELECT plan(7);

-- What the statement says in a new session of the role, with these options.
CREATE FUNCTION pg_temp.in_new_session(role text, statement text, options text DEFAULT '') RETURNS text LANGUAGE sql AS $$
    SELECT answer
      FROM tap.dblink(format('host=%s port=%s dbname=%s user=%s options=''-c client_min_messages=error %s''',
                             current_setting('unix_socket_directories'), current_setting('port'), current_database(),
                             role, options), statement) AS session (answer text)
$$;

\set count_migrations 'SELECT count(*)::text FROM pitstop.migrations()'

SELECT is(pg_temp.in_new_session('pitstop_test_plain', :'count_migrations'), '105', 'the schema is public by default');
SELECT is(pg_temp.in_new_session('pitstop_test_plain', :'count_migrations', '-c pitstop.teslamate_schema=tenant_7'), '105',
          'a role cannot choose it with the options of its connection');
SELECT is(pg_temp.in_new_session('postgres', :'count_migrations', '-c pitstop.teslamate_schema=tenant_7'), '106',
          'a superuser can');

-- The same session sets the placeholder, then calls.
SELECT tap.dblink_connect('plain', format('host=%s port=%s dbname=%s user=pitstop_test_plain options=''-c client_min_messages=error''',
           current_setting('unix_socket_directories'), current_setting('port'), current_database())) \g /dev/null
SELECT tap.dblink_exec('plain', 'SET pitstop.teslamate_schema = tenant_7') AS said \gset
SELECT is((SELECT answer FROM tap.dblink('plain', :'count_migrations') AS session (answer text)), '105',
          'what a role sets before the library is loaded does not count');
SELECT throws_ok($$ SELECT tap.dblink_exec('plain', 'SET pitstop.teslamate_schema = tenant_7') $$, '42501', NULL,
                 'and once it is loaded the role cannot set it');
SELECT tap.dblink_disconnect('plain') \g /dev/null

COMMIT;
ALTER ROLE pitstop_test_hosted SET pitstop.teslamate_schema = tenant_7;
BEGIN;
SELECT is(pg_temp.in_new_session('pitstop_test_hosted', :'count_migrations'), '106', 'a superuser sets it for a role');
SELECT is(pg_temp.in_new_session('pitstop_test_plain', :'count_migrations'), '105', 'for this role alone');

SELECT * FROM finish();
COMMIT;
DROP OWNED BY pitstop_test_hosted, pitstop_test_plain;
DROP ROLE pitstop_test_hosted, pitstop_test_plain;
