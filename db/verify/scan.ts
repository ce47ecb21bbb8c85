import { largestId } from './values.ts';

const quote = 0x22;
const comma = 0x2c;
const space = 0x20;
const tab = 0x09;
const zero = 0x30;

/** Results of `columnsIn` for an odd number of quotes, and for a misplaced quote. */
export const openText = -1;
const misplacedQuote = 0;

/**
 * The number of columns in the bytes from `start` to `end`. Writes the start of each to `starts`, as far as it fits.
 */
export function columnsIn(bytes: Buffer, start: number, end: number, starts: Uint32Array): number {
  let columns = 1;
  starts[0] = start;
  let isOpen = false;
  let isMisplaced = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const step = isOpen ? 1 : -1;
      let neighbour = at + step;
      // Apart from blanks, a text starts after a comma and ends before one. Two adjacent quotes are an escaped quote.
      const isDoubled = neighbour >= start && neighbour < end && bytes[neighbour] === quote;
      while (neighbour >= start && neighbour < end && isBlank(bytes[neighbour])) neighbour += step;
      if (!isDoubled && neighbour >= start && neighbour < end && bytes[neighbour] !== comma)
        isMisplaced = true;
      isOpen = !isOpen;
    } else if (byte === comma && !isOpen) starts[columns++] = at + 1;
  }
  if (isOpen) return openText;
  return isMisplaced ? misplacedQuote : columns;
}

/** The id in the column at `start`, blanks ignored; 0 if the column is not an id. */
export function idAt(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(bytes[at])) at++;
  if (bytes[at] === zero) return 0;
  let id = 0;
  for (; at < end && bytes[at] !== comma; at++) {
    const digit = (bytes[at] ?? 0) - zero;
    if (digit < 0 || digit > 9) break;
    id = id * 10 + digit;
    if (id > largestId) return 0;
  }
  while (at < end && isBlank(bytes[at])) at++;
  return at === end || bytes[at] === comma ? id : 0;
}

function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === tab;
}
