-- What others put on TeslaMate's tables: policies, triggers, generated columns, default privileges, odd names.
BEGIN;
SELECT plan(24);
\ir ../fixtures/sessions.sql

SELECT pg_temp.make_car(1);
SELECT pg_temp.make_drive(1, 1, '2024-05-01 10:00', 5);
SELECT pg_temp.make_drive(2, 1, '2024-05-02 10:00', 5);
SELECT pg_temp.make_drive(3, 1, '2024-05-03 10:00', 5);

-- A policy would hide rows from the journal that the foreign key does not overlook.
CREATE ROLE pitstop_test_driver;
SELECT pitstop.grant_operator('pitstop_test_driver');
SELECT min(id) AS hidden FROM public.positions WHERE drive_id = 1 \gset
ALTER TABLE public.positions ENABLE ROW LEVEL SECURITY;
SELECT format('CREATE POLICY nearly_all ON public.positions USING (id <> %s)', :hidden) \gexec
SET ROLE pitstop_test_driver;
SELECT throws_like('SELECT pitstop.delete_drive(1)', '%row-level security policy for table "positions"%',
                   'a policy that hides positions stops a delete');
SELECT throws_like('SELECT pitstop.close_drive(1)', '%row-level security policy for table "positions"%',
                   'and a close, which would lack them');
RESET ROLE;
ALTER TABLE public.positions DISABLE ROW LEVEL SECURITY;
DROP POLICY nearly_all ON public.positions;

-- Generated columns, json, and triggers that write columns of their own.
ALTER TABLE public.drives ADD COLUMN hours numeric GENERATED ALWAYS AS (duration_min / 60.0) STORED,
                          ADD COLUMN note json, ADD COLUMN touched integer NOT NULL DEFAULT 0;
ALTER TABLE public.positions ADD COLUMN parity integer GENERATED ALWAYS AS (id % 2) STORED;
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.touched := OLD.touched + 1;
    NEW.note := json_build_object('touched', NEW.touched);
    RETURN NEW;
END
$$;
CREATE TRIGGER touch BEFORE UPDATE ON public.drives FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TEMP TABLE drives_before AS SELECT id, start_date, end_date, distance, hours FROM public.drives;
CREATE TEMP TABLE positions_before AS SELECT p::text FROM public.positions AS p;

SELECT event_id AS closed FROM pitstop.close_drive(1) \gset
UPDATE public.drives SET start_address_id = NULL WHERE id = 1;
SELECT lives_ok(format('SELECT pitstop.undo(%s)', :closed),
                'a column that a trigger counts up does not stop an undo, nor do generated and json columns');
SELECT set_eq('SELECT id, start_date, end_date, distance, hours FROM public.drives', 'TABLE drives_before',
              'which puts back what the close wrote');
SELECT is((SELECT touched FROM public.drives WHERE id = 1) > 1, true, 'and leaves the trigger its column');
SELECT event_id AS deleted FROM pitstop.delete_drive(2, positions => 'delete') LIMIT 1 \gset
SELECT lives_ok(format('SELECT pitstop.undo(%s)', :deleted), 'rows with generated columns come back');
SELECT set_eq('SELECT id, start_date, end_date, distance, hours FROM public.drives', 'TABLE drives_before', 'the drive');
SELECT set_eq('SELECT p::text FROM public.positions AS p', 'TABLE positions_before', 'and its positions');
DROP TRIGGER touch ON public.drives;

-- A trigger that keeps rows as they are is named, and nothing is half done.
CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SELECT format('CREATE TRIGGER keep BEFORE DELETE ON public.positions FOR EACH ROW WHEN (OLD.id = %s) EXECUTE FUNCTION public.keep()',
              :hidden) \gexec
SELECT throws_ok($$ SELECT pitstop.delete_drive(1, positions => 'delete') $$, '55000',
                 'could not delete the positions of drive 1', 'positions that a trigger keeps stop their deletion');
SELECT is((SELECT count(*) FROM public.positions WHERE drive_id = 1), 5::bigint, 'none is gone then');
DROP TRIGGER keep ON public.positions;
CREATE TRIGGER keep BEFORE UPDATE ON public.cars FOR EACH ROW EXECUTE FUNCTION public.keep();
SELECT pg_temp.make_charge(1, 1, '2024-05-01 12:00', 12);
SELECT pg_temp.make_charge(2, 1, '2024-05-02 12:00', 12);
SELECT lives_ok('SELECT pitstop.close_charge(1)', 'one charge makes no efficiency');
SELECT throws_ok('SELECT pitstop.close_charge(2)', '55000', 'could not change the efficiency of car 1',
                 'a car that a trigger keeps as it is stops a close that would change it');
DROP TRIGGER keep ON public.cars;

