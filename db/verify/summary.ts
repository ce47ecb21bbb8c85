import type { Comparison } from './compare.ts';
import type { Chosen } from './read-chosen.ts';

/** How much is shown of what differs, in UTF-16 units. */
const shownLength = 300;

/** What a run found, for the terminal: the first differences, then what was done. */
export function summary(chosen: Chosen, comparison: Comparison, elapsed_s: number): string {
  const { products, productsInAll, rows, repaired, bytes } = chosen;
  const { compared, notFound, busy, byUsers, differing, differences } = comparison;
  const answers = [...compared.values()].reduce((sum, answers) => sum + answers, 0);
  const shown = differences.map(
    ({ path, place, expected, found }) =>
      `GET ${path}: ${place}\n  expected ${cut(expected)}\n  found    ${cut(found)}\n`,
  );
  const counts = [...compared]
    .sort()
    .map(([route, answers]) => `  ${number(answers).padStart(9)}  ${route}\n`);
  const repeated = busy === 0 ? '' : `The API was busy ${number(busy)} times (503), and was asked again.\n`;
  const written =
    byUsers === 0
      ? ''
      : `${number(byUsers)} more responses show what users wrote since the import (votes, questions, answers, reports). That is no error.\n`;
  return `${shown.join('')}${number(answers)} answers compared (${number(notFound)} had to be 404), ${number(differing)} differ:
${counts.join('')}\
${written}They are about pages of the list of products and ${number(products.length)} of ${number(productsInAll)} products, with ${number(rows)} rows, \
${number(repaired)} of which lacked a quote.
${repeated}${number(bytes)} bytes read; ${elapsed_s.toFixed(1)} s in all.`;
}

function cut(text: string): string {
  return text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()} …` : text;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
