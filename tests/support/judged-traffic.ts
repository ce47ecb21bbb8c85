import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpResponse } from '../../app/testing/http.ts';
import { randomOf } from '../../app/testing/traffic/random.ts';
import { pathsOf } from '../../app/testing/traffic/requests.ts';
import { zipfOf } from '../../app/testing/traffic/zipf.ts';
import { clientWith, request, sql } from './stack.ts';

const products = 1000;
const readers = 8;
const writers = 2;
/** Products whose first question gets the votes. */
const votedProducts = 20;

/** A question that gets votes. Votes only add up, so a read may show any number from `least` at its start to `most` at its end. */
interface Voted {
  readonly product: number;
  readonly id: number;
  /** All votes that had a response, and those found in the database. */
  least: number;
  /** All votes that were sent. */
  most: number;
}

interface Question {
  readonly question_id: number;
  readonly question_helpfulness: number;
}

/** The texts of a catalogue, by path. */
export type Texts = ReadonlyMap<string, string>;

interface Shown {
  readonly path: string;
  readonly response: HttpResponse;
  readonly allowed: readonly Texts[];
}

/** The catalogue of the moment, read past all caches. */
export async function currentTexts(): Promise<Texts> {
  const client = clientWith(readers);
  const ids = Array.from({ length: products }, (_, index) => index + 1);
  const texts = ids
    .flatMap(id => pathsOf(id).slice(0, 3))
    .map(async path => [path, (await client(`${path}?x=%20`)).text] as const);
  return new Map(await Promise.all(texts));
}

/**
 * Reads product pages by Zipf and votes for questions, and compares every response with what may be shown at that moment. A request
 * without a 2xx is not judged.
 */
export class JudgedTraffic {
  /** Responses that should not have been, as sentences. */
  readonly stale: string[] = [];
  readonly counts = { reads: 0, votes: 0 };
  readonly #unknown: Shown[] = [];
  #allowed: readonly Texts[];
  readonly #voted: readonly Voted[];
  readonly #client = clientWith(readers + writers);
  readonly #over = new AbortController();
  #ended: Promise<unknown> = Promise.resolve();

  private constructor(allowed: Texts, voted: readonly Voted[]) {
    this.#allowed = [allowed];
    this.#voted = voted;
  }

  static async start(catalogue: Texts): Promise<JudgedTraffic> {
    const voted: Voted[] = [];
    for (let product = 1; voted.length < votedProducts; product++) {
      const [question] = (await request(`/qa/questions?product_id=${product}&count=1`)).json.results;
      if (!question) continue;
      const votes = Number(
        await sql(`select helpful from qa.question where question_id = ${question.question_id}`),
      );
      voted.push({ product, id: question.question_id, least: votes, most: votes });
    }
    const traffic = new JudgedTraffic(catalogue, voted);
    traffic.#ended = Promise.all([
      ...Array.from({ length: readers }, (_, index) => traffic.#repeat(traffic.#reader(index))),
      ...Array.from({ length: writers }, (_, index) => traffic.#repeat(() => traffic.#vote(index))),
    ]);
    return traffic;
  }

  /** From now on a read may show the catalogue of any of these. Reads in flight may show that of before as well. */
  allow(...catalogues: readonly Texts[]): void {
    this.#allowed = catalogues;
  }

  /** Ends the traffic. A catalogue that was allowed may have got its texts later than its responses. */
  async end(): Promise<void> {
    this.#over.abort();
    await this.#ended;
    for (const shown of this.#unknown.filter(shown => !isAllowed(shown))) {
      const { path, response } = shown;
      this.stale.push(`${path} (${response.headers['x-cache']}): ${response.text.slice(0, 100)}`);
    }
  }

  async #repeat(send: () => Promise<void>): Promise<void> {
    while (!this.#over.signal.aborted) await send();
  }

  #reader(seed: number): () => Promise<void> {
    const product = zipfOf(products, randomOf(seed + 1));
    return async () => {
      for (const path of pathsOf(product()).slice(0, 3)) await this.#readCatalogue(path);
      await this.#readQuestions(this.#voted[(product() - 1) % votedProducts] as Voted);
    };
  }

  async #readCatalogue(path: string): Promise<void> {
    const before = this.#allowed;
    const response = await this.#read(path);
    if (!response) return;
    const shown = { path, response, allowed: [...before, ...this.#allowed] };
    if (!isAllowed(shown)) this.#unknown.push(shown);
  }

  async #readQuestions(voted: Voted): Promise<void> {
    const { least } = voted;
    const path = `/qa/questions?product_id=${voted.product}&count=50`;
    const response = await this.#read(path);
    if (!response) return;
    const questions: Question[] = response.json.results;
    const shown = questions.find(({ question_id }) => question_id === voted.id)?.question_helpfulness ?? -1;
    if (!(shown >= least && shown <= voted.most))
      this.stale.push(
        `${path} (${response.headers['x-cache']}): ${shown} votes, not ${least} to ${voted.most}`,
      );
  }

  async #read(path: string): Promise<HttpResponse | undefined> {
    const response = await this.#client(path).catch(() => undefined); // a connection that was closed
    if (response?.status !== 200) return sleep(10, undefined);
    this.counts.reads++;
    return response;
  }

  /** After a vote whose outcome is unknown, the database tells whether it was made. */
  async #vote(writer: number): Promise<void> {
    await sleep(25);
    const own = this.#voted.filter((_, index) => index % writers === writer);
    const voted = own[this.counts.votes % own.length] as Voted;
    voted.most++;
    const headers = { 'Idempotency-Key': randomUUID() };
    const status = await this.#client(`/qa/questions/${voted.id}/helpful`, { method: 'PUT', headers }).then(
      response => response.status,
      () => 0,
    );
    if (status === 204) {
      voted.least++;
      this.counts.votes++;
      return;
    }
    const made = await sql(`select helpful from qa.question where question_id = ${voted.id}`).catch(
      () => undefined,
    );
    voted.least = Math.max(voted.least, Number(made ?? 0));
  }
}

const isAllowed = ({ path, response, allowed }: Shown) =>
  allowed.some(texts => texts.get(path) === response.text);
