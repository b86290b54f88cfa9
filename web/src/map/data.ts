/** Numbers of the map: tonnes by edge and killings by territory, for one year. */

import { spread, withUnit, amount, signed } from "../format";
import type { Edge, Five, Num, Payload, Territory } from "../payload";
import { five, type Which } from "../quantiles";

export interface EdgeValue {
  edge: Edge;
  from: string;
  to: string;
  shipped: Five<Num>;
  lost: Five<Num>;
  /** Median of what is drawn. */
  value: number;
  /** Whether the 90 % interval of a difference includes zero. */
  unclear: boolean;
}

export interface TerritoryValue {
  territory: Territory;
  killings: Five<Num>;
  /** Median rate, or change of the rate, per 100,000 and year. */
  rate: number;
  unclear: boolean;
}

const PER = 100_000;

function unclear(q: Five<Num>): boolean {
  return (q[0] ?? 0) <= 0 && (q[4] ?? 0) >= 0;
}

export function edgeValues(payload: Payload, which: Which, year: number): EdgeValue[] {
  const { years, ids, flow, lost } = payload.edgeYears;
  if (!years || !ids || !flow) return [];
  const step = years.indexOf(year);
  const names = new Map(payload.places.nodes.map((node) => [node.id, node.name]));
  const edges = new Map(payload.places.edges.map((edge) => [edge.id, edge]));
  return ids.flatMap((id, member) => {
    const edge = edges.get(id);
    if (!edge || step < 0) return [];
    const shipped = five(flow, which, step, member);
    return [
      {
        edge,
        from: names.get(edge.origin) ?? edge.origin,
        to: names.get(edge.destination) ?? edge.destination,
        shipped,
        lost: lost ? five(lost, which, step, member) : [null, null, null, null, null],
        value: shipped[2] ?? 0,
        unclear: which === "difference" && unclear(shipped),
      },
    ];
  });
}

export function territoryValues(payload: Payload, which: Which, year: number): TerritoryValue[] {
  const { years, ids, s } = payload.homicideYears;
  const step = years?.indexOf(year) ?? -1;
  if (!ids || !s || step < 0) return [];
  const known = new Map(payload.places.territories.map((territory) => [territory.id, territory]));
  return ids.flatMap((id, member) => {
    const territory = known.get(id);
    if (!territory) return [];
    const killings = five(payload.homicideYears as Parameters<typeof five>[0], which, step, member);
    const rate = ((killings[2] ?? 0) / territory.population) * PER;
    return [{ territory, killings, rate, unclear: which === "difference" && unclear(killings) }];
  });
}

/** Lines of words on an edge. */
export function edgeWords(one: EdgeValue, which: Which): { title: string; detail: string; lines: [string, string[]][] } {
  const difference = which === "difference";
  const kind = [one.edge.mode, one.edge.theatre, one.edge.corridor && `exit corridor: ${one.edge.corridor}`];
  const lines: [string, string[]][] = [[difference ? "shipped, change" : "shipped", spread(one.shipped, "t a year", difference)]];
  if (one.lost[2] !== null) lines.push([difference ? "lost, change" : "lost", spread(one.lost, "t a year", difference)]);
  return { title: `${one.from} → ${one.to}`, detail: kind.filter(Boolean).join(" · "), lines };
}

/** Lines of words on a territory. */
export function territoryWords(one: TerritoryValue, which: Which): { title: string; detail: string; lines: [string, string[]][] } {
  const difference = which === "difference";
  const rate = difference ? signed(one.rate) : amount(one.rate);
  return {
    title: one.territory.name,
    detail: `${difference ? "change of " : ""}${withUnit(rate, "homicides per 100,000 a year")}`,
    lines: [[difference ? "homicides, change" : "homicides", spread(one.killings, "a year", difference)]],
  };
}
