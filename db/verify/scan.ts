import { largestId } from './values.ts';

const quote = 0x22;
const comma = 0x2c;
const space = 0x20;
const zero = 0x30;

/** What `columnsIn` says of bytes with an odd number of quotes, and of those with a quote out of place. */
export const openText = -1;
const misplacedQuote = 0;

/** How many columns stand in the bytes from `start` to `end`. */
export function columnsIn(bytes: Buffer, start: number, end: number): number {
  let columns = 1;
  let isOpen = false;
  let isMisplaced = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const neighbour = isOpen ? at + 1 : at - 1;
      // A text begins behind a comma and ends before one; beside a quote, the two are one doubled quote.
      if (neighbour >= start && neighbour < end && bytes[neighbour] !== comma && bytes[neighbour] !== quote)
        isMisplaced = true;
      isOpen = !isOpen;
    } else if (byte === comma && !isOpen) columns++;
  }
  if (isOpen) return openText;
  return isMisplaced ? misplacedQuote : columns;
}

/** The id that fills the column beginning at `start`, spaces before it dropped; 0, which is none, if none does. */
export function idAt(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === space) at++;
  if (bytes[at] === zero) return 0;
  let id = 0;
  for (; at < end && bytes[at] !== comma; at++) {
    const digit = (bytes[at] ?? 0) - zero;
    if (digit < 0 || digit > 9) return 0;
    id = id * 10 + digit;
    if (id > largestId) return 0;
  }
  return id;
}
