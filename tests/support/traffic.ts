import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../../app/testing/http.ts';
import { clientWith, newQuestion, sql, untilCached } from './stack.ts';

/** Requests per second of each kind. */
const rates = { cached: 40, uncached: 20, question: 5, vote: 5 } as const;
type Kind = keyof typeof rates;

/** A request of the traffic, and its outcome. */
export interface Sent {
  readonly kind: Kind;
  /** Time since the traffic started. */
  readonly at_ms: number;
  readonly took_ms: number;
  /** 0 without a response, or with a response about another product. */
  readonly status: number;
  readonly detail: string;
  readonly retryAfter: string | undefined;
  readonly cache: string | undefined;
}

interface Planned extends Call {
  readonly kind: Kind;
  readonly path: string;
  /** The product that the response must be about. */
  readonly product?: number;
}

interface Counted {
  readonly questions: number;
  readonly votes: number;
}

/**
 * Reads and writes at a fixed rate, and records every response. Writes have an Idempotency-Key, and leave rows that can be
 * counted.
 */
export class Traffic {
  readonly sent: Sent[] = [];
  /** Writes with a 2xx. */
  readonly #confirmed: Planned[] = [];
  /** Writes without a 2xx. */
  readonly #failed: Planned[] = [];
  readonly #marker = `traffic ${randomUUID()}`;
  readonly #client = clientWith(256);
  readonly #inFlight = new Set<Promise<void>>();
  readonly #started_ms = performance.now();
  readonly #question: number;
  /** Random, so that no cache holds the pages of this traffic. */
  readonly #firstPage = Math.ceil(Math.random() * 1e8);
  /** Products in the cache. */
  readonly #hot: number[] = [];
  #number = 0;
  readonly #timers: NodeJS.Timeout[] = [];

  private constructor(question: number) {
    this.#question = question;
  }

