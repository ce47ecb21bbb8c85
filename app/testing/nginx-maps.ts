import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface NginxMap {
  readonly source: string;
  readonly entries: readonly (readonly [pattern: string, value: string])[];
}

const text = readFileSync(join(import.meta.dirname, '../../nginx/routes.conf'), 'utf8');
const maps = new Map(
  [...text.matchAll(/^map ("[^"]+"|\S+) \$(\w+) \{\n([\s\S]*?)^\}/gm)].map(
    ([, source = '', variable = '', body = '']): [string, NginxMap] => [
      variable,
      { source: unquoted(source), entries: entriesOf(body) },
    ],
  ),
);

/** The value of a variable that the maps of nginx/routes.conf give a request. */
export function mapped(variable: string, method: string, uri: string): string {
  return new Request(method, uri).value(variable);
}

/** The maps of one request. A variable that a pattern captures is set when its map is evaluated. */
class Request {
  readonly #variables: Record<string, string>;

  constructor(method: string, uri: string) {
    this.#variables = { request_method: method, request_uri: uri };
  }

  value(variable: string): string {
    const map = maps.get(variable);
    if (!map) return this.#variables[variable] ?? '';
    const source = this.#expand(map.source);
    const exact = map.entries.find(([pattern]) => pattern === source);
    if (exact) return this.#expand(exact[1]);
    for (const [pattern, value] of map.entries) {
      const match = pattern.startsWith('~') && new RegExp(pattern.slice(1)).exec(source);
      if (!match) continue;
      Object.assign(this.#variables, match.groups);
      return this.#expand(value);
    }
    return this.#expand(map.entries.find(([pattern]) => pattern === 'default')?.[1] ?? '');
  }

  #expand(template: string): string {
    return template.replaceAll(/\$(\w+)/g, (_, variable) => this.value(variable));
  }
}

function entriesOf(body: string): [string, string][] {
  const entries = body.matchAll(/^ +("(?:[^"\\]|\\.)*"|\S+) +("[^"]*"|[^;]*);/gm);
  return [...entries].map(([, pattern = '', value = '']) => [unquoted(pattern), unquoted(value)]);
}

function unquoted(word: string): string {
  return word.replace(/^"(.*)"$/, '$1');
}
