import { openapi } from '../../app/openapi/document.ts';
import { Random } from '../../db/generate/random.ts';
import * as hostile from './hostile.ts';
import { allowed, refused, type Schema } from './values.ts';

/** Existing ids, by the names of their parameters. */
export type Ids = Readonly<Record<string, readonly number[]>>;

/** Existing questions and answers. */
export interface Targets {
  /** Targets of reads, answers and votes. */
  readonly kept: Ids;
  /** Targets of reports, which hide them. */
  readonly reported: Ids;
}

/** A request, one character per byte. */
export interface Request {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  /** The whole request. */
  readonly text: string;
  /** Whether no part is hostile, so that the request must succeed. */
  readonly isWellMade: boolean;
}

/** Draws requests to any operation of the document by seed and index. No part, one part or several parts are hostile. */
export class Requests {
  readonly #targets: Targets;
  readonly #random: Random;
  /** One part in this number is hostile. */
  #odds = 1;
  #isWellMade = true;

  constructor(seed: number, targets: Targets) {
    this.#targets = targets;
    this.#random = new Random(seed, 'requests');
  }

  at(index: number): Request {
    const random = this.#random.at(index);
    this.#odds = random.of([50, 20, 6]);
    this.#isWellMade = true;
    const operation = random.of(operations);
    const ids = operation.path.endsWith('/report') ? this.#targets.reported : this.#targets.kept;
    const method = this.#isHostile() ? random.of(hostile.methods) : operation.method;
    const target = this.#path(operation, ids) + this.#query(operation, ids);
    const body = this.#body(operation, ids);
    const lines = [
      `${method} ${target} ${this.#isHostile() ? random.of(hostile.versions) : 'HTTP/1.1'}`,
      this.#isHostile() ? random.of(hostile.hosts) : 'Host: localhost',
      'Connection: close',
      ...this.#headers(operation),
      ...this.#framing(operation, body),
    ];
    const text = `${lines.join('\r\n')}\r\n\r\n${body}`;
    return { method, target, body, text, isWellMade: this.#isWellMade };
  }

  #isHostile(): boolean {
    const isHostile = this.#random.oneIn(this.#odds);
    if (isHostile) this.#isWellMade = false;
    return isHostile;
  }

  #path({ path }: Operation, ids: Ids): string {
    const filled = path.replaceAll(/{(.*?)}/g, (_, name) =>
      String(this.#isHostile() ? this.#random.of(hostile.numbers) : this.#random.of(ids[name] ?? [1])),
    );
    return this.#isHostile() ? this.#random.of(hostile.paths)(filled) : filled;
  }

  #query({ parameters }: Operation, ids: Ids): string {
    const random = this.#random;
    const parts = parameters
      .filter(parameter => parameter.in === 'query' && (parameter.required || random.oneIn(2)))
      .flatMap(({ name, schema }) => {
        const value = this.#isHostile() ? random.of(hostile.numbers) : this.#allowed(name, schema, ids);
        const times = this.#isHostile() ? random.of([0, 2]) : 1;
        return Array.from({ length: times }, () => `${name}=${value}`);
      });
    if (this.#isHostile()) parts.splice(random.below(parts.length + 1), 0, random.of(hostile.parameters));
    return parts.length > 0 ? `?${parts.join('&')}` : '';
  }

  #headers({ parameters }: Operation): string[] {
    const random = this.#random;
    const run = this.#targets.kept.question_id?.[0]; // makes keys differ between runs
    const documented = parameters
      .filter(parameter => parameter.in === 'header' && random.oneIn(3))
      .map(
        ({ name }) =>
          `${name}: ${this.#isHostile() ? random.of(hostile.keys) : `${run}-${random.below(2 ** 32)}`}`,
      );
    const more = hostile.headers.filter(() => this.#isHostile() && random.oneIn(3));
    return [...documented, ...more.map(lines => random.of(lines))];
  }

  #body({ method, body }: Operation, ids: Ids): string {
    const random = this.#random;
    if (!body)
      return method === 'PUT' && random.oneIn(3)
        ? '{"junk'
        : this.#isHostile()
          ? random.of(hostile.bodies)
          : '';
    if (this.#isHostile()) return random.of(hostile.bodies);
    const members = Object.entries(body.properties ?? {})
      .filter(([name]) => body.required?.includes(name) || random.oneIn(2))
      .flatMap(([name, schema]) => {
        const member = (value: string) => `${JSON.stringify(name)}:${value}`;
        const good = member(JSON.stringify(this.#allowed(name, schema, ids)));
        if (!this.#isHostile()) return [good];
        const bad = member(refused(schema, random));
        return random.of([[], [bad], [bad, good], [good, bad]]);
      });
    if (this.#isHostile())
      members.splice(random.below(members.length + 1), 0, random.of(hostile.jsonMembers));
    const text = Buffer.from(`{${members.join(',')}}`).toString('latin1');
    if (!this.#isHostile()) return text;
    const cut = random.below(text.length);
    return text.slice(0, cut) + random.of(['', random.of(hostile.bodies) + text.slice(cut)]);
  }

  #framing({ body: schema }: Operation, body: string): string[] {
    const random = this.#random;
    if (!schema && body === '') return [];
    return [
      `Content-Type: ${this.#isHostile() ? random.of(hostile.contentTypes) : 'application/json'}`,
      ...(this.#isHostile() ? [`Content-Encoding: ${random.of(hostile.contentEncodings)}`] : []),
      this.#isHostile() ? random.of(hostile.framings)(body.length) : `Content-Length: ${body.length}`,
    ];
  }

  #allowed(name: string, schema: Schema, ids: Ids): unknown {
    return ids[name] ? this.#random.of(ids[name]) : allowed(schema, this.#random);
  }
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
}

/** An operation in the OpenAPI document. */
interface Documented {
  readonly parameters?: readonly unknown[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: unknown } } };
}

const operations: readonly Operation[] = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Documented>).map(([method, { parameters = [], requestBody }]) => ({
    method: method.toUpperCase(),
    path,
    parameters: parameters.map(parameter => resolved(parameter) as Parameter),
    body: requestBody && (resolved(requestBody.content['application/json'].schema) as Schema),
  })),
);

/** Follows a `$ref`. */
function resolved(node: unknown): unknown {
  const { $ref } = node as { $ref?: string };
  if (!$ref) return node;
  const keys = $ref.split('/').slice(1);
  return keys.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], openapi);
}