  /** Runs traffic during an action. The traffic has ended when this returns or throws. */
  static async during(action: (traffic: Traffic) => Promise<unknown>): Promise<Traffic> {
    const traffic = new Traffic(await newQuestion(1));
    await traffic.#warm();
    for (const kind of allKinds)
      traffic.#timers.push(setInterval(() => traffic.#launch(traffic.#plan(kind)), 1000 / rates[kind]));
    try {
      await action(traffic);
    } finally {
      for (const timer of traffic.#timers) clearInterval(timer);
      await Promise.all(traffic.#inFlight);
    }
    return traffic;
  }

  /** Caches 20 of the 1,000 products of the sample. */
  async #warm(): Promise<void> {
    while (this.#hot.length < 20) {
      const product = 1 + Math.floor(Math.random() * 1000);
      await untilCached(`/products/${product}`);
      this.#hot.push(product);
    }
  }

  /** Milliseconds since the traffic started. */
  get now_ms(): number {
    return performance.now() - this.#started_ms;
  }

  /** The number of writes with a 2xx, and of those in the database. */
  async counted(): Promise<{ confirmed: Counted; inDatabase: Counted }> {
    const confirmed = (kind: Kind) => this.sent.filter(sent => sent.kind === kind && isGood(sent)).length;
    const [questions, votes] = (
      await sql(`select (select count(*) from qa.question where body like '${this.#marker} %'),
        (select helpful from qa.question where question_id = ${this.#question})`)
    )
      .split('|')
      .map(Number);
    return {
      confirmed: { questions: confirmed('question'), votes: confirmed('vote') },
      inDatabase: { questions: questions ?? 0, votes: votes ?? 0 },
    };
  }

  /** The number of writes with a 2xx that are not in the database. */
  async countLost(): Promise<number> {
    const { confirmed, inDatabase } = await this.counted();
    const missing = (kind: keyof Counted) => Math.max(0, confirmed[kind] - inDatabase[kind]);
    return missing('questions') + missing('votes');
  }

  /** Repeats the failed writes with their keys until each has a 2xx. */
  async repeatFailed(): Promise<void> {
    for (const planned of this.#failed.splice(0)) {
      for (let attempt = 0; ; attempt++) {
        const status = await this.#send(planned);
        if (status >= 200 && status < 300) break;
        if (attempt === 20)
          throw new Error(`${planned.method} ${planned.path} still fails after 20 attempts: ${status}`);
        await sleep(500);
      }
    }
  }

  /** Repeats the first confirmed writes with their keys, and returns the statuses. */
  repeatConfirmed(count: number): Promise<number[]> {
    const repeating = this.#confirmed.slice(0, count).map(async ({ kind, path, ...call }) => {
      const { status } = await this.#client(path, call);
      return status;
    });
    return Promise.all(repeating);
  }

  #launch(planned: Planned): void {
    const sending = this.#send(planned).then(status => {
      if (planned.method === undefined) return;
      const isConfirmed = status >= 200 && status < 300;
      (isConfirmed ? this.#confirmed : this.#failed).push(planned);
    });
    this.#inFlight.add(sending);
    void sending.finally(() => this.#inFlight.delete(sending));
  }

  #plan(kind: Kind): Planned {
    const number = this.#number++;
    const headers = { 'Idempotency-Key': randomUUID() };
    switch (kind) {
      case 'cached': {
        const product = this.#hot[number % this.#hot.length] as number;
        return { kind, path: `/products/${product}`, product };
      }
      case 'uncached':
        // Health checks must succeed while a replica stops, too.
        return {
          kind,
          path: number % 8 ? `/products?page=${this.#firstPage + number}&count=7` : '/health/ready',
        };
      case 'vote':
        return { kind, method: 'PUT', path: `/qa/questions/${this.#question}/helpful`, headers };
      case 'question': {
        const body = {
          body: `${this.#marker} ${number}`,
          name: 'Traffic',
          email: 'traffic@mail.example',
          product_id: 1,
        };
        return { kind, method: 'POST', path: '/qa/questions', body, headers };
      }
    }
  }

  async #send({ kind, path, product, ...call }: Planned): Promise<number> {
    const at_ms = this.now_ms;
    const outcome = await this.#client(path, call)
      .then(response => {
        const { status, text, headers } = response;
        if (product !== undefined && status === 200 && response.json.id !== product)
          throw new Error(`GET ${path} returned ${text}`);
        return {
          status,
          detail: status < 400 ? '' : text,
          retryAfter: headers['retry-after'],
          cache: headers['x-cache'] as string | undefined,
        };
      })
      .catch(error => ({ status: 0, detail: String(error), retryAfter: undefined, cache: undefined }));
    this.sent.push({ kind, at_ms, took_ms: this.now_ms - at_ms, ...outcome });
    return outcome.status;
  }
}

export const allKinds = Object.keys(rates) as readonly Kind[];

export const isGood = ({ status }: Sent): boolean => status >= 200 && status < 300;

/** Successful, or 503 with Retry-After. */
export const isHonest = (sent: Sent): boolean =>
  isGood(sent) || (sent.status === 503 && sent.retryAfter === '1');

/** Describes the requests of some kinds that failed. */
export const failuresOf = (sent: readonly Sent[], ...kinds: Kind[]): string[] =>
  sent
    .filter(sent => kinds.includes(sent.kind) && !isGood(sent))
    .map(
      ({ kind, at_ms, took_ms, status, detail }) =>
        `${kind} at ${Math.round(at_ms)} ms: ${status} after ${Math.round(took_ms)} ms ${detail}`,
    );

export function p95Of(sent: readonly Sent[], kind: Kind): number {
  const times_ms = sent.filter(sent => sent.kind === kind).map(({ took_ms }) => took_ms);
  return times_ms.sort((a, b) => a - b)[Math.floor(times_ms.length * 0.95)] ?? Number.NaN;
}

export const slowestOf = (sent: readonly Sent[], ...kinds: Kind[]): number =>
  Math.max(0, ...sent.filter(({ kind }) => kinds.includes(kind)).map(({ took_ms }) => took_ms));
