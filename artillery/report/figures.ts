const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** Stands where there is no figure: nothing was answered, or nothing can be divided. */
export const none = '–';

/** "12,000". */
export const count = (value: number): string => whole.format(value);

/** "3.4" or "1,240": tenths below 100, as no run measures finer than that. */
export const figure = (value: number): string =>
  Number.isFinite(value) ? (Math.abs(value) < 100 ? tenths : whole).format(value) : none;

/** "0.02 %" of a part of 1. What is there at all is never shown as 0. */
export function percent(part: number): string {
  if (!Number.isFinite(part)) return none;
  return part > 0 && part < 0.000_1 ? 'below 0.01 %' : `${hundredths.format(part * 100)} %`;
}

/** "60 s" or "30 min". */
export const duration = (seconds: number): string =>
  seconds < 120 ? `${figure(seconds)} s` : `${figure(seconds / 60)} min`;

/** "24 November 2026, 10:15 UTC". */
export function moment(iso: string): string {
  const options = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Intl.DateTimeFormat('en-GB', options).format(new Date(iso)).replace(' at ', ', ')} UTC`;
}
