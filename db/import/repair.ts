import { afterBlanks, beforeBlanks } from './fields.ts';

/** Lines with more positions to try are not repaired. Each comma gives two positions. */
const maxPositions = 1_000;

/** Whether the line has an odd number of quotes: one is missing, or a text continues on the next line. */
export function hasOddQuotes(line: string): boolean {
  let isOdd = false;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

/**
 * Restores the missing quote of a line: before a comma, after a comma, or at the end of the line, next to the value.
 * Returns undefined unless exactly one position gives a match of `quotedRecord`. All texts must be quoted, because a
 * bare text could be the rest of a broken one that contains a comma.
 */
export function repair(line: string, quotedRecord: RegExp): string | undefined {
  const candidates = new Set<string>();
  for (const position of positionsOfQuotes(line)) {
    const candidate = `${line.slice(0, position)}"${line.slice(position)}`;
    if (quotedRecord.test(candidate)) candidates.add(candidate);
  }
  const [only] = candidates;
  return candidates.size === 1 ? only : undefined;
}

function positionsOfQuotes(line: string): number[] {
  const positions = [beforeBlanks(line, line.length)];
  for (let comma = line.indexOf(','); comma >= 0; comma = line.indexOf(',', comma + 1)) {
    positions.push(beforeBlanks(line, comma), afterBlanks(line, comma + 1));
    if (positions.length > maxPositions) return [];
  }
  return positions;
}
