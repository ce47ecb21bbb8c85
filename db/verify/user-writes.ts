import { type Difference, differenceOf, type Found, parsed } from './difference.ts';
import type { Expectation } from './expected.ts';
import type { IdBits } from './id-bits.ts';

/** The ids in the files. A user wrote any question or answer with another id. */
export interface FileIds {
  readonly questionIds: IdBits;
  readonly answerIds: IdBits;
}

type Element = Readonly<Record<string, unknown>>;

/** The names of an element's id and of its votes. */
interface Kind {
  readonly id: string;
  readonly votes: string;
  readonly fileIds: IdBits;
}

const questionRoute = '/qa/questions';
const answerRoute = '/qa/questions/:question_id/answers';

/**
 * The first difference that no write of a user explains; undefined if there is none. A vote adds to the helpfulness. A
 * new question or answer has an id that is not in the files. A reported one is no longer shown.
 */
export function unexplained(expectation: Expectation, found: Found, ids: FileIds): Difference | undefined {
  const { route, status, body } = expectation;
  if (route === answerRoute && status === 200 && found.status === 404) return undefined;
  return differenceOf({ ...expectation, body: withUserWrites(route, body, parsed(found.body), ids) }, found);
}

function withUserWrites(
  route: string,
  body: unknown,
  found: unknown,
  { questionIds, answerIds }: FileIds,
): unknown {
  if (!isElement(body) || !isElement(found)) return body;
  const results = listOf(body.results);
  const foundResults = listOf(found.results);
  if (route === answerRoute) {
    const kind = { id: 'answer_id', votes: 'helpfulness', fileIds: answerIds };
    return { ...body, results: merged(results, foundResults, kind) };
  }
  if (route !== questionRoute) return body;
  const kind = { id: 'question_id', votes: 'question_helpfulness', fileIds: questionIds };
  const ofQuestion = { id: 'id', votes: 'helpfulness', fileIds: answerIds };
  const questions = results.map(question => {
    const its = foundResults.find(each => each.question_id === question.question_id);
    const answers = merged(valuesOf(question.answers), valuesOf(its?.answers), ofQuestion);
    return { ...question, answers: Object.fromEntries(answers.map(answer => [answer.id, answer])) };
  });
  return { ...body, results: merged(questions, foundResults, kind) };
}

/** The expected elements that were found, with the found votes if there are more, and the elements that users wrote. */
function merged(
  expected: readonly Element[],
  found: readonly Element[],
  { id, votes, fileIds }: Kind,
): Element[] {
  const foundById = new Map(found.map(element => [element[id], element]));
  const kept = expected
    .filter(element => foundById.has(element[id]))
    .map(element => {
      const foundVotes = foundById.get(element[id])?.[votes];
      return isInteger(foundVotes) && foundVotes > Number(element[votes])
        ? { ...element, [votes]: foundVotes }
        : element;
    });
  const written = found.filter(element => isInteger(element[id]) && !fileIds.has(element[id]));
  return [...kept, ...written].sort(
    (one, other) => Number(other[votes]) - Number(one[votes]) || Number(one[id]) - Number(other[id]),
  );
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null;
}

function listOf(value: unknown): Element[] {
  return Array.isArray(value) ? value.filter(isElement) : [];
}

function valuesOf(value: unknown): Element[] {
  return isElement(value) ? listOf(Object.values(value)) : [];
}
