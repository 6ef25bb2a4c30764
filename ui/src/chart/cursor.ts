import { useSyncExternalStore } from "react";

/** Where the cursor stands; apart from React state, because it moves with every pointer event. */
export class CursorStore {
  #time: number | null = null;
  #frame = 0;
  readonly #listeners = new Set<() => void>();

  get time(): number | null {
    return this.#time;
  }

  set = (time_ms: number | null): void => {
    if (time_ms === this.#time) return;
    this.#time = time_ms;
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      for (const listener of this.#listeners) listener();
    });
  };

  listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export function useCursor(store: CursorStore): number | null {
  return useSyncExternalStore(store.listen, () => store.time);
}
