/** The section "Where it goes instead": the change over each exit corridor. */

import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts/types/dist/shared";
import type { EChartsCoreOption } from "echarts/core";
import { type Chart, chart } from "./chart";
import { bounds } from "./bands";
import { behind, entry, escaped, h } from "./dom";
import { downloads } from "./download";
import { amount, interval, signed, significant, tick } from "./format";
import type { Displaced, Num, Payload } from "./payload";
import { theme } from "./theme";

const UNIT = "t a year";
const ROW_HEIGHT = { small: 36, wide: 29 };

function percent(value: Num): string {
  return value === null ? "n/a" : significant(100 * value, 2);
}

/** A whisker from the 5 to the 95 % quantile of each row. */
function whiskers(rows: Displaced[], colour: string): object {
  return {
    type: "custom",
    silent: true,
    z: 5,
    data: rows.map((row, index) => [row.diff_q05 ?? 0, row.diff_q95 ?? 0, index]),
    encode: { x: [0, 1], y: 2 },
    renderItem: (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const [low, y] = api.coord([api.value(0), api.value(2)]) as [number, number];
      const [high] = api.coord([api.value(1), api.value(2)]) as [number, number];
      const style = { stroke: colour, lineWidth: 1.3, fill: "none" };
      const cap = (x: number) => ({ type: "line" as const, shape: { x1: x, y1: y - 4, x2: x, y2: y + 4 }, style });
      return {
        type: "group" as const,
        children: [{ type: "line" as const, shape: { x1: low, y1: y, x2: high, y2: y }, style }, cap(low), cap(high)],
      };
    },
  };
}

export function displacementView(place: HTMLElement, payload: Payload): Chart {
  const all = payload.displacement.rows!.find((row) => row.place === "all");
  const rows = payload.displacement.rows!.filter((row) => row.place !== "all" && (row.baseline || row.scenario));
  const bottomUp = [...rows].reverse();
  const canvas = h("div", { class: "chart", role: "img", "aria-label": "Change of tonnes by exit corridor; the table below holds the numbers" });
  const option = (width: number): EChartsCoreOption => {
    const colours = theme();
    const small = width < 620;
    const label = (row: Displaced): string => `${row.label}${row.touched ? " ●" : ""}`;
    return {
      textStyle: { fontFamily: colours.font },
      grid: { left: 8, right: 20, top: 8, bottom: 8, containLabel: true },
      tooltip: {
        trigger: "axis",
        confine: true,
        axisPointer: { type: "shadow" },
        backgroundColor: colours.paper,
        borderColor: colours.rule,
        textStyle: { color: colours.ink, fontSize: 12 },
        formatter: (items: { dataIndex: number }[]) => {
          const row = bottomUp[items[0]?.dataIndex ?? 0]!;
          return (
            `<b>${escaped(row.label)}</b>${row.touched ? " (a measure acts on it)" : ""}<br>` +
            `baseline ${amount(row.baseline)} ${UNIT}, scenario ${amount(row.scenario)}<br>` +
            `change ${signed(row.diff_median)}, 90 %: ${interval(row.diff_q05, row.diff_q95, "", true)}`
          );
        },
      },
      xAxis: {
        type: "value",
        name: "",
        axisLabel: { color: colours.muted, formatter: tick, hideOverlap: true },
        splitLine: { lineStyle: { color: colours.rule } },
        ...bounds([rows.map((row) => row.diff_q05), rows.map((row) => row.diff_q95)]),
      },
      yAxis: {
        type: "category",
        data: bottomUp.map(label),
        axisTick: { show: false },
        axisLine: { onZero: false, lineStyle: { color: colours.rule } },
        axisLabel: { color: colours.ink, width: small ? 118 : 360, fontSize: small ? 10 : 12, lineHeight: small ? 11 : 14, overflow: "break" },
      },
      series: [
        {
          type: "bar",
          barWidth: "62%",
          data: bottomUp.map((row) => {
            const unclear = (row.diff_q05 ?? 0) <= 0 && (row.diff_q95 ?? 0) >= 0;
            const color = (row.diff_median ?? 0) < 0 ? colours.down : colours.up;
            return { value: row.diff_median, itemStyle: { color, opacity: unclear ? 0.35 : 0.9 } };
          }),
        },
        whiskers(bottomUp, colours.ink),
      ],
    };
  };
  const drawn = chart(canvas, option, (width) => rows.length * (width < 620 ? ROW_HEIGHT.small : ROW_HEIGHT.wide) + 46);
  const listed = all ? [all, ...rows] : rows;
  const details = behind("The numbers of this chart", () => ({
    head: ["Exit corridor", "A measure acts on it", "Baseline, t a year", "Scenario", "Change", "90 %", "Share of what is lost, %", "90 %"],
    rows: listed.map((row) => [
      row.label,
      row.touched ? "yes" : "no",
      amount(row.baseline),
      amount(row.scenario),
      signed(row.diff_median),
      interval(row.diff_q05, row.diff_q95, "", true),
      percent(row.displaced_median),
      row.displaced_q05 === null ? "n/a" : `${percent(row.displaced_q05)} to ${percent(row.displaced_q95)}`,
    ]),
  }));
  place.append(
    h("p", { class: "finding" }, payload.displacement.words),
    h(
      "figure",
      {},
      h(
        "p",
        { class: "legend" },
        entry("key-down", "less"),
        entry("key-up", "more"),
        entry("key-faint", "pale: 90 % interval includes zero"),
        h("span", {}, "● a measure acts on the corridor or right after it"),
      ),
      h("div", {}, canvas),
      h("figcaption", {}, h("p", { class: "small" }, `Tonnes of pure cocaine a year, ${payload.displacement.window}: median of the change, whiskers 90 %.`)),
    ),
    h(
      "div",
      { class: "under" },
      details,
      downloads(() => "contraflow-displacement", drawn.svg, () => ({
        head: ["corridor", "touched", "baseline", "scenario", "diff_q05", "diff_median", "diff_q95", "displaced_q05", "displaced_median", "displaced_q95"],
        rows: listed.map((row) => [row.place, String(row.touched), row.baseline, row.scenario, row.diff_q05, row.diff_median, row.diff_q95, row.displaced_q05, row.displaced_median, row.displaced_q95]),
      })),
    ),
  );
  drawn.draw();
  return drawn;
}
