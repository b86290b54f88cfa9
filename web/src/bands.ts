/** The chart of one outcome over time: bands of the scenario, ghost lines of the baseline, the record as dots. */

import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, LineSeriesOption } from "echarts/types/dist/shared";
import type { EChartsCoreOption } from "echarts/core";
import { escaped } from "./dom";
import { amount, interval, month, signed, tick } from "./format";
import type { Five, Num, Series } from "./payload";
import { unpack } from "./quantiles";
import type { Theme } from "./theme";

export type Mode = "levels" | "difference";

export interface BandsSpec {
  months: string[];
  historyEnd: string;
  start: string | null;
  scenario: string;
  baseline: string;
  unit: string;
  series: Series;
  mode: Mode;
  /** Index of the first month shown. */
  first: number;
}

type Coord = (point: [number, Num]) => number[];
/** A shape of the chart, given where a step and a value lie in the picture. */
export type Shape = (coord: Coord) => object;

/** A filled band between two quantiles, as one polygon; it may cross zero. */
export function band(low: Num[], high: Num[], fill: string, opacity: number): Shape {
  const steps = low.map((_, step) => step).filter((step) => low[step] !== null && high[step] !== null);
  return (coord) => ({
    type: "polygon",
    shape: {
      points: [
        ...steps.map((step) => coord([step, high[step]!])),
        ...[...steps].reverse().map((step) => coord([step, low[step]!])),
      ],
    },
    style: { fill, opacity },
  });
}

/** A line through the values that there are. */
export function stroke(values: Num[], colour: string, width: number, dash: number[]): Shape {
  const steps = values.map((_, step) => step).filter((step) => values[step] !== null);
  return (coord) => ({
    type: "polyline",
    shape: { points: steps.map((step) => coord([step, values[step]!])) },
    style: { stroke: colour, fill: "none", lineWidth: width, lineDash: dash },
  });
}

