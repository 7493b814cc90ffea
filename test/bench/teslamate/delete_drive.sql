-- pgbench: deletes a drive as TeslaMate's documentation says.
\set turn :turn + 1
\set drive permute(:turn, :drives) + 1
DELETE FROM drives WHERE id = :drive;
