/** Bands of one outcome over time: 50 and 90 % intervals, the baseline's ghost, the record as dots. */

import type { LineSeriesOption } from "echarts/types/dist/shared";
import { type Shape, band, bounds, dots, drawing, stroke } from "../../bands";
import { escaped } from "../../dom";
import type { Theme } from "../../theme";
import { between, month, number, say, signed, unit } from "../words/say.svelte";
import type { Option } from "./echarts";
import type { Five, Picture } from "./picture";
import { LEVELS } from "./picture";

export interface BandsSpec {
  picture: Picture;
  outcome: string;
  unit: string;
  place: number;
  first: number;
  difference: boolean;
  month: number;
  observed: [number, number][];
}

function line(data: (number | null)[], options: Partial<LineSeriesOption>): LineSeriesOption {
  return { type: "line", data, showSymbol: false, silent: true, z: 3, ...options };
}

function clean(values: number[]): (number | null)[] {
  return values.map((value) => (Number.isFinite(value) ? value : null));
}

export function monthWords(spec: BandsSpec, step: number): string {
  const { picture, outcome, place } = spec;
  const row = (name: string, q: Five, change: boolean): string =>
    `<tr><th>${escaped(name)}</th><td>${(change ? signed : number)(q[2], spec.unit)}</td>` +
    `<td>${between(q[1], q[3], spec.unit, change)}</td><td>${between(q[0], q[4], spec.unit, change)}</td></tr>`;
  const apart = step >= picture.start;
  const seen = spec.observed.find(([at]) => at === step);
  return (
    `<b>${month(picture.info.months[step]!)}</b> <small>${escaped(unit(spec.unit))}</small><table>` +
    `<tr><th></th><td>${say("median")}</td><td>50 %</td><td>90 %</td></tr>` +
    row(say(apart ? "scenario" : "both"), picture.five("scenario", outcome, step, place), false) +
    (apart
      ? row(say("baseline"), picture.five("baseline", outcome, step, place), false) +
        row(say("difference"), picture.five("difference", outcome, step, place), true)
      : "") +
    (seen ? `<tr><th>${say("recorded")}</th><td>${number(seen[1])}</td></tr>` : "") +
    "</table>"
  );
}

export function bandsOption(spec: BandsSpec, colours: Theme, width: number): Option {
  const { picture, outcome, place, first, difference } = spec;
  const { months, history_end: end } = picture.info;
  const shown = months.slice(first);
  const main = LEVELS.map((level) => clean(picture.line(difference ? "difference" : "scenario", outcome, level, place, first)));
  const apart = Math.max(picture.start - 1 - first, 0);
  const ghost = LEVELS.map((level) =>
    clean(picture.line("baseline", outcome, level, place, first)).map((value, step) => (step < apart ? null : value)),
  );
  const parted = picture.start < months.length;
  const small = width < 520;
  const last = shown.indexOf(end);
  const record: (number | null)[] = shown.map(() => null);
  for (const [step, value] of spec.observed) if (step >= first) record[step - first] = value;
  const drawn: object[] = [
    drawing([band(main[0]!, main[4]!, colours.scenario, 0.18), band(main[1]!, main[3]!, colours.scenario, 0.32)], 1),
    line(main[2]!, {
      lineStyle: { color: colours.scenario, width: 2 },
      markLine: {
        silent: true,
        symbol: "none",
        label: { show: false },
        lineStyle: { color: colours.ink, type: "solid", width: 1, opacity: 0.55 },
        data: (spec.month >= first ? [{ xAxis: spec.month - first }] : []) as never,
      },
      markArea: {
        silent: true,
        itemStyle: { color: colours.shade },
        label: { color: colours.muted, fontSize: 11, position: "insideTopRight" },
        data: last >= 0 ? [[{ xAxis: last + 1, name: say("projection") }, { xAxis: shown.length - 1 }]] : [],
      },
    }),
  ];
  const over: Shape[] = [];
  if (!difference && parted) {
    over.push(
      stroke(ghost[0]!, colours.baseline, 1, [1, 2]),
      stroke(ghost[4]!, colours.baseline, 1, [1, 2]),
      stroke(ghost[2]!, colours.baseline, 1.8, [7, 4]),
    );
  }
  if (difference) over.push(stroke(shown.map(() => 0), colours.muted, 1, []));
  else if (spec.observed.length) {
    const points = spec.observed.filter(([step]) => step >= first).map(([step, value]): [number, number] => [step - first, value]);
    over.push(dots(points, small ? 1.25 : 1.75, colours.ink, 0.7));
  }
  if (over.length) drawn.push(drawing(over, 4));
  const years = shown.flatMap((text, index) => (text.endsWith("-01") ? [index] : []));
  const every = Math.ceil(years.length / (small ? 5 : 16));
  return {
    textStyle: { fontFamily: colours.font },
    grid: { left: 6, right: 12, top: 24, bottom: 4, containLabel: true },
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
      axisTick: { interval: (index: number) => years.includes(index), lineStyle: { color: colours.muted } },
      axisLabel: {
        color: colours.muted,
        interval: (index: number) => years.includes(index) && years.indexOf(index) % every === 0,
        formatter: (text: string) => text.slice(0, 4),
      },
    },
    yAxis: {
      type: "value",
      ...bounds(difference ? [main[0]!, main[4]!] : [main[0]!, main[4]!, ghost[4]!, record]),
      axisLabel: { color: colours.muted, formatter: (value: number) => number(value, spec.unit) },
      splitLine: { lineStyle: { color: colours.rule } },
      name: unit(spec.unit),
      nameTextStyle: { color: colours.muted, align: "left", padding: [0, 0, 0, -20] },
      nameGap: 10,
    },
    series: drawn,
  };
}
