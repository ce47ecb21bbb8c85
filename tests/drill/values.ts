import type { Random } from '../../db/generate/random.ts';
import { jsonValues, texts } from './hostile.ts';

/** The parts of JSON Schema that the document uses for requests. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** The domain of all e-mail addresses that the drill sends. No response may contain it. */
export const secretDomain = 'never-shown.example';

/** A value that the schema allows, often at its bounds. */
export function allowed(schema: Schema, random: Random): unknown {
  if (schema.anyOf) return allowed(random.of(schema.anyOf), random);
  if (schema.enum) return random.of(schema.enum);
  const type = typeof schema.type === 'string' ? schema.type : random.of(schema.type ?? []);
  switch (type) {
    case 'integer':
      return integer(schema, random);
    case 'array':
      return Array.from({ length: random.below((schema.maxItems ?? 3) + 1) }, () =>
        allowed(schema.items ?? {}, random),
      );
    default:
      return string(schema, random);
  }
}

/** JSON that the schema usually does not allow. */
export function refused(schema: Schema, random: Random): string {
  const { maxLength } = schema;
  if (maxLength && random.oneIn(4)) return JSON.stringify(ofLength(maxLength + 1, random));
  if (schema.items && random.oneIn(4)) return `[${refused(schema.items, random)}]`;
  return random.of(jsonValues);
}

function integer({ minimum = 0, maximum = 2 ** 31 - 1 }: Schema, random: Random): number {
  return random.oneIn(4)
    ? random.of([minimum, minimum + 1, maximum - 1, maximum])
    : minimum + random.below(9);
}

function string({ format, maxLength = 60 }: Schema, random: Random): string {
  if (format === 'positive-int32') return String(1 + random.below(9));
  if (format === 'email') return `a${random.below(1e6)}@${secretDomain}`;
  if (format === 'http-url') {
    const base = `${random.of(['http', 'https', 'HTTPS'])}://images.example/${random.below(1e6)}?a=,&b="'é`;
    return random.oneIn(4) ? base.padEnd(maxLength, 'x') : base;
  }
  const hostile = random.of(texts);
  if (random.oneIn(2) && [...hostile].length <= maxLength) return hostile;
  return ofLength(random.of([1, 1 + random.below(maxLength), maxLength]), random);
}

/** Starts with a letter, because white space alone is refused. */
function ofLength(codePoints: number, random: Random): string {
  const alphabet = random.of(alphabets);
  return `a${Array.from({ length: codePoints - 1 }, () => random.of(alphabet)).join('')}`;
}

const alphabets = [
  [...'abcdefgh ,.'],
  [...'"\\/\'`$%{}[]<>&;\n\r\t'],
  [...'éßñ\u0301\u0323\u200d\u202e\u2028\ufeff'],
  [...'👟🏽\u{10ffff}𝒳名'],
];
