import { randomUUID } from 'node:crypto';
import type { RebuildParams, RebuildPlanReport, RebuildReport } from '@vermagic/shared';
import {
  CancellationTokenSource,
  type Disposable,
  EventEmitter,
  type Progress,
  ProgressLocation,
  type Pseudoterminal,
  window,
} from 'vscode';
import type { LanguageServer } from '../language-server.ts';
import { elapsedText, findingsText, outcomeText, terminalLine } from './outcome-text.ts';

/** A plan that the user has seen and agreed to. */
export interface AgreedRun {
  readonly params: RebuildParams;
  readonly plan: RebuildPlanReport;
}

type Step = { message?: string };

/**
 * One run in a terminal: shows the output as it comes, and beside it, as a notification, the phase, the time and the last
 * line. Closing the terminal or cancelling the notification stops the build with its container.
 */
export class BuildTerminal implements Pseudoterminal {
  readonly #server: LanguageServer;
  readonly #prepare: () => Promise<AgreedRun | undefined>;
  readonly #report: (report: RebuildReport) => void;
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly #cancel = new CancellationTokenSource();
  #running = false;
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;

  /** `prepare` asks the user; nothing runs when it gives nothing. */
  constructor(
    server: LanguageServer,
    prepare: () => Promise<AgreedRun | undefined>,
    report: (report: RebuildReport) => void,
  ) {
    this.#server = server;
    this.#prepare = prepare;
    this.#report = report;
  }

  open(): void {
    void this.#start();
  }

  /** The user closed the terminal or ended the task. */
  close(): void {
    this.stop();
  }

  stop(): void {
    this.#cancel.cancel();
  }

  get isRunning(): boolean {
    return this.#running;
  }

  async #start(): Promise<void> {
    this.#running = true;
    try {
      const agreed = await this.#prepare();
      if (!agreed) {
        this.#line('Nothing was run.');
        this.#close.fire(1);
        return;
      }
      const report = await this.#run(agreed);
      this.#line('');
      this.#line(report.status === 'done' ? outcomeText(report) : `${outcomeText(report)} ${findingsText(report)}`);
      this.#report(report);
      this.#close.fire(report.status === 'done' ? 0 : 1);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#line(reason);
      void window.showErrorMessage(`Vermagic: ${reason}`);
      this.#close.fire(1);
    } finally {
      this.#running = false;
    }
  }

  async #run({ params, plan }: AgreedRun): Promise<RebuildReport> {
    const run = randomUUID();
    const options = { location: ProgressLocation.Notification, title: 'Vermagic', cancellable: true };
    const task = (progress: Progress<Step>, token: { onCancellationRequested(f: () => void): Disposable }) => {
      const started = Date.now();
      let phase = plan.steps[0]?.phase ?? '';
      let last = '';
      const show = () =>
        progress.report({
          message: `${phase} · ${elapsedText(Date.now() - started)}${last === '' ? '' : ` · ${last}`}`,
        });
      const timer = setInterval(show, 1000);
      const subscriptions = [
        token.onCancellationRequested(() => this.stop()),
        this.#server.onBuildProgress((event) => {
          if (event.run !== run) return;
          phase = event.total > 1 ? `${event.phase} (${event.index + 1}/${event.total})` : event.phase;
          for (const line of event.lines) this.#line(line);
          last = (event.lines.findLast((line) => line.trim() !== '') ?? last).trim().slice(0, 80);
        }),
      ];
      show();
      return this.#server.rebuild(params, run, plan.hash, this.#cancel.token).finally(() => {
        clearInterval(timer);
        for (const subscription of subscriptions) subscription.dispose();
      });
    };
    return await window.withProgress(options, task);
  }

  #line(text: string): void {
    this.#write.fire(`${terminalLine(text)}\r\n`);
  }
}
