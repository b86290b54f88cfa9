/** The state of the page: what is asked, what is shown, and the numbers that answer. */

import { type Answer, type Ask, type CaseInfo, type Kind, type Knowledge, type Layer, type Outcome, type Slider, Refused } from "./api";
import { Asker, LIVE, type Later } from "./asker";
import type { Exact } from "./between";
import { type Asked, Lines, apart } from "./lines";
import { type Shared, read, write } from "./link";
import { Picture, type World, gridsOf, worldOf } from "./picture";
import { Reading } from "./reading.svelte";
import { type Key, type Language, caseWords, language as words, say } from "../words/say.svelte";

const WORLDS_KEPT = 6;
export const TABS = ["explore", "claims", "evaluation", "replications", "sureness", "method"] as const;
export type Tab = (typeof TABS)[number];
export type Mode = "scenario" | "difference";

/** What an exported file holds instead of a server. */
export interface Offline {
  info: CaseInfo;
  answer: Answer;
  state: Partial<Shared>;
  knowledge: Record<string, Knowledge>;
  sources: unknown;
}

export type Selected = { kind: "edge" | "node" | "territory"; id: string } | null;

class Store {
  info = $state.raw<CaseInfo>(null as unknown as CaseInfo);
  picture = $state.raw<Picture | null>(null);
  offline = $state.raw<Offline | null>(null);

  base = $state("");
  baseline = $state("");
  layers = $state<Layer[]>([]);
  beliefs = $state<Record<string, number>>({});

  tab = $state<Tab>("explore");
  month = $state(0);
  mode = $state<Mode>("scenario");
  outcome = $state("homicides");
  place = $state("");
  window = $state(0);
  selected = $state<Selected>(null);
  card = $state.raw<{ title: string; lines: [string, string][]; sources: string[]; note: string } | null>(null);

  /** Whether the picture waits for an answer, and whether anything is asked at all. */
  busy = $state(false);
  asking = $state(false);
  problem = $state.raw<{ place: string; value: string; remedy: string } | null>(null);
  latency = $state(0);
  /** Answers shown so far. */
  answers = $state(0);

  /** Tabs and evaluations that have been asked for, by address. */
  readonly readings = new Map<string, Reading>();

  private worlds = new Map<string, World>();
  private raw: Answer | null = null;
  /** Whether the message outlasts the next answer. */
  private lasting = false;
  /** The belief whose slider is held, and when it was moved to where no picture is of yet. */
  private held = "";
  private late = 0;
  private lines = new Lines();
  /** The question along which answers have been asked for. */
  private prepared = "";
  /** Beliefs whose sliders can be seen. */
  inView: string[] = [];
  private rawWorlds = new Map<string, NonNullable<Answer["world"]>>();
  private asker = new Asker({
    asking: () => ({
      base: this.base,
      baseline: this.baseline,
      measures: $state.snapshot(this.layers),
      beliefs: $state.snapshot(this.beliefs),
    }),
    have: () => [...this.worlds.keys()],
    want: () => this.shown,
    got: (answer, since, asked) => this.take(answer, since, asked),
    prepared: (answer, asked, symbol) => {
      // not kept among the worlds: those that are shown and saved would be forgotten for it
      const world = answer.world ? worldOf(answer.world) : this.worlds.get(answer.baseline);
      if (world) this.lines.keep(asked, symbol, { world, answer, grids: gridsOf(answer) });
      if (symbol === this.held && this.late) this.glance(this.late);
    },
    idle: () => this.prepare(),
    failed: (error) => {
      this.problem =
        error instanceof Refused
          ? error.problem
          : { place: say("server"), value: say("noServer"), remedy: say("noServerRemedy") };
      // A link that asks for what cannot be: say so, and show the scenario without it.
      if (!this.picture && error instanceof Refused && this.layers.length) {
        this.layers = [];
        this.lasting = true;
        this.asker.change(LIVE);
      }
    },
    busy: (picture, anything) => {
      this.busy = picture;
      this.asking = anything;
    },
  });

