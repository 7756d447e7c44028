/** Lines in the order in which they came. Taking from the front costs no copy of the rest, unlike `Array.shift`. */
export class LineQueue {
  #lines: string[] = [];
  #head = 0;

  get size(): number {
    return this.#lines.length - this.#head;
  }

  push(line: string): void {
    this.#lines.push(line);
  }

  /** Removes up to `count` lines from the front. */
  take(count: number): string[] {
    const taken = this.#lines.slice(this.#head, this.#head + count);
    this.drop(taken.length);
    return taken;
  }

  /** Puts lines that were taken back to the front. */
  putBack(lines: readonly string[]): void {
    this.#lines = [...lines, ...this.#lines.slice(this.#head)];
    this.#head = 0;
  }

  /** Lets go of up to `count` lines from the front; answers how many. */
  drop(count: number): number {
    const dropped = Math.min(count, this.size);
    // Blanked at once, so that the memory is free before the next tidying.
    this.#lines.fill('', this.#head, this.#head + dropped);
    this.#head += dropped;
    if (this.#head > 1_024 && this.#head * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
    return dropped;
  }
}
