-- Somebody else's tables may refer to TeslaMate's: what undo could not bring back is not deleted.
-- database: teslamate_parity
BEGIN;
SELECT plan(10);

CREATE SCHEMA garage;
CREATE TABLE garage."Trip Notes" (
    note text,
    drive integer REFERENCES public.drives ON DELETE CASCADE,
    charge integer REFERENCES public.charging_processes ON DELETE SET NULL,
    place integer REFERENCES public.positions ON DELETE SET DEFAULT,
    kept_drive integer REFERENCES public.drives ON DELETE RESTRICT
);

SELECT lives_ok($$ SELECT pitstop.delete_drive(1) $$, 'a foreign key without rows is in nobody''s way');
SELECT lives_ok($$ SELECT pitstop.delete_charge(1) $$, 'nor for a charge');

INSERT INTO garage."Trip Notes" (note, drive) VALUES ('to the sea', 2), ('too short', 56);
SELECT throws_ok($$ SELECT pitstop.delete_drive(2) $$, '55000',
                 'row 2 of drives is referred to by table garage."Trip Notes"',
                 'a drive that such a row refers to is not deleted');
SELECT throws_ok($$ SELECT pitstop.close_drive(56) $$, '55000',
                 'row 56 of drives is referred to by table garage."Trip Notes"',
                 'nor is one that closing would delete');
SELECT lives_ok($$ SELECT pitstop.close_drive(2) $$, 'closing one that is kept is no problem');
SELECT results_eq(
    $$ SELECT outcome, reason FROM pitstop.close_stale() WHERE kind = 'drive' AND id = 56 $$,
    $$ VALUES ('failed', 'row 56 of drives is referred to by table garage."Trip Notes"') $$,
    'close_stale reports it in its row');
SELECT is((SELECT count(*) FROM pitstop.incomplete() WHERE kind = 'drive' AND id <> 56), 0::bigint,
          'and closes the others');

INSERT INTO garage."Trip Notes" (note, charge) VALUES ('cheap', 2);
SELECT throws_ok($$ SELECT pitstop.delete_charge(2) $$, '55000',
                 'row 2 of charging_processes is referred to by table garage."Trip Notes"',
                 'a charge that such a row refers to is not deleted');

INSERT INTO garage."Trip Notes" (note, place)
SELECT 'nice view', min(p.id) FROM public.positions AS p WHERE p.drive_id = 8;
SELECT throws_like($$ SELECT pitstop.delete_drive(8, positions => 'delete') $$,
                   'row % of positions is referred to by table garage."Trip Notes"',
                   'nor are positions');
SELECT lives_ok($$ SELECT pitstop.delete_drive(8) $$, 'which a drive''s deletion keeps otherwise');

SELECT * FROM finish();
ROLLBACK;
