/** Keeps the few things that were asked for last. */
export class Recent<T> {
  readonly #most: number;
  readonly #known = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  async get(key: string, read: () => Promise<T>): Promise<T> {
    const value = this.#known.get(key) ?? (await read());
    // The order of a Map is that of insertion: the last asked for goes last, the first is the one to go.
    this.#known.delete(key);
    this.#known.set(key, value);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#most) break;
      this.#known.delete(oldest);
    }
    return value;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }
}
