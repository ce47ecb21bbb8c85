/** Questions that are asked together at most, and the elements of their answers: as many pages of five. */
const maxTogether = 16;
export const maxElements = 80;
/** How long questions wait for the statement before them, in milliseconds. */
const patience_ms = 40;
/**
 * A statement that took longer than this asked too much, in milliseconds: it reads one row after the other, so on a slow
 * disk few questions in many statements are answered sooner, and none meets the limit of `statement_ms` in database.ts, of
 * which this is half. Less would also be reached for want of processor time, which smaller statements make worse.
 */
const slow_ms = 450;

/** What one question's parameters are. */
export type Values = readonly number[];
/** Asks all at once, and returns the answers in the order of the questions; undefined where there is none. */
type Ask = (questions: readonly Values[]) => Promise<readonly (string | undefined)[]>;

interface Waiting {
  readonly values: Values;
  readonly elements: number;
  readonly resolve: (answer: string | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks many questions with one statement: those of one turn of the event loop, and those that came while the last
 * statement was under way. The more there is to do, the less each question costs.
 */
export class Batch {
  readonly #ask: Ask;
  #waiting: Waiting[] = [];
  #underWay = 0;
  /** Questions that go together at most: half of what a slow statement asked, one more after an answer in time. */
  #limit = maxTogether;
  #immediate: NodeJS.Immediate | undefined;
  #timeout: NodeJS.Timeout | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /**
   * The answer to one question, which has so many elements at most; undefined when there is none. Throws what its
   * statement threw.
   */
  answer(values: Values, elements = 1): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ values, elements, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#waiting.length === 0) return;
    if (this.#underWay === 0 || this.#isFull()) this.#immediate ??= setImmediate(() => this.#send());
    else this.#timeout ??= setTimeout(() => this.#send(), patience_ms);
  }

  #isFull(): boolean {
    return this.#waiting.length >= this.#limit || this.#countTogether() < this.#waiting.length;
  }

  /** How many of those that wait go together: one at least. */
  #countTogether(): number {
    let elements = 0;
    const tooMany = this.#waiting.findIndex((question, index) => {
      elements += question.elements;
      return index > 0 && (index >= this.#limit || elements > maxElements);
    });
    return tooMany < 0 ? this.#waiting.length : tooMany;
  }

  async #send(): Promise<void> {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timeout);
    this.#immediate = undefined;
    this.#timeout = undefined;
    const asked = this.#waiting.splice(0, this.#countTogether());
    this.#underWay++;
    this.#schedule();
    const started_ms = performance.now();
    try {
      const answers = await this.#ask(asked.map(({ values }) => values));
      for (const [index, { resolve }] of asked.entries()) resolve(answers[index]);
      this.#limit = Math.min(this.#limit + 1, maxTogether);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
    if (performance.now() - started_ms > slow_ms)
      this.#limit = Math.min(this.#limit, Math.ceil(asked.length / 2));
    this.#underWay--;
    this.#schedule();
  }
}
