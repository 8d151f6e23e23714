/** What the user did to the page; survives hiding and reloading, because the editor keeps it. */
export interface PageState {
  /** The target whose tab is open; null is the selected one. */
  readonly target: string | null;
  readonly symbolFilter: string;
  readonly allSymbols: boolean;
  /** Ids of the sections that are unfolded. */
  readonly open: readonly string[];
  readonly scrollTop: number;
}

export interface EditorApi {
  postMessage(message: unknown): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
}

const initial: PageState = { target: null, symbolFilter: '', allSymbols: false, open: ['modinfo'], scrollTop: 0 };

export class PageStateStore {
  readonly #api: EditorApi;
  #state: PageState;

  constructor(api: EditorApi) {
    this.#api = api;
    this.#state = { ...initial, ...api.getState() };
  }

  get state(): PageState {
    return this.#state;
  }

  change(part: Partial<PageState>): void {
    this.#state = { ...this.#state, ...part };
    this.#api.setState(this.#state);
  }

  setOpen(id: string, open: boolean): void {
    const others = this.#state.open.filter((other) => other !== id);
    this.change({ open: open ? [...others, id] : others });
  }
}
