-- What an installed pitstop consists of, a line or more for each fact, without oids: two installations compare as text.
SET search_path = pg_catalog;
SET quote_all_identifiers = off;

SELECT 'EXTENSION', extversion, extrelocatable, extnamespace::regnamespace,
       ARRAY(SELECT c::regclass::text FROM unnest(extconfig) WITH ORDINALITY AS t (c, n) ORDER BY n), extcondition
  FROM pg_extension
 WHERE extname = 'pitstop';

SELECT 'MEMBER', pg_describe_object(d.classid, d.objid, d.objsubid) AS member
  FROM pg_depend AS d
 WHERE d.refclassid = 'pg_extension'::regclass
   AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pitstop')
   AND d.deptype = 'e'
 ORDER BY member;

SELECT 'SCHEMA', nspname, nspacl, obj_description(oid, 'pg_namespace')
  FROM pg_namespace
 WHERE nspname = 'pitstop';

SELECT 'FUNCTION ' || p.oid::regprocedure, pg_get_functiondef(p.oid), p.proacl, obj_description(p.oid, 'pg_proc')
  FROM pg_proc AS p
 WHERE p.pronamespace = 'pitstop'::regnamespace
 ORDER BY p.oid::regprocedure::text COLLATE "C";

SELECT 'RELATION', c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relreplident, c.reloptions, c.relacl,
       obj_description(c.oid, 'pg_class')
  FROM pg_class AS c
 WHERE c.relnamespace = 'pitstop'::regnamespace
 ORDER BY c.relname COLLATE "C";

SELECT 'COLUMN', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       a.attgenerated, a.attcollation::regcollation, a.attstorage, a.attacl, pg_get_expr(d.adbin, d.adrelid),
       col_description(c.oid, a.attnum)
  FROM pg_attribute AS a
  JOIN pg_class AS c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE c.relnamespace = 'pitstop'::regnamespace
   AND c.relkind IN ('r', 'v', 'm', 'c')
   AND a.attnum > 0
 ORDER BY c.relname COLLATE "C", a.attnum;

SELECT 'INDEX', pg_get_indexdef(i.indexrelid), i.indisunique, i.indisprimary
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indrelid
 WHERE c.relnamespace = 'pitstop'::regnamespace
 ORDER BY pg_get_indexdef(i.indexrelid) COLLATE "C";

SELECT 'CONSTRAINT', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid), obj_description(c.oid, 'pg_constraint')
  FROM pg_constraint AS c
 WHERE c.connamespace = 'pitstop'::regnamespace
 ORDER BY c.conrelid::regclass::text COLLATE "C", c.conname COLLATE "C";

SELECT 'TRIGGER', pg_get_triggerdef(t.oid)
  FROM pg_trigger AS t
  JOIN pg_class AS c ON c.oid = t.tgrelid
 WHERE c.relnamespace = 'pitstop'::regnamespace
   AND NOT t.tgisinternal
 ORDER BY pg_get_triggerdef(t.oid) COLLATE "C";

SELECT 'SEQUENCE', s.seqrelid::regclass, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache,
       s.seqcycle
  FROM pg_sequence AS s
  JOIN pg_class AS c ON c.oid = s.seqrelid
 WHERE c.relnamespace = 'pitstop'::regnamespace
 ORDER BY c.relname COLLATE "C";

SELECT 'TYPE', t.typname, t.typtype, t.typacl
  FROM pg_type AS t
 WHERE t.typnamespace = 'pitstop'::regnamespace
   AND t.typelem = 0
   AND t.typtype <> 'c'
 ORDER BY t.typname COLLATE "C";

SELECT 'INITIAL PRIVILEGES', pg_describe_object(p.classoid, p.objoid, p.objsubid) AS object, p.privtype, p.initprivs
  FROM pg_init_privs AS p
  JOIN pg_depend AS d ON d.classid = p.classoid AND d.objid = p.objoid AND d.deptype = 'e'
 WHERE d.refclassid = 'pg_extension'::regclass
   AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pitstop')
 ORDER BY object;

SELECT 'DEPENDENCY', pg_describe_object(d.classid, d.objid, d.objsubid) AS object, d.deptype,
       pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) AS needs
  FROM pg_depend AS d
 WHERE d.deptype <> 'e'
   AND pg_describe_object(d.classid, d.objid, d.objsubid) NOT LIKE '%toast%'
   AND (d.classid, d.objid) IN (SELECT m.classid, m.objid FROM pg_depend AS m
                                 WHERE m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e'
                                   AND m.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pitstop'))
 ORDER BY object, needs, d.deptype;
