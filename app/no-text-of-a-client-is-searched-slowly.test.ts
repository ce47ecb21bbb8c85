import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import formats from 'ajv-formats';
import { analyse } from 'scslre';
import { openapi } from './openapi/document.ts';

const root = join(import.meta.dirname, '..');

/** The literals of a program, wherever they stand. */
function literalsIn(node: any): RegExp[] {
  if (typeof node !== 'object' || node === null) return [];
  if (node.type === 'RegExpLiteral') return [new RegExp(node.pattern, node.flags)];
  return Object.values(node).flatMap(literalsIn);
}

const programs = [
  ...readdirSync(join(root, 'app'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !/testing\/|\.test\.ts$|^dev/.test(name))
    .map(name => `app/${name}`),
  'nginx/generation.js',
];
const ofPrograms = programs.flatMap(path =>
  literalsIn(parseSync(readFileSync(join(root, path), 'utf8'), { syntax: 'typescript' })).map(
    pattern => [path, pattern] as const,
  ),
);

const ofNginx = readdirSync(join(root, 'nginx'))
  .filter(name => name.endsWith('.conf'))
  .flatMap(name => {
    const text = readFileSync(join(root, 'nginx', name), 'utf8');
    const patterns = text.matchAll(/"~(\*?)((?:[^"\\]|\\.)+)"|location ~(\*?) (\S+) \{/g);
    return [...patterns].map(
      ([, ofMap, map, ofLocation, location]) =>
        [`nginx/${name}`, new RegExp(map ?? location ?? '', ofMap || ofLocation ? 'i' : '')] as const,
    );
  });

function patternsIn(node: any): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'pattern' && typeof value === 'string' ? [value] : patternsIn(value),
  );
}
const ofBodies = [
  ...[...new Set(patternsIn(openapi))].map(pattern => ['openapi', new RegExp(pattern, 'u')] as const),
  ['e-mail', formats.default.get('email') as RegExp] as const,
];

it('finds the patterns', () => {
  expect(ofPrograms.length).toBeGreaterThan(15);
  expect(ofNginx.length).toBeGreaterThan(20);
  expect(ofBodies.length).toBeGreaterThan(4);
});

it.each([...ofPrograms, ...ofNginx, ...ofBodies])('%s: %s takes linear time', (_where, pattern) => {
  expect(analyse(pattern).reports.map(({ type }) => type)).toEqual([]);
});

it('would find one that does not', () => {
  for (const pattern of [/^(?:.*, *)?gzip *(?:; *q=[0-9]*[1-9][0-9]* *)?$/, /[^\s]+@[^\s]+/, /^(?:a+)+$/])
    expect(analyse(pattern).reports).not.toEqual([]);
});