  /** Start with the case, a link, or what an exported file holds. */
  begin(info: CaseInfo, hash: string, offline: Offline | null): void {
    this.info = info;
    this.offline = offline;
    const linked = offline ? { ...offline.state } : read(hash);
    this.base = info.presets.some((one) => one.name === linked.base) ? linked.base! : info.scenario;
    this.baseline = info.presets.some((one) => one.name === linked.baseline) ? linked.baseline! : info.baseline;
    this.layers = linked.layers ?? [];
    const known = new Map(info.sliders.map((one) => [one.symbol, one]));
    this.beliefs = Object.fromEntries(
      Object.entries(linked.beliefs ?? {}).flatMap(([symbol, value]) => {
        const one = known.get(symbol);
        return one ? [[symbol, Math.min(Math.max(value, one.low), one.high)]] : [];
      }),
    );
    if (TABS.includes(linked.tab as Tab)) this.tab = linked.tab as Tab;
    if (linked.language === "en" || linked.language === "es") words.now = linked.language as Language;
    const month = info.months.indexOf(linked.month ?? "");
    this.month = month >= 0 ? month : Math.min(info.months.indexOf(info.history_end) + 10, info.months.length - 1);
    if (linked.mode === "difference" || linked.mode === "scenario") this.mode = linked.mode;
    if (info.outcomes.some((one) => one.id === linked.outcome)) this.outcome = linked.outcome!;
    if (this.outcomeOf(this.outcome).places.includes(linked.place ?? "")) this.place = linked.place ?? "";
    else this.place = this.outcomeOf(this.outcome).places[0] ?? "";
    this.window = linked.window ?? 0;
    const at = /^(edge|node|territory):(.+)$/.exec(linked.selected ?? "");
    if (at && info.names[at[1]!]?.[at[2]!]) this.selected = { kind: at[1] as "edge", id: at[2]! };
    for (const [path, held] of Object.entries(offline?.knowledge ?? {})) this.reading(path).found = held;
    if (offline) this.take(offline.answer, performance.now(), null);
    else {
      this.asker.sharp = new URLSearchParams(hash.replace(/^#/, "")).get("rest") !== "no";
      this.asker.change(LIVE);
    }
  }

  /** What the server makes at an address, asked for or not. */
  reading(path: string): Reading {
    let held = this.readings.get(path);
    if (!held) this.readings.set(path, (held = new Reading(path)));
    return held;
  }

  /** Keep the baseline of an answer, and the answer itself where it lies on the slider that is held. */
  private keep(answer: Answer, asked: Ask | null): Omit<Exact, "at"> | null {
    if (answer.world) {
      this.worlds.set(answer.world.key, worldOf(answer.world));
      this.rawWorlds.set(answer.world.key, answer.world);
      while (this.worlds.size > WORLDS_KEPT) {
        const oldest = this.worlds.keys().next().value!;
        this.worlds.delete(oldest);
        this.rawWorlds.delete(oldest);
      }
    }
    const world = this.worlds.get(answer.baseline);
    if (!world) return null;
    // The order of a map is the order in which worlds are forgotten.
    this.worlds.delete(world.key);
    this.worlds.set(world.key, world);
    const exact = { world, answer, grids: gridsOf(answer) };
    if (asked?.draws === LIVE) this.lines.keep(asked, this.held, exact);
    return exact;
  }

  private take(answer: Answer, since: number, asked: Ask | null): void {
    const exact = this.keep(answer, asked);
    if (!exact) return;
    this.raw = answer;
    if (!this.lasting) this.problem = null;
    this.lasting = false;
    // The hand has moved on: what lies between answers is nearer to where it is now than this one.
    const past = asked && JSON.stringify(asked.beliefs) !== JSON.stringify(this.beliefs);
    if (!(past && this.glance(this.late || performance.now()))) this.show(exact, since, false);
  }

  private show(exact: Omit<Exact, "at">, since: number, between: boolean): void {
    if (between || since >= this.late) this.late = 0;
    this.picture = new Picture(this.info, exact.world, exact.answer, exact.grids, between);
    this.answers += 1;
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.latency = performance.now() - since;
        const name = `contraflow-${between ? "between" : exact.answer.draws}`;
        performance.measure(name, { start: since, end: since + this.latency, detail: exact.answer.seconds });
      }),
    );
  }

  private get asked(): Asked {
    return { base: this.base, baseline: this.baseline, measures: this.layers, beliefs: this.beliefs, want: this.shown };
  }

  /** Show what lies between the exact answers on both sides of the belief that is held, if they are there. */
  private glance(since: number): boolean {
    const found = this.lines.at(this.asked, this.held);
    if (found) this.show(found, since, true);
    return found !== null;
  }

  /** A hand is on the slider of a belief: ask for exact answers along it. */
  hold(symbol: string): void {
    const one = this.sliderOf(symbol);
    if (this.offline || !one) return;
    this.held = symbol;
    const question = apart(this.asked, symbol);
    if (question === this.prepared) return;
    this.prepared = question;
    const near = this.lines.missing(this.asked, one, "ends").length > 0;
    this.asker.prepare(this.along(one, this.lines.missing(this.asked, one, "all")), near);
  }

  /** Nothing is asked: ask for answers along the next slider in view that lacks some, all ends first. */
  private prepare(): void {
    const inView = this.info.sliders.filter(({ symbol }) => this.inView.includes(symbol));
    for (const which of ["ends", "few"] as const) {
      for (const one of inView) {
        const values = this.lines.missing(this.asked, one, which);
        if (values.length) return this.asker.prepare(this.along(one, values), false);
      }
    }
  }

  private along(one: Slider, values: number[]): Later[] {
    return values.map((at) => ({ symbol: one.symbol, beliefs: { ...$state.snapshot(this.beliefs), [one.symbol]: at } }));
  }

  /** Fix a belief: what lies between the answers at hand is shown at once, and the exact answer follows. */
  fix(symbol: string, value: number, since: number): void {
    this.held = symbol;
    this.beliefs[symbol] = value;
    this.late = since;
    this.glance(since);
    this.asker.change(LIVE, since);
    this.hold(symbol);
  }

  /** What the picture needs of an answer: the bands that are shown, and years where a place is chosen. */
  get shown(): string[] {
    return [...new Set([this.outcome, "homicides", ...(this.selected ? ["income_territory", "years"] : [])])];
  }

  /** The answer with its baseline, as an exported file needs it: with everything that may be shown. */
  async whole(): Promise<Answer | null> {
    if (!this.raw) return null;
    const everything = [...this.info.outcomes.map((one) => one.id), "years"];
    const raw = !this.picture!.between && this.picture!.holds(everything) ? this.raw : await this.asker.once(this.raw.draws + this.raw.dropped);
    return { ...raw, world: this.rawWorlds.get(raw.baseline) ?? raw.world ?? null };
  }

  /** Ask again; `since` is when the hand moved. */
  ask(since = performance.now()): void {
    if (this.offline) return;
    this.asker.prepare([], false);
    this.asker.change(LIVE, since);
  }

  preset(name: string): void {
    this.base = name;
    this.layers = [];
    this.ask();
  }

  /** Turn a preset's own measures into layers that can be changed. */
  unpack(): void {
    const found = this.info.presets.find((one) => one.name === this.base);
    if (!found) return;
    this.layers = [...found.measures.map(filled), ...this.layers];
    this.base = found.base ?? "";
    this.ask();
  }

  outcomeOf(id: string): Outcome {
    return this.info.outcomes.find((one) => one.id === id)!;
  }

  outcomeName(id: string): string {
    return say(`outcome.${id}` as Key, { country: this.info.country });
  }

  kindOf(name: string): Kind {
    return this.info.kinds.find((one) => one.name === name)!;
  }

  sliderOf(symbol: string): Slider | undefined {
    return this.info.sliders.find((one) => one.symbol === symbol);
  }

  /** Name of a member of a dimension, in the language now spoken. */
  name(dimension: string, id: string): string {
    if (dimension === "edge") {
      const edge = this.edge(id);
      return edge ? `${this.name("node", edge.origin)} → ${this.name("node", edge.destination)}` : id;
    }
    const own = this.info.names[dimension]?.[id] ?? id;
    return caseWords(`${dimension}.${id}`) ?? (dimension === "source" || dimension === "market" ? caseWords(`node.${id}`) : undefined) ?? own;
  }

  edge(id: string): { id: string; origin: string; destination: string; mode: string; theatre: string; territory: string; corridor: string; jurisdiction: string } | undefined {
    return (this.info.places["edges"] as { id: string }[]).find((one) => one.id === id) as never;
  }

  /** Name of a place of an outcome; the total has one of its own. */
  placeName(outcome: Outcome, place: string): string {
    if (place !== "") return this.name(outcome.dimension, place);
    return outcome.dimension === "territory" ? this.info.country : outcome.dimension ? say("total") : this.outcomeName(outcome.id);
  }

  title(name: string): string {
    return caseWords(`scenario.${name}`) ?? this.info.presets.find((one) => one.name === name)?.title ?? name;
  }

  shared(): Partial<Shared> {
    return {
      base: this.base,
      baseline: this.baseline === this.info.baseline ? "" : this.baseline,
      layers: $state.snapshot(this.layers),
      beliefs: $state.snapshot(this.beliefs),
      tab: this.tab === "explore" ? "" : this.tab,
      language: words.now,
      month: this.info.months[this.month]!,
      mode: this.mode === "difference" ? "difference" : "",
      outcome: this.outcome,
      place: this.place,
      window: this.window,
      selected: this.selected ? `${this.selected.kind}:${this.selected.id}` : "",
    };
  }

  link(): string {
    return write(this.shared());
  }
}

/** A measure with every key. */
export function filled(layer: Partial<Layer>): Layer {
  return { kind: "", places: [], start: "", end: "", value: 0, source: "", note: "", ...layer };
}

export const store = new Store();
