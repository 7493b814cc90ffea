-- pgbench: the floor of everything that reads one drive, its scan through the BRIN index.
\set turn :turn + 1
\set drive permute(:turn, :drives) + 1
SELECT count(*) FROM positions WHERE drive_id = :drive;
