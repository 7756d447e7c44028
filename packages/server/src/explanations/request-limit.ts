import { LeewayError } from '@leeway/contract';

const MINUTE = 60_000;

/** How often each caller may ask in a minute, and how many requests may be under way or wait. Per server, not over replicas. */
export class RequestLimit {
  readonly #perMinute: number;
  readonly #atOnce: number;
  #underWay = 0;
  #minute = 0;
  #asked = new Map<string, number>();

  constructor({ perMinute, atOnce }: { perMinute: number; atOnce: number }) {
    this.#perMinute = perMinute;
    this.#atOnce = atOnce;
  }

  /** Lets a request in and returns what to call when it ends. @throws LeewayError `too_many_requests`. */
  enter(caller: string, now: number): () => void {
    const minute = Math.floor(now / MINUTE);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#asked = new Map();
    }
    const asked = this.#asked.get(caller) ?? 0;
    if (asked >= this.#perMinute) {
      const retryAfter = Math.ceil(((minute + 1) * MINUTE - now) / 1000);
      throw new LeewayError('too_many_requests', `${asked} in this minute, ${this.#perMinute} are allowed`, {
        extra: { retryAfter },
      });
    }
    if (this.#underWay >= this.#atOnce) {
      throw new LeewayError('too_many_requests', `${this.#underWay} are under way`, { extra: { retryAfter: 1 } });
    }
    this.#asked.set(caller, asked + 1);
    this.#underWay++;
    return () => {
      this.#underWay--;
    };
  }
}
