import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../../app/testing/http.ts';
import { clientWith, newQuestion, sql } from './stack.ts';

/** Requests a second, of each kind. */
const rates = { cached: 40, uncached: 20, question: 5, vote: 5 } as const;
const staleRate = 20;
type Kind = keyof typeof rates | 'stale';

/** A request of the traffic, and what became of it. */
export interface Sent {
  readonly kind: Kind;
  /** Since the traffic began. */
  readonly at_ms: number;
  readonly took_ms: number;
  /** 0 when there was no answer, or one about another product. */
  readonly status: number;
  readonly detail: string;
  readonly retryAfter: string | undefined;
  readonly cache: string | undefined;
}

interface Planned extends Call {
  readonly kind: Kind;
  readonly path: string;
  /** Which product the answer must be. */
  readonly product?: number;
}

interface Counted {
  readonly questions: number;
  readonly votes: number;
}

/**
 * Reads and writes at a fixed rate, whatever becomes of them; every answer is recorded. Writes have an Idempotency-Key,
 * and what they wrote can be counted.
 */
export class Traffic {
  readonly sent: Sent[] = [];
  /** Writes with a 2xx, and those without. */
  readonly #answered: Planned[] = [];
  readonly #failed: Planned[] = [];
  readonly #marker = `traffic ${randomUUID()}`;
  readonly #client = clientWith(256);
  readonly #underWay = new Set<Promise<void>>();
  readonly #started_ms = performance.now();
  readonly #question: number;
  /** Where no other traffic has read, so that nothing has it in a cache. */
  readonly #firstPage = Math.ceil(Math.random() * 1e8);
  /** Products that are in the cache before the traffic begins, and fresh for 50 s. */
  readonly #hot: number[] = [];
  #number = 0;
  readonly #timers: NodeJS.Timeout[] = [];

  private constructor(question: number) {
    this.#question = question;
  }

  /** Traffic while something is done. It has ended when this returns, and when what is done fails. */
  static async during(action: (traffic: Traffic) => Promise<unknown>): Promise<Traffic> {
    const traffic = new Traffic(await newQuestion(1));
    await traffic.#warm();
    for (const kind of Object.keys(rates) as (keyof typeof rates)[])
      traffic.#timers.push(setInterval(() => traffic.#launch(traffic.#plan(kind)), 1000 / rates[kind]));
    try {
      await action(traffic);
    } finally {
      for (const timer of traffic.#timers) clearInterval(timer);
      await Promise.all(traffic.#underWay);
    }
    return traffic;
  }

  /** Of the thousand products of the sample. What is in the cache already may be old, and is left out. */
  async #warm(): Promise<void> {
    for (let attempt = 0; this.#hot.length < 20; attempt++) {
      if (attempt === 500) throw new Error('The cache does not take 20 products.');
      const product = 1 + Math.floor(Math.random() * 1000);
      const read = async () => (await this.#client(`/products/${product}`)).headers['x-cache'];
      if ((await read()) !== 'HIT' && (await read()) === 'HIT') this.#hot.push(product);
    }
  }

  /** From now on also reads these in turn: what Nginx has kept for too long. */
  readStale(paths: readonly string[]): void {
    let number = 0;
    const launch = () => this.#launch({ kind: 'stale', path: paths[number++ % paths.length] as string });
    this.#timers.push(setInterval(launch, 1000 / staleRate));
  }

  /** Milliseconds since the traffic began. */
  get now_ms(): number {
    return performance.now() - this.#started_ms;
  }

  /** What the writes that were answered with a 2xx must have written, and what the database has. */
  async counted(): Promise<{ answered: Counted; inDatabase: Counted }> {
    const answered = (kind: Kind) => this.sent.filter(sent => sent.kind === kind && isGood(sent)).length;
    const [questions, votes] = (
      await sql(`select (select count(*) from qa.question where body like '${this.#marker} %'),
        (select helpful from qa.question where question_id = ${this.#question})`)
    )
      .split('|')
      .map(Number);
    return {
      answered: { questions: answered('question'), votes: answered('vote') },
      inDatabase: { questions: questions ?? 0, votes: votes ?? 0 },
    };
  }

  /** How many writes that were answered with a 2xx are not in the database. */
  async countLost(): Promise<number> {
    const { answered, inDatabase } = await this.counted();
    const missing = (what: keyof Counted) => Math.max(0, answered[what] - inDatabase[what]);
    return missing('questions') + missing('votes');
  }

  /** Sends the writes that failed again, with their keys, until each has a 2xx. */
  async repeatFailed(): Promise<void> {
    for (const planned of this.#failed.splice(0)) {
      for (let attempt = 0; ; attempt++) {
        const status = await this.#send(planned);
        if (status >= 200 && status < 300) break;
        if (attempt === 20)
          throw new Error(`${planned.method} ${planned.path} fails again and again: ${status}`);
        await sleep(500);
      }
    }
  }

  /** Sends the first writes that were answered once more, with their keys; the statuses. None of them may count again. */
  repeatAnswered(count: number): Promise<number[]> {
    const repeating = this.#answered.slice(0, count).map(async ({ kind, path, ...call }) => {
      const { status } = await this.#client(path, call);
      return status;
    });
    return Promise.all(repeating);
  }

