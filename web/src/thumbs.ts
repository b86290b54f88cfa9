/** Small pictures of every place of an outcome, which are also the buttons that choose one. */

import { h, s } from "./dom";
import { interval, signed } from "./format";
import type { Five, Num, Row, Series } from "./payload";
import { unpack } from "./quantiles";

const WIDTH = 128;
const HEIGHT = 40;

function point(step: number, steps: number, value: number, top: number, bottom: number): string {
  const x = (step / Math.max(steps - 1, 1)) * WIDTH;
  const y = HEIGHT - 2 - ((value - bottom) / (top - bottom || 1)) * (HEIGHT - 4);
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** An SVG path through values at equal steps; a missing value breaks it. */
export function path(values: Num[], top: number, bottom: number): string {
  let started = false;
  let drawn = "";
  values.forEach((value, step) => {
    if (value !== null) drawn += `${started ? "L" : "M"}${point(step, values.length, value, top, bottom)}`;
    started = value !== null;
  });
  return drawn;
}

/** The area between two lines, as a closed SVG path; steps with a missing value are left out. */
export function area(low: Num[], high: Num[], top: number, bottom: number): string {
  const steps = low.map((_, step) => step).filter((step) => low[step] !== null && high[step] !== null);
  const there = steps.map((step) => point(step, low.length, high[step]!, top, bottom));
  const back = [...steps].reverse().map((step) => point(step, low.length, low[step]!, top, bottom));
  return steps.length ? `M${[...there, ...back].join("L")}Z` : "";
}

function picture(scenario: Five<Num[]>, baseline: Five<Num[]>): SVGSVGElement {
  const known = [...scenario[0], ...scenario[4], ...baseline[4]].filter((value): value is number => value !== null);
  const top = known.reduce((most, value) => Math.max(most, value), 0);
  const bottom = known.reduce((least, value) => Math.min(least, value), 0);
  const line = (values: Num[]): string => path(values, top, bottom);
  return s(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true", preserveAspectRatio: "none" },
    s("path", { d: area(scenario[0], scenario[4], top, bottom), class: "thumb-band" }),
    s("path", { d: line(baseline[2]), class: "thumb-baseline" }),
    s("path", { d: line(scenario[2]), class: "thumb-line" }),
  );
}

/** The change of one place in the table's first window, in words and with its direction; empty if not there. */
export function changeWords(row: Row | undefined): { median: string; interval: string; verdict: string } {
  if (!row) return { median: "", interval: "", verdict: "" };
  if (row.verdict === "none") return { median: "no difference", interval: "", verdict: "none" };
  const [median, span] =
    row.pct_median === null
      ? [signed(row.diff_median, row.unit, 2), interval(row.diff_q05, row.diff_q95, row.unit, true, 2)]
      : [`${signed(row.pct_median, "", 2)} %`, interval(row.pct_q05, row.pct_q95, "", true, 2)];
  return { median, interval: span, verdict: row.verdict };
}

/** The buttons; `pick` is called with the index of a series. */
export function thumbs(series: Series[], first: number, find: (place: string) => Row | undefined, chosen: number, pick: (index: number) => void): HTMLElement {
  const buttons = series.map((one, index) => {
    const cut = (which: "scenario" | "baseline"): Five<Num[]> =>
      unpack(one, which, 0 as Num).map((level) => level.slice(first)) as Five<Num[]>;
    const { median, interval: span, verdict } = changeWords(find(one.place));
    return h(
      "button",
      { type: "button", class: `thumb ${verdict}`, "aria-pressed": String(index === chosen), onclick: () => press(index) },
      h("span", { class: "thumb-name" }, one.label),
      picture(cut("scenario"), cut("baseline")),
      h("span", { class: "thumb-change" }, h("b", {}, median || "\u00a0"), h("span", {}, span)),
    );
  });
  function press(index: number): void {
    buttons.forEach((button, other) => button.setAttribute("aria-pressed", String(other === index)));
    pick(index);
  }
  return h("div", { class: "thumbs", role: "group", "aria-label": "Places" }, ...buttons);
}
