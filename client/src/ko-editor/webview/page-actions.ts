import type { PageCommand } from '../messages.ts';

/** What the parts of the page can ask for. */
export interface PageActions {
  run(command: PageCommand): void;
  copy(text: string): void;
  /** Shows another target's verdict; `focus` is the id of the element that gets the focus afterwards. */
  showTarget(name: string, focus?: string): void;
}
