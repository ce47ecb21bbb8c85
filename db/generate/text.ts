import type { Random } from './random.ts';
import * as words from './vocabulary.ts';

// All texts are CSV-escaped: they go between the quotes of a field, so inner quotes are doubled.

/** Three hexadecimal digits of each number below 4096. */
const hexDigits = Array.from({ length: 0x1000 }, (_, number) => number.toString(16).padStart(3, '0'));

/** A question of 1 to 3 sentences, 20 to 250 characters. */
export function questionBody(random: Random): string {
  const question = `${random.of(words.questionStarts)} ${random.of(words.questionSubjects)} ${random.of(words.questionEnds)}?`;
  const before = random.oneIn(4) ? random.of(words.contexts) + gap(random) : '';
  const after = random.oneIn(3) ? gap(random) + random.of(words.contexts) : '';
  return before + question + after + flourish(random);
}

/** An answer of 1 to 4 sentences, 20 to 250 characters. */
export function answerBody(random: Random): string {
  let body = random.oneIn(2) ? random.of(words.answerStarts) + gap(random) : '';
  body += random.of(words.answerBodies);
  for (let more = random.below(3); more > 0; more--) body += gap(random) + random.of(words.answerBodies);
  return body + flourish(random);
}

/** A space between two sentences, or occasionally a newline or a blank line. */
function gap(random: Random): string {
  if (!random.oneIn(1000)) return ' ';
  return random.oneIn(2) ? '\n' : '\n\n';
}

function flourish(random: Random): string {
  return random.oneIn(60) ? ` ${random.of(words.flourishes)}` : '';
}

/** A user name of at most 60 characters. */
export function personName(random: Random): string {
  if (random.oneIn(100)) return random.of(words.rareNames);
  const first = random.of(words.firstNames);
  return random.oneIn(2)
    ? `${first}${random.below(1000)}`
    : `${first}${random.of(['.', '_', '-', ' '])}${random.of(words.lastNames)}`;
}

/** A made-up e-mail address of at most 60 characters. */
export function email(random: Random): string {
  return `${random.of(words.firstNames)}.${random.of(words.lastNames)}${random.below(10_000)}@${random.of(words.mailHosts)}`;
}

/** A photo's URL without its query string. */
export function photoAddress(random: Random): string {
  const taken_ms = 1_400_000_000_000 + random.below(250_000_000_000);
  const hex = () => random.of(hexDigits);
  return `https://images.example.com/photo-${taken_ms}-${hex()}${hex()}${hex()}${hex()}`;
}
