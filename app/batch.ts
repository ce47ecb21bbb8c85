/** Questions that are asked together at most, and the elements that their answers may have if they are lists. */
const maxTogether = 16;
const maxElements = 25;
/** How long questions wait for the statement before them, in milliseconds: on a slow disk several must be under way. */
const patience_ms = 40;

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
    if (this.#underWay === 0 || this.#countTogether() < this.#waiting.length)
      this.#immediate ??= setImmediate(() => this.#send());
    else this.#timeout ??= setTimeout(() => this.#send(), patience_ms);
  }

  /** How many of those that wait go together: one at least. */
  #countTogether(): number {
    let elements = 0;
    const tooMany = this.#waiting.findIndex((question, index) => {
      elements += question.elements;
      return index > 0 && (index >= maxTogether || elements > maxElements);
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
    try {
      const answers = await this.#ask(asked.map(({ values }) => values));
      for (const [index, { resolve }] of asked.entries()) resolve(answers[index]);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
    this.#underWay--;
    this.#schedule();
  }
}
