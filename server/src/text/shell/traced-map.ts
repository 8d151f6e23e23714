/** What was asked of a map and what was changed in it, while somebody took notes. */
export interface MapTrace<V> {
  /** Values from before the first change, by key; `undefined` for a key that was not there. */
  readonly reads: Map<string, V | undefined>;
  readonly writes: Map<string, V>;
}

/** A map that can take notes of its use, so that what depended on it need not be worked out again. */
export class TracedMap<V> {
  readonly #values = new Map<string, V>();
  #trace: MapTrace<V> | undefined;

  get(key: string): V | undefined {
    const value = this.#values.get(key);
    const trace = this.#trace;
    if (trace !== undefined && !trace.writes.has(key) && !trace.reads.has(key)) trace.reads.set(key, value);
    return value;
  }

  /** A look that leaves no note: for what is told another way. */
  peek(key: string): V | undefined {
    return this.#values.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): void {
    this.#values.set(key, value);
    this.#trace?.writes.set(key, value);
  }

  get size(): number {
    return this.#values.size;
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  values(): Iterable<V> {
    return this.#values.values();
  }

  entries(): Iterable<[string, V]> {
    return this.#values.entries();
  }

  startTrace(): void {
    this.#trace = { reads: new Map(), writes: new Map() };
  }

  endTrace(): MapTrace<V> {
    const trace = this.#trace ?? { reads: new Map(), writes: new Map() };
    this.#trace = undefined;
    return trace;
  }

  /** True when everything that was read then would be read now. */
  agrees(trace: MapTrace<V>): boolean {
    for (const [key, value] of trace.reads) if (this.#values.get(key) !== value) return false;
    return true;
  }
}
