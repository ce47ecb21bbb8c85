/** Who uses the database. No service may hold all connections: the others answer on while its tables are locked. */
export type Service = 'catalogue' | 'questions' | 'health';

/** Statements that may wait for a slot; the next one gets a 503 at once. */
const maxWaiting = 500;

interface Waiting {
  readonly service: Service;
  readonly take: () => void;
}

/** Slots for statements, as many as there are connections, given out in turn. */
export class Slots {
  readonly #max: number;
  readonly #maxOfService: number;
  readonly #wait_ms: number;
  readonly #held: Record<Service, number> = { catalogue: 0, questions: 0, health: 0 };
  readonly #waiting = new Set<Waiting>();

  /** @param wait_ms how long a statement waits for a slot at most, in milliseconds */
  constructor(max: number, wait_ms: number) {
    this.#max = max;
    this.#maxOfService = Math.max(1, Math.floor((max * 2) / 3));
    this.#wait_ms = wait_ms;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a slot; the returned function gives it back. Throws when the queue is full or the wait is too long. */
  take(service: Service): Promise<() => void> {
    if (this.#hasRoom(service)) return Promise.resolve(this.#hold(service));
    if (this.#waiting.size >= maxWaiting)
      return Promise.reject(new Error('too many statements wait for a connection'));
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new Error(`no connection was free for ${this.#wait_ms} ms`));
      }, this.#wait_ms);
      const waiting: Waiting = {
        service,
        take: () => {
          clearTimeout(timeout);
          resolve(this.#hold(service));
        },
      };
      this.#waiting.add(waiting);
    });
  }

  #hasRoom(service: Service): boolean {
    const total = this.#held.catalogue + this.#held.questions + this.#held.health;
    return total < this.#max && this.#held[service] < this.#maxOfService;
  }

  #hold(service: Service): () => void {
    this.#held[service]++;
    return () => {
      this.#held[service]--;
      for (const waiting of this.#waiting) {
        if (!this.#hasRoom(waiting.service)) continue;
        this.#waiting.delete(waiting);
        waiting.take();
        return;
      }
    };
  }
}
