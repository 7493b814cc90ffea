-- What round.sql needs beside the parity data: roles, and an event that cannot be undone any more. An empty tenant_7 too.
CREATE ROLE reader;
CREATE ROLE operator;
SELECT pitstop.close_drive(5);
UPDATE drives SET speed_max = 7 WHERE id = 5;
