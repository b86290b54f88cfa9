/** From the parts of the money identity to the nodes and links of a Sankey. */

import type { Dollars, Part, Summary } from "./payload";

export type Kind = "market" | "chain" | "margin" | "cost" | "group";

export interface SankeyNode {
  name: string;
  kind: Kind;
  depth: number;
  value: number;
  /** 5 %, median and 95 % over draws; missing on sums that exist only in the picture. */
  spread?: [number, number, number];
}

export interface SankeyLink {
  source: string;
  target: string;
  value: number;
}

export interface SankeyData {
  nodes: SankeyNode[];
  links: SankeyLink[];
  /** Parts whose mean is below zero: they cannot be drawn and are named instead. */
  negative: string[];
}

/** One step down the chain: what is taken out at each level, in order. */
const LEVELS: { name: string; taken: string[] }[] = [
  { name: "What users pay", taken: ["margin-retail"] },
  { name: "Value at import", taken: ["margin-import"] },
  { name: "Value on the way", taken: ["margin-transit", "freight", "risk", "losses", "tolls"] },
  { name: "Value at the source", taken: ["margin-production", "farmgate"] },
];

function mean(part: Part): number {
  return part.value[0];
}

function spread(value: Summary): [number, number, number] {
  return [value[1], value[2], value[3]];
}

/**
 * Build the picture: markets, then the value that is left at each level, and what is taken out there.
 *
 * With `fromImport` the markets and the mark-up in them are left out, so that the rest can be seen.
 */
export function sankeyData(dollars: Dollars, fromImport: boolean): SankeyData {
  const nodes: SankeyNode[] = [];
  const links: SankeyLink[] = [];
  const negative: string[] = [];
  const stages = new Map(dollars.stages.map((part) => [part.id, part]));
  const skipped = fromImport ? 1 : 0;
  const levels = LEVELS.slice(skipped);
  const taken = levels.map(({ taken: ids }) =>
    ids.map((id) => stages.get(id)).filter((part): part is Part => part !== undefined && mean(part) !== 0),
  );
  for (const part of taken.flat()) if (mean(part) < 0) negative.push(part.label);
  const drawn = taken.map((parts) => parts.filter((part) => mean(part) > 0));
  const left = levels.map((_, index) => drawn.slice(index).flat().reduce((sum, part) => sum + mean(part), 0));
  if (!fromImport) {
    const markets = dollars.markets.filter((part) => mean(part) > 0);
    for (const market of markets) {
      nodes.push({ name: market.label, kind: "market", depth: 0, value: mean(market), spread: spread(market.value) });
      links.push({ source: market.label, target: LEVELS[0]!.name, value: mean(market) });
    }
  }
  levels.forEach(({ name }, index) => {
    const depth = index + (fromImport ? 0 : 1);
    if (left[index]! <= 0) return;
    nodes.push({ name, kind: "chain", depth, value: left[index]! });
    if (index + 1 < levels.length && left[index + 1]! > 0) {
      links.push({ source: name, target: levels[index + 1]!.name, value: left[index + 1]! });
    }
    for (const part of drawn[index]!) {
      const kind: Kind = part.id === "farmgate" ? "group" : part.id.startsWith("margin") ? "margin" : "cost";
      nodes.push({ name: part.label, kind, depth: depth + 1, value: mean(part), spread: spread(part.value) });
      links.push({ source: name, target: part.label, value: mean(part) });
      if (part.id === "tolls") addGroups(part, depth + 2);
    }
  });
  return { nodes, links, negative };

  function addGroups(tolls: Part, depth: number): void {
    const groups = dollars.groups ?? [];
    const sum = groups.reduce((total, group) => total + mean(group), 0);
    if (sum <= 0) return;
    // Groups never get more than the tolls paid; what no group gets stays with "others".
    const scale = Math.min(1, mean(tolls) / sum);
    for (const group of groups) {
      const name = nodes.some((node) => node.name === group.label) ? `${group.label} (tolls)` : group.label;
      nodes.push({ name, kind: "group", depth, value: mean(group), spread: spread(group.value) });
      links.push({ source: tolls.label, target: name, value: mean(group) * scale });
    }
    const rest = mean(tolls) - sum * scale;
    if (rest > mean(tolls) * 0.005) {
      const name = "Others, outside the groups' provinces";
      nodes.push({ name, kind: "group", depth, value: rest });
      links.push({ source: tolls.label, target: name, value: rest });
    }
  }
}