/** Dots at some steps, drawn as one shape: a chart of a hundred and more is redrawn much faster so. */
export function dots(points: [number, number][], radius: number, fill: string, opacity: number): Shape {
  const circle = ([x, y]: number[]): string =>
    `M${x! - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
  return (coord) => ({
    type: "path",
    shape: { pathData: points.map((point) => circle(coord(point))).join("") },
    style: { fill, opacity },
  });
}

/** Shapes of one height as one series: what a chart costs is mostly its series. */
export function drawing(shapes: Shape[], z: number): object {
  return {
    type: "custom",
    silent: true,
    clip: true,
    z,
    data: [[0, 0]],
    renderItem: (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => ({
      type: "group",
      children: shapes.map((shape) => shape((point) => api.coord(point as number[]))),
    }),
  };
}

function line(data: Num[], options: Partial<LineSeriesOption>): LineSeriesOption {
  return { type: "line", data, showSymbol: false, silent: true, z: 3, ...options };
}

/** What the tooltip says about one month. */
export function monthWords(spec: BandsSpec, step: number): string {
  const { series, unit } = spec;
  const get = (which: "scenario" | "baseline" | "difference"): Five<Num> =>
    unpack(series, which, 0 as Num).map((level) => level[step] ?? null) as Five<Num>;
  const entry = (name: string, q: Five<Num>, difference: boolean): string =>
    `<tr><th>${escaped(name)}</th><td>${(difference ? signed : amount)(q[2], unit)}</td>` +
    `<td>${interval(q[1], q[3], unit, difference)}</td><td>${interval(q[0], q[4], unit, difference)}</td></tr>`;
  const apart = series.from !== null && step >= series.from;
  const observed = series.observed?.find(([at]) => at === step);
  return (
    `<b>${month(spec.months[step]!)}</b> <small>${escaped(unit)}</small><table>` +
    "<tr><th></th><td>median</td><td>50 %</td><td>90 %</td></tr>" +
    entry(apart ? spec.scenario : "both", get("scenario"), false) +
    (apart ? entry(spec.baseline, get("baseline"), false) + entry("difference", get("difference"), true) : "") +
    (observed ? `<tr><th>recorded</th><td>${amount(observed[1])}</td></tr>` : "") +
    "</table>"
  );
}

/** The chart's option. */
export function bandsOption(spec: BandsSpec, colours: Theme, width: number): EChartsCoreOption {
  const { series, first, months } = spec;
  const shown = months.slice(first);
  const cut = (values: Five<Num[]>): Five<Num[]> => values.map((level) => level.slice(first)) as Five<Num[]>;
  const difference = spec.mode === "difference";
  const main = cut(unpack(series, difference ? "difference" : "scenario", 0 as Num));
  const apart = Math.max((series.from ?? 0) - 1 - first, 0);
  const ghost = cut(unpack(series, "baseline", 0 as Num)).map((level) =>
    level.map((value, step) => (step < apart ? null : value)),
  ) as Five<Num[]>;
  const end = shown.indexOf(spec.historyEnd);
  const start = spec.start === null ? -1 : shown.indexOf(spec.start);
  const small = width < 560;
  const marks: object[] = [];
  if (start >= 0) {
    marks.push({
      xAxis: start,
      label: { formatter: small ? "scenario starts" : `scenario departs, ${month(spec.start!)}`, position: "insideEndTop", rotate: 0 },
    });
  }
  const drawn: object[] = [
    drawing([band(main[0], main[4], colours.scenario, 0.2), band(main[1], main[3], colours.scenario, 0.32)], 1),
    line(main[2], {
      lineStyle: { color: colours.scenario, width: 2 },
      markLine: {
        silent: true,
        symbol: "none",
        lineStyle: { color: colours.ink, type: "solid", width: 1, opacity: 0.7 },
        label: { color: colours.ink, fontSize: 11, align: "right", padding: [0, 6, 0, 0] },
        data: marks as never,
      },
      markArea: {
        silent: true,
        itemStyle: { color: colours.shade },
        label: { color: colours.muted, fontSize: 11, position: "insideBottomRight" },
        data: end >= 0 ? [[{ xAxis: end + 1, name: "projection" }, { xAxis: shown.length - 1 }]] : [],
      },
    }),
  ];
  if (!difference && series.from !== null) {
    const dash = { color: colours.baseline, type: "dashed" as const };
    drawn.push(
      line(ghost[2], { lineStyle: { ...dash, width: 1.8 }, z: 4 }),
      line(ghost[0], { lineStyle: { ...dash, type: "dotted", width: 1 } }),
      line(ghost[4], { lineStyle: { ...dash, type: "dotted", width: 1 } }),
    );
  }
  if (difference) drawn.push(line(shown.map(() => 0), { lineStyle: { color: colours.ink, width: 1, opacity: 0.5 } }));
  const record: Num[] = shown.map(() => null);
  for (const [step, value] of series.observed ?? []) if (step >= first) record[step - first] = value;
  if (!difference && series.observed) {
    drawn.push(
      line(record, {
        lineStyle: { width: 0, opacity: 0 },
        showSymbol: true,
        showAllSymbol: true,
        symbol: "circle",
        symbolSize: small ? 3 : 4.5,
        itemStyle: { color: colours.ink, opacity: 0.75 },
        z: 5,
      }),
    );
  }
  const years = new Set(shown.filter((text) => text.endsWith("-01")).map((text) => shown.indexOf(text)));
  const every = Math.ceil(years.size / (small ? 5 : 16));
  const label = (index: number): boolean =>
    years.has(index) && [...years].indexOf(index) % every === 0;
  return {
    textStyle: { fontFamily: colours.font },
    aria: { enabled: false },
    grid: { left: 8, right: 14, top: 26, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: colours.paper,
      borderColor: colours.rule,
      textStyle: { color: colours.ink, fontSize: 12 },
      axisPointer: { type: "line", lineStyle: { color: colours.muted } },
      formatter: (items: { dataIndex: number }[]) => (items[0] ? monthWords(spec, items[0].dataIndex + first) : ""),
    },
    xAxis: {
      type: "category",
      data: shown,
      boundaryGap: false,
      axisLine: { lineStyle: { color: colours.muted }, onZero: false },
      axisTick: { interval: (index: number) => years.has(index), lineStyle: { color: colours.muted } },
      axisLabel: { color: colours.muted, interval: label, formatter: (text: string) => text.slice(0, 4) },
    },
    yAxis: {
      type: "value",
      ...bounds(difference ? [main[0], main[4]] : [main[0], main[4], ghost[4], record]),
      axisLabel: { color: colours.muted, formatter: tick },
      splitLine: { lineStyle: { color: colours.rule } },
      name: spec.unit,
      nameTextStyle: { color: colours.muted, align: "left", padding: [0, 0, 0, -20] },
      nameGap: 12,
    },
    series: drawn,
  };
}

/** Round bounds of the axis: bands are custom shapes, which the chart does not measure by itself. */
export function bounds(levels: Num[][]): { min: number; max: number; interval: number } {
  const numbers = levels.flat().filter((value): value is number => value !== null);
  const low = numbers.reduce((least, value) => Math.min(least, value), 0);
  const high = numbers.reduce((most, value) => Math.max(most, value), 0);
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = ([1, 2, 2.5, 5, 10].find((step) => step * power >= rough) ?? 10) * power;
  return { min: Math.floor(low / interval) * interval, max: Math.ceil(high / interval) * interval || interval, interval };
}