-- In a batch of which one fails, each charge sees the car as those before it left it.
SELECT pg_temp.make_charge(3, 1, '2024-05-03 12:00', 12);
ALTER TABLE public.charging_processes ADD CONSTRAINT no_third CHECK (id <> 3 OR end_date IS NULL);
UPDATE public.charging_processes SET end_date = NULL, duration_min = NULL, charge_energy_added = NULL WHERE id = 1;
CREATE TEMP TABLE cars_before AS SELECT c.efficiency FROM public.cars AS c;
CREATE TEMP TABLE said AS SELECT * FROM pitstop.close_stale() WHERE kind = 'charge';
SELECT results_eq('SELECT id, outcome FROM said ORDER BY id',
                  $$ VALUES (1::bigint, 'closed'), (2, 'closed'), (3, 'failed') $$, 'the third cannot be closed, the others are');
SELECT is((SELECT count(*) FROM pitstop.event_row AS r WHERE r."table" = 'cars'), 1::bigint,
          'the efficiency is changed once, by the charge that settled it');
SELECT lives_ok('SELECT pitstop.undo(event_id) FROM said WHERE id = 2', 'undoing the newest');
SELECT lives_ok('SELECT pitstop.undo(event_id) FROM said WHERE id = 1', 'and the one before it');
SELECT set_eq('SELECT c.efficiency FROM public.cars AS c', 'TABLE cars_before', 'brings back the efficiency');

-- A foreign key of several columns, and one to charges.
CREATE TABLE public.trip_note (car smallint, drive integer, charge integer REFERENCES public.charges ON DELETE CASCADE);
ALTER TABLE public.drives ADD UNIQUE (car_id, id);
ALTER TABLE public.trip_note ADD FOREIGN KEY (car, drive) REFERENCES public.drives (car_id, id) ON DELETE CASCADE;
INSERT INTO public.trip_note (car, drive) VALUES (1, 2);
SELECT throws_like('SELECT pitstop.delete_drive(2)', 'row 2 of drives is referred to by table public.trip_note',
                   'a foreign key of two columns is noticed');
SELECT throws_like('SELECT pitstop.delete_drive(2, dry_run => true)', 'row 2 of drives is referred to by table public.trip_note',
                   'a dry run says so too');
INSERT INTO public.trip_note (charge) SELECT min(h.id) FROM public.charges AS h WHERE h.charging_process_id = 2;
SELECT throws_like('SELECT pitstop.delete_charge(2)', 'row % of charges is referred to by table public.trip_note',
                   'and one to the rows of a charge');

-- A role whose name looks like something else.
CREATE ROLE "{schema}";
SELECT pitstop.grant_operator('{schema}');
SELECT ok(has_function_privilege('{schema}', 'pitstop.close_drive(bigint)', 'EXECUTE'), 'any name of a role is taken as it is');
SELECT is((SELECT count(*) FROM pg_proc AS p CROSS JOIN aclexplode(p.proacl) AS a
            WHERE p.pronamespace = 'pitstop'::regnamespace AND a.grantee = 0), 0::bigint, 'and never means PUBLIC');

-- Default privileges hand out nothing of pitstop's.
DROP EXTENSION pitstop;
DROP SCHEMA pitstop;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO pitstop_test_driver;
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO pitstop_test_driver;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO pitstop_test_driver;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO pitstop_test_driver;
CREATE EXTENSION pitstop;
SELECT is_empty(
    $$ SELECT c.oid::regclass::text, a.privilege_type FROM pg_class AS c CROSS JOIN aclexplode(c.relacl) AS a
        WHERE c.relnamespace = 'pitstop'::regnamespace AND a.grantee <> c.relowner
        UNION ALL
       SELECT p.oid::regprocedure::text, a.privilege_type FROM pg_proc AS p CROSS JOIN aclexplode(p.proacl) AS a
        WHERE p.pronamespace = 'pitstop'::regnamespace AND a.grantee <> p.proowner
        UNION ALL
       SELECT n.nspname, a.privilege_type FROM pg_namespace AS n CROSS JOIN aclexplode(n.nspacl) AS a
        WHERE n.nspname = 'pitstop' AND a.grantee <> n.nspowner $$,
    'default privileges give nobody a right on anything of pitstop''s');

-- Whoever may not change a schema learns nothing about its events.
CREATE ROLE pitstop_test_stranger;
SELECT pg_temp.make_drive(4, 1, '2024-05-04 10:00', 5);
SELECT event_id AS other FROM pitstop.close_drive(4) \gset
GRANT USAGE ON SCHEMA pitstop TO pitstop_test_stranger;
GRANT EXECUTE ON FUNCTION pitstop.undo TO pitstop_test_stranger;
SET ROLE pitstop_test_stranger;
SELECT throws_ok(format('SELECT pitstop.undo(%s)', :other), 'P0002', format('event %s does not exist', :other),
                 'an event on tables that the caller may not change does not exist for him');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
