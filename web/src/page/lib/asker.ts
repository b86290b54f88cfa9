/** One question at a time: while one is on its way only the latest is kept; when all rests, a sharper one follows. */

import { type Answer, type Ask, Refused, post } from "./api";

export const LIVE = 200;
/** Draws while a belief is dragged, when the baseline must be simulated anew as well. */
export const LIVE_BELIEF = 200;
export const SHARP = 1000;
const REST = 700;

export interface Told {
  asking: () => Omit<Ask, "draws" | "have" | "tab" | "want">;
  /** What the picture shows now; a sharper run is for everything. */
  want: () => string[];
  have: () => string[];
  got: (answer: Answer, ms: number, asked: Ask) => void;
  failed: (error: Error) => void;
  busy: (yes: boolean) => void;
}

export class Asker {
  private flying: { abort: AbortController; sharp: boolean } | null = null;
  private next: { draws: number; since: number } | null = null;
  private timer = 0;
  /** Whether a sharper run follows when all rests. */
  sharp = true;
  private readonly tab = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");

  constructor(private readonly told: Told) {}

  /** Something has changed; `since` is when the hand moved. */
  change(draws: number, since = performance.now()): void {
    clearTimeout(this.timer);
    this.next = { draws, since };
    if (this.flying?.sharp) this.flying.abort.abort();
    if (!this.flying) void this.send();
  }

  /** Everything about what is shown now, once, beside the questions of the sliders. */
  once(draws: number): Promise<Answer> {
    return post<Answer>("/api/run", { ...this.told.asking(), draws, have: this.told.have(), want: [], tab: "" });
  }

  private async send(): Promise<void> {
    const { draws, since } = this.next!;
    this.next = null;
    const abort = new AbortController();
    this.flying = { abort, sharp: draws >= SHARP };
    const ask: Ask = { ...this.told.asking(), draws, have: this.told.have(), want: draws < SHARP ? this.told.want() : [], tab: this.tab };
    this.told.busy(true);
    let wait = 0;
    try {
      const answer = await post<Answer>("/api/run", ask, abort.signal);
      this.told.got(answer, since, ask);
      if (this.sharp && draws < SHARP && !this.next) this.timer = window.setTimeout(() => this.change(SHARP), REST);
    } catch (error) {
      if (error instanceof Refused && error.status === 503) {
        wait = Math.max(error.after, 1) * 1000;
        this.next ??= { draws, since };
      } else if (!abort.signal.aborted && !(error instanceof Refused && error.status === 409)) {
        this.told.failed(error as Error);
      }
    }
    if (wait) await new Promise((done) => setTimeout(done, wait));
    this.flying = null;
    if (this.next) void this.send();
    else this.told.busy(false);
  }
}
