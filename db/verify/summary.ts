import type { Comparison } from './compare.ts';
import type { Chosen } from './read-chosen.ts';

/** Longer values are cut, in UTF-16 units. */
const shownLength = 300;

/** The result of a run for the terminal: the first differences, then the counts. */
export function summary(chosen: Chosen, comparison: Comparison, elapsed_s: number): string {
  const { products, productsInAll, rows, repaired, bytes } = chosen;
  const { compared, notFound, busy, byUsers, differing, differences } = comparison;
  const responses = [...compared.values()].reduce((sum, count) => sum + count, 0);
  const shown = differences.map(
    ({ path, location, expected, found }) =>
      `GET ${path}: ${location}\n  expected ${cut(expected)}\n  found    ${cut(found)}\n`,
  );
  const counts = [...compared].sort().map(([route, count]) => `  ${number(count).padStart(9)}  ${route}\n`);
  const repeated =
    busy === 0
      ? ''
      : `The API was busy ${number(busy)} times (503 with Retry-After), and the requests were repeated.\n`;
  const written =
    byUsers === 0
      ? ''
      : `${number(byUsers)} more responses show users' writes since the import (votes, questions, answers, reports). This is not an error.\n`;
  return `${shown.join('')}${number(responses)} responses compared (${number(notFound)} expected to be 404), ${number(differing)} differ:
${counts.join('')}\
${written}They cover pages of the list of products, and ${number(products.length)} of ${number(productsInAll)} products, by ${number(rows)} rows. \
${number(repaired)} of these rows lack a quote in the files.
${repeated}${number(bytes)} bytes read in ${elapsed_s.toFixed(1)} s.`;
}

function cut(text: string): string {
  return text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()} …` : text;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
