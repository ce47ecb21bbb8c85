import { afterBlanks, beforeBlanks } from './fields.ts';

/** More commas than any record that is worth repairing has: each is two places to try. */
const mostPlaces = 1_000;

/** Whether a quote on the line has no partner: one is missing, or its text goes on in the next line. */
export function hasOddQuotes(line: string): boolean {
  let isOdd = false;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

/**
 * Puts back the one quote that a line lost: before a comma, after a comma, or at the end of the line, between the value
 * and the blanks around it. Returns the line with it if exactly one way makes a record as `quotedRecord` has it, else
 * undefined. (If texts without quotes would do, the beginning of a text that holds a comma could pass for two.)
 */
export function repair(line: string, quotedRecord: RegExp): string | undefined {
  const candidates = new Set<string>();
  for (const place of placesOfQuotes(line)) {
    const candidate = `${line.slice(0, place)}"${line.slice(place)}`;
    if (quotedRecord.test(candidate)) candidates.add(candidate);
  }
  const [only] = candidates;
  return candidates.size === 1 ? only : undefined;
}

function placesOfQuotes(line: string): number[] {
  const places = [beforeBlanks(line, line.length)];
  for (let comma = line.indexOf(','); comma >= 0; comma = line.indexOf(',', comma + 1)) {
    places.push(beforeBlanks(line, comma), afterBlanks(line, comma + 1));
    if (places.length > mostPlaces) return [];
  }
  return places;
}
