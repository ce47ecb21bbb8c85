import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import express, { type RequestHandler } from 'express';
import { maxBody } from '../headers.ts';
import { maxInteger } from '../parameters.ts';
import { type BrokenRule, notJson, Problem } from '../problem.ts';
import { newAnswer, newQuestion } from './openapi.ts';
import { isLoadable } from './photos.ts';

/** The most broken rules in one response. */
const maxRules = 20;
/** The longest pointer, in characters. A longer one becomes that of the enclosing value: a body can have thousands of long ones. */
const maxPointer = 256;
/** The most photos of an answer, and the longest URL, in code points: the longest that Internet Explorer accepted. */
const maxPhotos = 5;
const maxUrl = 2083;

export interface NewQuestion {
  readonly product_id: number | string;
  readonly body: string;
  readonly name: string;
  readonly email: string;
}

export interface NewAnswer {
  readonly body: string;
  readonly name: string;
  readonly email: string;
  readonly photos?: readonly string[];
}

/** Reads the body of a POST as bytes. Throws 415 for what is not JSON and 413 for what is over 64 KiB. */
export const readBody: RequestHandler[] = [
  (request, _response, next) => {
    const [type = '', ...parameters] = (request.get('Content-Type') ?? '').toLowerCase().split(';');
    const charset = parameters.map(text => text.trim()).find(text => text.startsWith('charset='));
    const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
    if (type.trim() !== 'application/json' || !isUtf8) {
      throw new Problem(415, notJson);
    }
    next();
  },
  express.raw({ type: () => true, limit: maxBody, inflate: false }),
];

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, verbose: true });
formats.default(ajv, ['email']);
ajv.addFormat('positive-int32', text => Number(text) <= maxInteger);

const isQuestion = ajv.compile<NewQuestion>(newQuestion);
const isAnswer = ajv.compile<NewAnswer>(newAnswer);

/** The question in a request's body, as `readBody` left it. Throws 400 for what is not JSON and 422, with each broken rule, for a bad question. */
export const questionFrom = (bytes: unknown): NewQuestion => checked(bytes, isQuestion);

/** The answer in a request's body, without photos that others cannot load. Throws like `questionFrom`. */
export function answerFrom(bytes: unknown): NewAnswer {
  const { photos = [], ...answer } = checked(bytes, isAnswer, photoRules);
  return { ...answer, photos: photos.filter(isLoadable) };
}

/** @param moreRules the rules that a body breaks beside its schema */
function checked<T>(
  bytes: unknown,
  isValid: ValidateFunction<T>,
  moreRules: (body: unknown) => readonly BrokenRule[] = () => [],
): T {
  const body = parse(bytes);
  const broken = isValid(body) ? unstorableTexts(body) : (isValid.errors ?? []).map(ruleFrom);
  broken.push(...moreRules(body));
  if (broken.length > 0) throw brokenRules(broken);
  return body as T;
}

/** The rules of the photos that stay. */
function photoRules(body: unknown): BrokenRule[] {
  const photos = (body as { photos?: unknown } | null)?.photos;
  if (!Array.isArray(photos) || !photos.every(photo => typeof photo === 'string')) return [];
  const kept = [...photos.entries()].filter(([, photo]) => isLoadable(photo));
  if (kept.length > maxPhotos)
    return [{ pointer: '/photos', detail: `Must have at most ${maxPhotos} photos that others can load.` }];
  return kept
    .filter(([, photo]) => [...photo].length > maxUrl)
    .map(([place]) => ({ pointer: `/photos/${place}`, detail: `Must be at most ${maxUrl} characters.` }));
}

function parse(bytes: unknown): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      bytes instanceof Buffer ? bytes : Buffer.alloc(0),
    );
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem(400, 'The body is not JSON in UTF-8.', { cause });
  }
}

function brokenRules(rules: readonly BrokenRule[]): Problem {
  const first = new Map(rules.toReversed().map(rule => [rule.pointer, rule]));
  return new Problem(422, 'The body breaks a rule.', {
    errors: [...first.values()].toReversed().slice(0, maxRules),
  });
}

/** The description of a property in its schema completes the sentence. */
function ruleFrom({ instancePath, keyword, params, parentSchema }: ErrorObject): BrokenRule {
  if (keyword === 'required') {
    return {
      pointer: `${instancePath}/${params.missingProperty}`,
      detail: `${params.missingProperty} is required.`,
    };
  }
  return { pointer: instancePath, detail: `Must be ${parentSchema?.description}.` };
}

/** Texts and names anywhere in a body that hold a NUL or half of a surrogate pair. */
function unstorableTexts(body: unknown): BrokenRule[] {
  const broken: BrokenRule[] = [];
  const open: { pointer: string; value: unknown }[] = [{ pointer: '', value: body }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { pointer, value } = next;
    if (typeof value === 'string' && isUnstorable(value)) broken.push(unstorable(pointer));
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      if (isUnstorable(key)) broken.push(unstorable(pointer));
      else open.push({ pointer: pointerTo(pointer, key), value: child });
    }
  }
  return broken;
}

function pointerTo(parent: string, key: string): string {
  const pointer = `${parent}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return pointer.length > maxPointer ? parent : pointer;
}

const isUnstorable = (text: string) => text.includes('\0') || !text.isWellFormed();
const unstorable = (pointer: string) => ({ pointer, detail: 'Must hold no NUL and no lone surrogate.' });
