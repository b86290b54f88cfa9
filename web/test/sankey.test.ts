import { describe, expect, it } from "vitest";
import type { Dollars, Part } from "../src/payload";
import { sankeyData } from "../src/sankey";

const part = (id: string, mean: number): Part => ({ id, label: id, value: [mean, mean * 0.5, mean, mean * 2] });
const dollars: Dollars = {
  markets: [part("north", 600), part("europe", 400)],
  stages: [
    part("farmgate", 20), part("freight", 60), part("tolls", 10), part("risk", 40), part("losses", 30),
    part("margin-production", 10), part("margin-transit", 30), part("margin-import", 200), part("margin-retail", 600),
  ],
  groups: [part("g1", 5), part("g2", 3)],
};

function flows(fromImport: boolean) {
  const { nodes, links } = sankeyData(dollars, fromImport);
  const into = (name: string) => links.filter((one) => one.target === name).reduce((sum, one) => sum + one.value, 0);
  const out = (name: string) => links.filter((one) => one.source === name).reduce((sum, one) => sum + one.value, 0);
  return { nodes, links, into, out };
}

describe("sankeyData", () => {
  it.each([false, true])("loses no dollar at any node (from import: %s)", (fromImport) => {
    const { nodes, into, out } = flows(fromImport);
    for (const node of nodes) {
      if (into(node.name) > 0) expect(into(node.name)).toBeCloseTo(node.value, 9);
      if (out(node.name) > 0) expect(out(node.name)).toBeCloseTo(node.value, 9);
    }
  });
  it("starts with all markets, or with the value at import", () => {
    expect(flows(false).into("What users pay")).toBeCloseTo(1000);
    const { nodes } = flows(true);
    expect(nodes.some((node) => node.kind === "market" || node.name === "margin-retail")).toBe(false);
    expect(nodes[0]).toMatchObject({ name: "Value at import", value: 400, depth: 0 });
  });
  it("shows tolls that no group gets, and never more than the tolls paid", () => {
    expect(flows(false).nodes.find((node) => node.name.startsWith("Others"))!.value).toBeCloseTo(2);
    const greedy = { ...dollars, groups: [part("g1", 50)] };
    const links = sankeyData(greedy, false).links.filter((link) => link.source === "tolls");
    expect(links.reduce((sum, link) => sum + link.value, 0)).toBeCloseTo(10);
  });
  it("names a part below zero in place of drawing it", () => {
    const loss = { ...dollars, stages: dollars.stages.map((one) => (one.id === "margin-import" ? part("margin-import", -5) : one)) };
    const { nodes, negative } = sankeyData(loss, false);
    expect(negative).toEqual(["margin-import"]);
    expect(nodes.some((node) => node.name === "margin-import")).toBe(false);
  });
});
