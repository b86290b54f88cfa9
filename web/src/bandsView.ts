/** The section "Over time": choose an outcome and a place, see its bands. */

import { type Mode, bandsOption } from "./bands";
import { type Chart, chart } from "./chart";
import { behind, choice, dropdown, entry, h } from "./dom";
import { downloads } from "./download";
import { amount, interval, signed } from "./format";
import type { Num, Outcome, Payload, Series } from "./payload";
import { unpack } from "./quantiles";
import { theme } from "./theme";
import { thumbs } from "./thumbs";

const PREFERRED = ["homicides", "delivered"];
const RECENT_YEARS = 2;
const HEIGHT = 380;

export function bandsView(place: HTMLElement, payload: Payload): Chart {
  const { months, meta, outcomes } = payload;
  const state = {
    outcome: PREFERRED.map((id) => outcomes.find((one) => one.id === id)).find(Boolean) ?? outcomes[0]!,
    index: 0,
    mode: "levels" as Mode,
    recent: false,
  };
  const firstWindow = payload.table[0]?.window;
  const canvas = h("div", { class: "chart", role: "img" });
  const legend = h("p", { class: "legend" });
  const title = h("h3", { class: "chart-title", "aria-live": "polite" });
  const picker = h("div");
  const series = (): Series => state.outcome.series[state.index] ?? state.outcome.series[0]!;
  const first = (): number => {
    if (!state.recent) return 0;
    const year = Number((meta.start ?? meta.historyEnd).slice(0, 4)) - RECENT_YEARS;
    return Math.max(months.indexOf(`${year}-01`), 0);
  };

  const drawn = chart(
    canvas,
    (width) =>
      bandsOption(
        {
          months,
          historyEnd: meta.historyEnd,
          start: meta.start,
          scenario: meta.scenario.name,
          baseline: meta.baseline.name,
          unit: state.outcome.unit,
          series: series(),
          mode: state.mode,
          first: first(),
        },
        theme(),
        width,
      ),
    (width) => (width < 560 ? 300 : HEIGHT),
  );

  const numbers = (text: boolean): { head: string[]; rows: (string | number | null)[][] } => {
    const one = series();
    const unit = text ? state.outcome.unit : "";
    const levels = (["scenario", "baseline", "difference"] as const).map((which) => unpack(one, which, 0 as Num));
    const [after, before, change] = levels as [(typeof levels)[0], (typeof levels)[0], (typeof levels)[0]];
    const record = new Map(one.observed ?? []);
    if (text) {
      const rows = months.map((month, step) => [
        month,
        amount(before[2][step]!, unit),
        amount(after[2][step]!, unit),
        interval(after[1][step]!, after[3][step]!, unit),
        interval(after[0][step]!, after[4][step]!, unit),
        signed(change[2][step]!, unit),
        interval(change[0][step]!, change[4][step]!, unit, true),
        record.has(step) ? amount(record.get(step)!) : "",
      ]);
      const head = ["Month", "Baseline", "Scenario", "50 %", "90 %", "Difference", "90 %", "Recorded"];
      return { head, rows: rows.slice(first()) };
    }
    const names = ["q05", "q25", "q50", "q75", "q95"];
    const head = ["month", ...["scenario", "baseline", "difference"].flatMap((which) => names.map((q) => `${which}_${q}`)), "recorded"];
    const rows = months.map((month, step) => [
      month,
      ...levels.flatMap((level) => level.map((values) => values[step] ?? null)),
      record.get(step) ?? null,
    ]);
    return { head, rows };
  };
  const details = behind("The numbers of this chart", () => {
    const { head, rows } = numbers(true);
    return { head, rows: rows as string[][] };
  });

  const draw = (): void => {
    const one = series();
    const name = one.label === state.outcome.label ? one.label : `${state.outcome.label}: ${one.label}`;
    title.textContent = name;
    canvas.setAttribute("aria-label", `${name}, ${state.outcome.unit}, by month, with 50 and 90 % intervals`);
    const levels = state.mode === "levels";
    const entries = [
      entry("key-line", `${levels ? meta.scenario.name : "difference"}, median`),
      entry("key-50", "50 %"),
      entry("key-90", "90 %"),
    ];
    if (levels && one.from !== null) entries.push(entry("key-ghost", `${meta.baseline.name}, median and 90 %`));
    if (levels && one.observed) entries.push(entry("key-dot", "recorded, a month"));
    if (one.from === null) entries.push(h("span", {}, `no difference between ${meta.scenario.name} and ${meta.baseline.name}`));
    legend.replaceChildren(...entries);
    details.dispatchEvent(new Event("refresh"));
    drawn.draw();
  };
  const pickOutcome = (outcome: Outcome): void => {
    state.outcome = outcome;
    state.index = 0;
    picker.replaceChildren();
    if (outcome.series.length > 1) {
      const find = (at: string) =>
        payload.table.find(
          (row) => row.outcome === outcome.id && row.window === firstWindow && row.place === (at === "" ? "all" : at),
        );
      picker.append(
        h("p", { class: "small" }, `Choose a place. Below each: change in ${firstWindow ?? "the first window"}, median and 90 % interval.`),
        thumbs(outcome.series, 0, find, 0, (index) => {
          state.index = index;
          draw();
        }),
      );
    }
    draw();
  };

  place.append(
    h(
      "div",
      { class: "controls" },
      dropdown(
        "Outcome",
        outcomes.map((one) => ({ value: one.id, text: one.label, group: one.section })),
        state.outcome.id,
        (id) => pickOutcome(outcomes.find((one) => one.id === id)!),
      ),
      choice("What to draw", [["levels", "Levels"], ["difference", "Scenario minus baseline"]] as const, state.mode, (mode) => {
        state.mode = mode;
        draw();
      }),
      choice("Months", [["all", "All years"], ["recent", "Recent"]] as const, "all", (range) => {
        state.recent = range === "recent";
        draw();
      }),
    ),
    h("figure", {}, title, legend, h("div", {}, canvas)),
    h("div", { class: "under" }, details, downloads(() => `contraflow-${state.outcome.id}-${series().place || "all"}`, drawn.svg, () => numbers(false))),
    picker,
  );
  pickOutcome(state.outcome);
  return drawn;
}
