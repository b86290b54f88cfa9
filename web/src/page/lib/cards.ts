/** The card of a modelled number: what it is, its intervals, and where it comes from. */

import type { Five } from "./picture";
import { store } from "./store.svelte";
import { type Key, between, number, say, signed, unit } from "../words/say.svelte";

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
}

/** Open the card of a modelled number. */
export function openCard(one: Modelled): void {
  const { info, picture } = store;
  const words = one.unitWords ?? unit(one.unit);
  const line = (name: Key, q: Five, say_: typeof number, plus: boolean): [string, string] => [
    say(name),
    `${say_(q[2], one.unit)} ${words} (50 %: ${between(q[1], q[3], one.unit, plus)}; 90 %: ${between(q[0], q[4], one.unit, plus)})`,
  ];
  store.card = {
    title: one.title,
    lines: [
      one.when,
      ...(one.baseline ? [line("baseline", one.baseline, number, false)] : []),
      line("scenario", one.scenario, number, false),
      ...(one.difference ? [line("difference", one.difference, signed, true)] : []),
      [say("whatItIs"), one.described],
      [say("basis"), say("modelled", { draws: picture!.draws, source: say(info.source === "posterior" ? "fromPosterior" : "fromPrior"), seed: info.seed })],
      [say("case"), `${info.title}, ${info.version}, SHA-256 ${info.digest.slice(0, 12)}…, contraflow ${info.software}`],
    ],
    sources: [],
    note: one.note ?? "",
  };
}

/** What must be known before a number of this outcome is believed. */
export function caveatOf(outcome: string): string {
  return outcome === "homicides" ? say("caveatHomicides") : outcome === "enforcement_cost" ? say("caveatCost") : outcome === "price" ? say("caveatPrice") : "";
}
