/**
 * One question at a time: while one is on its way only the latest is kept; when all rests, a sharper one follows.
 * Questions for later use come when nothing else waits, or take turns with what does.
 */

import { type Answer, type Ask, Refused, post } from "./api";

export const LIVE = 200;
export const SHARP = 1000;
const REST = 700;
/** Ends of a slider: the first two of what is prepared. */
const ENDS = 2;

/** Exact answers that will be of use when the slider of a belief is moved. */
export interface Later {
  symbol: string;
  beliefs: Record<string, number>;
}

export interface Told {
  asking: () => Omit<Ask, "draws" | "have" | "tab" | "want" | "passing">;
  /** What the picture shows now; a sharper run is for everything. */
  want: () => string[];
  have: () => string[];
  got: (answer: Answer, since: number, asked: Ask) => void;
  /** An answer for later use has come. */
  prepared: (answer: Answer, asked: Ask, symbol: string) => void;
  /** Nothing is asked and nothing follows: time to prepare. */
  idle: () => void;
  failed: (error: Error) => void;
  /** Whether the picture waits for an answer, and whether anything is asked at all. */
  busy: (picture: boolean, anything: boolean) => void;
}

export class Asker {
  private flying: { abort: AbortController; sharp: boolean } | null = null;
  private next: { draws: number; since: number } | null = null;
  private timer = 0;
  private later: Later[] = [];
  /** Whether a question for later use is next, although another waits: they take turns. */
  private turn = false;
  /** How many of those go before whatever waits: without both ends of a slider nothing lies between. */
  private first = 0;
  /** Whether a sharper run follows when all rests. */
  sharp = true;
  private readonly tab = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");

  constructor(private readonly told: Told) {}

  /** Something has changed; `since` is when the hand moved. */
  change(draws: number, since = performance.now()): void {
    clearTimeout(this.timer);
    this.next = { draws, since };
    if (this.flying) this.told.busy(true, true);
    if (this.flying?.sharp) this.flying.abort.abort();
    if (!this.flying) void this.send();
  }

  /** Ask what will be of use soon (nothing: no more), before anything else if a hand is near; what waited so is dropped. */
  prepare(later: Later[], near: boolean): void {
    this.later = later;
    if (!later.length) return;
    if (this.flying?.sharp) {
      this.flying.abort.abort();
      this.next ??= { draws: SHARP, since: performance.now() };
    }
    this.first = !near || (this.next && this.next.draws < SHARP) ? 0 : ENDS;
    if (!this.flying) void this.send();
  }

  /** Everything about what is shown now, once, beside the questions of the sliders. */
  once(draws: number): Promise<Answer> {
    return post<Answer>("/api/run", { ...this.told.asking(), draws, have: this.told.have(), want: [], tab: "", passing: false });
  }

  private async send(): Promise<void> {
    const other = this.later.length && (!this.next || this.turn || this.first > 0) ? this.later.shift()! : null;
    this.turn = !other;
    if (other) this.first -= 1;
    const { draws, since } = other ? { draws: LIVE, since: 0 } : this.next!;
    if (!other) this.next = null;
    const abort = new AbortController();
    this.flying = { abort, sharp: draws >= SHARP };
    const ask: Ask = { ...this.told.asking(), draws, have: this.told.have(), want: draws < SHARP ? this.told.want() : [], tab: this.tab, passing: false };
    if (other) Object.assign(ask, { beliefs: other.beliefs, passing: true });
    this.told.busy(!other || this.next !== null, true);
    let wait = 0;
    let well = true;
    try {
      const answer = await post<Answer>("/api/run", ask, abort.signal);
      if (other) this.told.prepared(answer, ask, other.symbol);
      else this.told.got(answer, since, ask);
      if (!other && this.sharp && draws < SHARP && !this.next) this.timer = window.setTimeout(() => this.change(SHARP), REST);
    } catch (error) {
      well = false;
      if (error instanceof Refused && error.status === 503) {
        wait = Math.max(error.after, 1) * 1000;
        if (other) this.later = [];
        else this.next ??= { draws, since };
      } else if (!abort.signal.aborted && !(error instanceof Refused && error.status === 409)) {
        if (other) this.later = [];
        else this.told.failed(error as Error);
      }
    }
    if (wait) await new Promise((done) => setTimeout(done, wait));
    this.flying = null;
    if (this.next || this.later.length) void this.send();
    else {
      this.told.busy(false, false);
      // what could not be answered would be asked again for ever
      if (well && this.sharp && (draws >= SHARP || other)) this.told.idle();
    }
  }
}
