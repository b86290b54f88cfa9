/** A tab or an evaluation that the server makes: asked once, however often its tab is opened, and stopped on demand. */

import { type Knowledge, type Progress, get } from "./api";

const POLL = 1000;

export class Reading {
  found = $state.raw<Knowledge | null>(null);
  problem = $state("");
  running = $state(false);
  progress = $state.raw<Progress | null>(null);
  private stop: AbortController | null = null;
  private answer: Promise<void> = Promise.resolve();

  constructor(readonly path: string) {}

  /** Ask, unless it is there or on its way. */
  start(): Promise<void> {
    if (this.running || this.found) return this.answer;
    const stop = (this.stop = new AbortController());
    Object.assign(this, { running: true, problem: "", progress: null });
    const look = (): void => {
      get<Progress>(`${this.path}/progress`, stop.signal).then((seen) => (this.progress = seen)).catch(() => undefined);
    };
    const timer = window.setInterval(look, POLL);
    this.answer = get<Knowledge>(this.path, stop.signal)
      .then((found) => void (this.found = found))
      .catch((error: Error) => void (this.problem = stop.signal.aborted ? "" : error.message))
      .finally(() => {
        clearInterval(timer);
        this.running = false;
      });
    return this.answer;
  }

  /** Stop asking; the server then stops working on it, unless somebody else waits. */
  cancel(): void {
    this.stop?.abort();
  }
}
