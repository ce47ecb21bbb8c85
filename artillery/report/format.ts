const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Shown for a missing value. */
export const none = '–';

/** Formats a whole number: "12,000". */
export const count = (value: number): string => whole.format(value);

/** "1 question" or "12,000 questions". */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Formats a number: "3.4" or "1,240". No measurement is finer than one decimal below 100. */
export const figure = (value: number): string =>
  Number.isFinite(value) ? (Math.abs(value) < 100 ? tenths : whole).format(value) : none;

/** Formats a part of 1 as "0.02 %". A positive value is never shown as 0. */
export function percent(part: number, digits = 2): string {
  if (!Number.isFinite(part)) return none;
  const least = 10 ** -digits;
  if (part > 0 && part * 100 < least) return `below ${least} %`;
  return `${(part * 100).toLocaleString('en', { maximumFractionDigits: digits })} %`;
}

/** Like `percent`, with enough digits to distinguish a value below the limit from the limit. */
export function percentBeside(limit: number, part: number): string {
  let digits = 2;
  while (part < limit && percent(part, digits) === percent(limit, digits)) digits++;
  return percent(part, digits);
}

/** "60 s" or "30 min". */
export const duration = (seconds: number): string =>
  seconds < 120 ? `${figure(seconds)} s` : `${figure(seconds / 60)} min`;

/** "24 November 2026, 10:15 UTC". */
export function moment(iso: string): string {
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat('en-GB', options).format(new Date(iso)).replace(' at ', ', ')} UTC`;
}
