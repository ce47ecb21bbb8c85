import type { Client } from 'pg';
import type { TableBuild } from './data-set.ts';

// A set is built in a new schema beside the served one. The new schema copies the shape of the served one, so tables,
// indexes and privileges are defined only once, in db/migrations.

export const nextOf = (schema: string) => `${schema}_next`;
export const oldOf = (schema: string) => `${schema}_old`;

/**
 * Creates the empty next schema, with the tables, sequences and privileges of the served one, but without indexes. Its data set has a
 * name of its own.
 */
export async function createNext(client: Client, schema: string): Promise<void> {
  await client.query(`create schema ${nextOf(schema)}`);
  await runEach(client, tables, [schema, nextOf(schema)]);
  await runEach(client, sequences, [schema, nextOf(schema)]);
  await runEach(client, privileges, [schema, nextOf(schema)]);
  await runEach(client, newName, [nextOf(schema)]);
}

/** Creates a next schema that stays empty, with indexes. */
export async function createEmptyNext(client: Client, schema: string): Promise<void> {
  await createNext(client, schema);
  const { rows } = await client.query<{ relname: string }>(
    `select relname from pg_class where relnamespace = $1::text::regnamespace and relkind = 'r'`,
    [schema],
  );
  for (const { relname } of rows) await addIndexes(client, schema, relname);
}

/** The memory for all sorts of a query. Together with shared_buffers, it leaves a quarter of the server's 320 MiB. */
const sortMemory_MB = 96;

/** Fills a table of the next schema from staged rows, and creates its indexes. */
export async function buildTable(client: Client, schema: string, build: TableBuild): Promise<void> {
  const next = nextOf(schema);
  const { table, columns, query, sorts } = build;
  await client.query(`set work_mem = '${sortMemory_MB / sorts}MB'`);
  await client.query(`insert into ${next}.${table} (${columns.join(', ')}) ${query}`);
  // Marks all pages as all-visible and frozen, so that no later read or vacuum rewrites them.
  await client.query(`vacuum (freeze, analyze) ${next}.${table}`);
  await addIndexes(client, schema, table);
  await runEach(client, identities, [next, table]);
  if (build.finish) await rowOfNext(client, schema, build.finish);
}

/** Runs a query over the tables of the next schema. Returns its only row. */
export async function rowOfNext(client: Client, schema: string, query: string): Promise<unknown[]> {
  await client.query(`set search_path = ${nextOf(schema)}, pg_temp`);
  const { rows } = await client.query<unknown[]>({ text: query, rowMode: 'array' });
  await client.query('reset search_path');
  return rows[0] ?? [];
}

async function addIndexes(client: Client, schema: string, table: string): Promise<void> {
  // PostgreSQL prints a definition without its schema if the search path contains the schema. Staged tables come last.
  await client.query(`set search_path = ${schema}, pg_temp`);
  const { rows } = await client.query<{ statement: string }>(indexes, [table]);
  await client.query(`set search_path = ${nextOf(schema)}, pg_temp`);
  for (const { statement } of rows) await client.query(statement);
  await client.query('reset search_path');
}

/** Runs the statements that a query returns. */
async function runEach(client: Client, query: string, values: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(query, [...values]);
  for (const { statement } of rows) await client.query(statement);
}

/** From the served schema ($1) to the next one ($2). LIKE copies everything except indexes and storage parameters. */
const tables = `
  select format('create table %I.%I (like %I.%I including all excluding indexes)%s',
                $2::text, relname, $1::text, relname,
                ' with (' || array_to_string(reloptions, ', ') || ')') as statement
    from pg_class
   where relnamespace = $1::text::regnamespace and relkind = 'r'
   order by relname`;

/** From the served schema ($1) to the next one ($2): sequences that belong to no column, with their types only. */
const sequences = `
  select format('create sequence %I.%I as %s', $2::text, sequencename, data_type) as statement
    from pg_sequences
   where schemaname = $1
     and not exists (select from pg_depend
                      where objid = format('%I.%I', schemaname, sequencename)::regclass and deptype = 'i')`;

/** From the served schema ($1) to the next one ($2): privileges on the schema, tables, sequences and columns. */
const privileges = `
  with privilege as (
    select 'schema ' || quote_ident($2::text) as object, '' as columns, entry.*
      from pg_namespace, aclexplode(nspacl) entry
     where pg_namespace.oid = $1::text::regnamespace
    union all
    select format('%s %I.%I', case relkind when 'S' then 'sequence' else 'table' end, $2::text, relname), '', entry.*
      from pg_class, aclexplode(relacl) entry
     where relnamespace = $1::text::regnamespace and relkind in ('r', 'S')
    union all
    select format('table %I.%I', $2::text, relname), format('(%I)', attname), entry.*
      from pg_class join pg_attribute on attrelid = pg_class.oid, aclexplode(attacl) entry
     where relnamespace = $1::text::regnamespace and relkind = 'r'
  )
  select format('grant %s %s on %s to %s%s', privilege_type, columns, object,
                case grantee when 0 then 'public' else grantee::regrole::text end,
                case when is_grantable then ' with grant option' end) as statement
    from privilege`;

/** Names the data set of a schema ($1) that has names, since migration 009. */
const newName = `
  select format('insert into %I.data_set default values', $1::text) as statement
   where to_regclass(format('%I.data_set', $1::text)) is not null`;

/** The definitions of the indexes of a table ($1) in the search path. */
const indexes = `
  select format('alter table %I add constraint %I %s', $1::text, conname, pg_get_constraintdef(oid)) as statement
    from pg_constraint
   where conrelid = $1::text::regclass and contype in ('p', 'u', 'x')
  union all
  select pg_get_indexdef(indexrelid, 0, true)
    from pg_index
   where indrelid = $1::text::regclass
     and not exists (select from pg_constraint where conindid = indexrelid)`;

/** Continues the identity columns of a table ($1.$2) after their largest values. */
const identities = `
  select format('select setval(%L, coalesce(max(%I), 1), max(%I) is not null) from %I.%I',
                pg_get_serial_sequence(format('%I.%I', $1::text, $2::text), attname),
                attname, attname, $1::text, $2::text) as statement
    from pg_attribute
   where attrelid = format('%I.%I', $1::text, $2::text)::regclass and attidentity <> ''`;