  #launch(planned: Planned): void {
    const sending = this.#send(planned).then(status => {
      if (planned.method === undefined) return;
      const isAnswered = status >= 200 && status < 300;
      (isAnswered ? this.#answered : this.#failed).push(planned);
    });
    this.#underWay.add(sending);
    void sending.finally(() => this.#underWay.delete(sending));
  }

  #plan(kind: keyof typeof rates): Planned {
    const number = this.#number++;
    const headers = { 'Idempotency-Key': randomUUID() };
    switch (kind) {
      case 'cached': {
        const product = this.#hot[number % this.#hot.length] as number;
        return { kind, path: `/products/${product}`, product };
      }
      case 'uncached':
        // A replica says that it is ready also while it stops.
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
    const answer = await this.#client(path, call)
      .then(answer => {
        const { status, text, headers } = answer;
        if (product !== undefined && status === 200 && answer.json.id !== product)
          throw new Error(`${path} is answered with ${text}`);
        return {
          status,
          detail: status < 400 ? '' : text,
          retryAfter: headers['retry-after'],
          cache: headers['x-cache'] as string | undefined,
        };
      })
      .catch(error => ({ status: 0, detail: String(error), retryAfter: undefined, cache: undefined }));
    this.sent.push({ kind, at_ms, took_ms: this.now_ms - at_ms, ...answer });
    return answer.status;
  }
}

/** All but reads of old entries. */
export const allKinds = ['cached', 'uncached', 'question', 'vote'] as const satisfies readonly Kind[];

/** Answered as asked. */
export const isGood = ({ status }: Sent): boolean => status >= 200 && status < 300;

/** Answered, or told when to come back. */
export const isHonest = (sent: Sent): boolean =>
  isGood(sent) || (sent.status === 503 && sent.retryAfter === '1');

/** Those that were not answered as they should be. */
export const failuresOf = (sent: readonly Sent[], ...kinds: Kind[]): string[] =>
  sent
    .filter(sent => kinds.includes(sent.kind) && !isGood(sent))
    .map(
      ({ kind, at_ms, took_ms, status, detail }) =>
        `${kind} at ${Math.round(at_ms)} ms: ${status} after ${Math.round(took_ms)} ms ${detail}`,
    );

/** How long nineteen of twenty waited at most. */
export function p95Of(sent: readonly Sent[], kind: Kind): number {
  const times_ms = sent.filter(sent => sent.kind === kind).map(({ took_ms }) => took_ms);
  return times_ms.sort((a, b) => a - b)[Math.floor(times_ms.length * 0.95)] ?? Number.NaN;
}

export const slowestOf = (sent: readonly Sent[], ...kinds: Kind[]): number =>
  Math.max(0, ...sent.filter(({ kind }) => kinds.includes(kind)).map(({ took_ms }) => took_ms));
