import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import type { DatabaseSettings } from './environment.ts';

/** Any number, as long as nothing else on the server locks it: one replacement at a time. */
const replacementLock = 7_205_942;
/** Clients connect again as soon as they are cut off; each try holds new ones back while the old ones go. */
const mostTries = 5;

/**
 * Puts a new database in the place of one: makes it beside it, has it filled, and exchanges the names in one moment. The
 * clients of the old one are cut off then and find the new one when they connect again. A failure before that moment changes
 * nothing. Everything in the old database is gone afterwards.
 */
export async function replaceDatabase(
  owner: DatabaseSettings,
  fill: (next: DatabaseSettings) => Promise<void>,
): Promise<void> {
  const next = `${owner.database}_next`;
  const old = `${owner.database}_old`;
  const server = new Client({ ...owner, database: 'template1' }); // none of the three, and there on every server
  await server.connect();
  try {
    await server.query('select pg_advisory_lock($1)', [replacementLock]);
    for (const leftOver of [next, old]) await drop(server, leftOver);
    await server.query(`create database ${escapeIdentifier(next)} template template0`);
    await fill({ ...owner, database: next });
    await exchange(server, owner.database, next, old);
    await drop(server, old);
  } finally {
    await server.end();
  }
}

async function exchange(server: Client, current: string, next: string, old: string): Promise<void> {
  const rename = (from: string, to: string) =>
    server.query(`alter database ${escapeIdentifier(from)} rename to ${escapeIdentifier(to)}`);
  for (let attempt = 1; ; attempt++) {
    await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1)', [
      [current, next],
    ]);
    try {
      await server.query('begin');
      await rename(current, old);
      await rename(next, current);
      await server.query('commit');
      return;
    } catch (error) {
      await server.query('rollback');
      if ((error as { code?: string }).code !== inUse || attempt === mostTries) throw error;
      await sleep(100);
    }
  }
}

const drop = (server: Client, database: string) =>
  server.query(`drop database if exists ${escapeIdentifier(database)} with (force)`);

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const inUse = '55006';
