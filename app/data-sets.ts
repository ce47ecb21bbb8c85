import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler } from 'express';
import type { Database } from './database.ts';
import { unavailable } from './problem.ts';

// The name of a service's data set is a part of its cache keys in Nginx. So an entry lives until an import replaces the data set, or
// until a release makes other responses from it.

const ofBoth = ['database.ts', 'json-responses.ts', 'parameters.ts'];
/** The files that decide what a response of a service says. */
const code = {
  catalogue: ['catalogue/queries.ts', 'catalogue/routes.ts', ...ofBoth],
  questions: ['questions/queries.ts', 'questions/routes.ts', ...ofBoth],
};

function checksumOf(files: readonly string[]): string {
  const sources = files.map(file => readFileSync(join(import.meta.dirname, file), 'utf8'));
  return hash('sha1', sources.join('\n')).slice(0, 8);
}
const checksum = { catalogue: checksumOf(code.catalogue), questions: checksumOf(code.questions) };

/** A random name, and the number of a table. A restored server may use the number again, but not the name. */
const names = {
  service: 'health',
  name: 'data-sets',
  text: `
    select 'catalogue ' || (select name from catalogue.data_set) || '.' || 'catalogue.product'::regclass::oid,
      'questions ' || (select name from qa.data_set) || '.' || 'qa.question'::regclass::oid`,
} as const;

/**
 * What Nginx's cache key of a read holds beside the URL: the name of the catalogue, or the name and generation of questions or answers.
 * Undefined for a read that did not come through Nginx, or is not cached there.
 */
export function generationFrom(request: Request): string | undefined {
  const header = request.get('X-Generation');
  return header && /^[\w.-]{1,120}$/.test(header) ? header : undefined;
}

/** Whether a generation is the name of the catalogue with this number. */
export const isOfCatalogue = (number: string, generation: string | undefined) =>
  generation?.endsWith(`.${number}.${checksum.catalogue}`) ?? false;

/** Whether a generation is of questions as this release shows them. The Nginx of an earlier release knows no names. */
export const isOfQuestions = (generation: string | undefined) =>
  generation?.includes(`.${checksum.questions}-`) ?? false;

/** Sends the names of both data sets, for Nginx (nginx/data-sets.sh). */
export const sendDataSets =
  (database: Database): RequestHandler =>
  async (_request, response) => {
    const [catalogue, questions] = (await database.row(names, [])) ?? [];
    if (!catalogue || !questions) throw unavailable('A data set has no name: run make up.');
    response
      .set('Cache-Control', 'no-store')
      .type('text/plain')
      .send(`${catalogue}.${checksum.catalogue}\n${questions}.${checksum.questions}\n`);
  };
