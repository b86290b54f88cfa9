/** The card of a modelled number: what it is, its intervals, and where it comes from. */

import type { Five } from "./picture";
import { store } from "./store.svelte";
import { type Key, between, caseWords, number, say, signed, unit } from "../words/say.svelte";

export interface Modelled {
  title: string;
  /** When: the name of the line and its text. */
  when: [string, string];
  baseline?: Five | undefined;
  scenario: Five;
  difference?: Five | undefined;
  unit: string;
  /** The unit in words, where it is no unit of an outcome. */
  unitWords?: string;
  described: string;
  note?: string;
  /** Sources of the figures that the posterior was fitted to and that bear on it directly. */
  sources?: string[] | undefined;
}

/** Where every modelled number comes from. */
function basis(): [string, string][] {
  const { info, picture } = store;
  return [
    [say("basis"), say("modelled", { draws: picture!.draws, source: say(info.source === "posterior" ? "fromPosterior" : "fromPrior"), seed: info.seed }) + (picture!.between ? ` ${say("betweenRuns")}` : "")],
    [say("case"), `${info.title}, ${info.version}, SHA-256 ${info.digest.slice(0, 12)}…, contraflow ${info.software}`],
  ];
}

/** Open a card of lines about a modelled number. */
export function openLines(title: string, lines: [string, string][], described: string, sources: string[] = [], note = ""): void {
  store.card = { title, lines: [...lines, [say("whatItIs"), described], ...basis()], sources, note: [note, sources.length ? "" : say("followsFromModel")].filter(Boolean).join(" ") };
}

/** Open the card of a figure of the case: a number that goes into the model. */
export function openFigure(title: string, value: string, sources: string[], note = ""): void {
  const keys = sources.map((one) => one.trim()).filter(Boolean);
  const judged = keys.includes("judgement");
  const chosen = judged && keys.length > 1 ? "chosen.mixed" : judged ? "chosen.judgement" : "chosen.published";
  store.card = { title, lines: [[say("value"), value], [say("whoChose"), say(chosen)]], sources: keys, note };
}

/** Open the card of a modelled number. */
export function openCard(one: Modelled): void {
  const words = one.unitWords ?? unit(one.unit);
  const line = (name: Key, q: Five, say_: typeof number, plus: boolean): [string, string] => [
    say(name),
    `${say_(q[2], one.unit)} ${words} (50 %: ${between(q[1], q[3], one.unit, plus)}; 90 %: ${between(q[0], q[4], one.unit, plus)})`,
  ];
  const lines = [
    one.when,
    ...(one.baseline ? [line("baseline", one.baseline, number, false)] : []),
    line("scenario", one.scenario, number, false),
    ...(one.difference ? [line("difference", one.difference, signed, true)] : []),
  ];
  openLines(one.title, lines, one.described, one.sources, one.note);
}

/** Open the card of an uncertain parameter, with what is asked of it besides. */
export function openParameter(symbol: string, lines: [string, string][] = []): void {
  const { info } = store;
  const row = info.parameters.find((one) => one["symbol"] === symbol) as Record<string, string | number> | undefined;
  if (!row) return;
  const slider = info.sliders.find((one) => one.symbol === symbol);
  const measured = row["unit"] === "1" ? "" : ` ${String(row["unit"])}`;
  store.card = {
    title: caseWords(`belief.${symbol}`) ?? String(row["name"]),
    lines: [
      ...lines,
      ...(slider ? ([[say("median"), `${number(slider.median)}${measured}`], [say("interval90"), between(slider.q05, slider.q95)], [say("prior"), slider.prior]] as [string, string][]) : []),
      [say("basis"), say(info.source === "posterior" ? "fromPosterior" : "fromPrior")],
      [say("whoChose"), say(`chosen.${String(row["kind"])}` as Key)],
    ],
    sources: String(row["source"] ?? "").split(";"),
    note: caseWords(`beliefNote.${symbol}`) ?? String(row["description"] ?? ""),
  };
}

/** What must be known before a number of this outcome is believed. */
export function caveatOf(outcome: string): string {
  return outcome === "homicides" ? say("caveatHomicides") : outcome === "enforcement_cost" ? say("caveatCost") : outcome === "price" ? say("caveatPrice") : "";
}
