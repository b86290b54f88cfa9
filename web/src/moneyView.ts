/** The section "Who earns the dollars": the Sankey and the numbers behind it. */

import type { EChartsCoreOption } from "echarts/core";
import { type Chart, chart } from "./chart";
import { behind, choice, escaped, h } from "./dom";
import { downloads } from "./download";
import { amount, interval, month, withUnit } from "./format";
import type { Part, Payload } from "./payload";
import { type Kind, type SankeyNode, sankeyData } from "./sankey";
import { theme } from "./theme";

const UNIT = "million USD";
const LABEL_LETTERS = 26;
const HEIGHT = 560;
const NARROWEST = 840;
const KINDS: Kind[] = ["market", "chain", "margin", "cost", "group"];

function nodeWords(node: SankeyNode): string {
  const head = `<b>${escaped(node.name)}</b><br>mean ${withUnit(amount(node.value, UNIT), UNIT)}`;
  if (!node.spread) return head;
  const [low, middle, high] = node.spread;
  return `${head}<br>median ${amount(middle, UNIT)}, 90 %: ${interval(low, high, UNIT)}`;
}

export function moneyView(place: HTMLElement, payload: Payload): Chart {
  const { money, meta } = payload;
  const state = { which: "scenario" as "scenario" | "baseline", fromImport: false };
  const canvas = h("div", { class: "chart", role: "img" });
  const note = h("p", { class: "small" });
  const data = () => sankeyData(money[state.which]!, state.fromImport);

  const option = (): EChartsCoreOption => {
    const colours = theme();
    const { nodes, links } = data();
    const byName = new Map(nodes.map((node) => [node.name, node]));
    const total = Math.max(...nodes.map((node) => node.value));
    return {
      textStyle: { fontFamily: colours.font },
      tooltip: {
        confine: true,
        backgroundColor: colours.paper,
        borderColor: colours.rule,
        textStyle: { color: colours.ink, fontSize: 12 },
        formatter: (item: { dataType: string; data: { source: string; target: string; value: number }; name: string }) =>
          item.dataType === "node"
            ? nodeWords(byName.get(item.name)!)
            : `${escaped(item.data.source)} → ${escaped(item.data.target)}<br>mean ${withUnit(amount(item.data.value, UNIT), UNIT)}`,
      },
      series: [
        {
          type: "sankey",
          left: 4,
          right: 170,
          top: 8,
          bottom: 14,
          nodeWidth: 12,
          nodeGap: 26,
          nodeAlign: "left",
          layoutIterations: 24,
          draggable: false,
          emphasis: { focus: "adjacency" },
          lineStyle: { color: "source", opacity: 0.3, curveness: 0.5 },
          data: nodes.map((node) => ({
            name: node.name,
            depth: node.depth,
            itemStyle: { color: colours.flow[KINDS.indexOf(node.kind)], borderWidth: 0 },
            label: {
              color: colours.ink,
              textBorderColor: colours.paper,
              textBorderWidth: 2,
              position: "right",
              formatter: `${wrapped(node.name, LABEL_LETTERS)}\n{n|${amount(node.value, UNIT, 2)}, ${share(node.value, total)}}`,
              rich: {
                t: { color: colours.ink, fontSize: 11.5, lineHeight: 14 },
                n: { color: colours.muted, fontSize: 11, lineHeight: 14 },
              },
            },
          })),
          links,
        },
      ],
    };
  };
  const drawn = chart(canvas, option, () => HEIGHT, NARROWEST);
  const table = (): { part: Part; other: Part | undefined; kind: string }[] =>
    (["markets", "stages", "groups"] as const).flatMap((kind) =>
      (money.scenario![kind] ?? []).map((part) => ({
        part,
        other: money.baseline![kind]?.find((one) => one.id === part.id),
        kind: { markets: "Market pays", stages: "Goes to", groups: "Of the tolls" }[kind],
      })),
    );
  const summary = (part: Part | undefined): string[] =>
    part
      ? [amount(part.value[0], UNIT), amount(part.value[2], UNIT), interval(part.value[1], part.value[3], UNIT)]
      : ["", "", ""];
  const details = behind("The numbers of this chart", () => ({
    head: ["Part", "", `${meta.scenario.name}: mean`, "median", "90 %", `${meta.baseline.name}: mean`, "median", "90 %"],
    rows: table().map(({ part, other, kind }) => [part.label, kind, ...summary(part), ...summary(other)]),
  }));
  const draw = (): void => {
    const { negative } = data();
    const which = meta[state.which].name;
    canvas.setAttribute("aria-label", `Dollars from markets to farmgate, ${which}; the table below holds the numbers`);
    note.textContent =
      `${which}, ${month(money.start!)} to ${month(money.end!)}. Widths are means over draws, because only means add up; ` +
      "medians and intervals are in the tooltips and the table." +
      (negative.length ? ` Below zero, so not drawn: ${negative.join(", ")}.` : "");
    drawn.draw();
  };
  place.append(
    h(
      "div",
      { class: "controls" },
      choice("Run", [["scenario", meta.scenario.name], ["baseline", meta.baseline.name]] as const, state.which, (which) => {
        state.which = which;
        draw();
      }),
      choice("Start at", [["users", "From what users pay"], ["import", "From the value at import"]] as const, "users", (start) => {
        state.fromImport = start === "import";
        draw();
      }),
    ),
    h("figure", {}, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Sankey" }, canvas), h("figcaption", {}, note)),
    h(
      "div",
      { class: "under" },
      details,
      downloads(() => `contraflow-dollars-${state.which}`, drawn.svg, () => ({
        head: ["kind", "part", "scenario_mean", "scenario_q05", "scenario_q50", "scenario_q95", "baseline_mean", "baseline_q05", "baseline_q50", "baseline_q95"],
        rows: table().map(({ part, other, kind }) => [kind, part.label, ...part.value, ...(other?.value ?? [null, null, null, null])]),
      })),
    ),
  );
  draw();
  return drawn;
}

/** Break a name into lines of about so many letters, each in the label's style for text. */
function wrapped(name: string, letters: number): string {
  const lines: string[] = [];
  for (const word of name.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + word.length < letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `{t|${line}}`).join("\n");
}

function share(value: number, total: number): string {
  const percent = (100 * value) / total;
  return percent > 0 && percent < 0.1 ? "<0.1 %" : `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}
