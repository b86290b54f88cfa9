/** The data that the Python package puts into a report; its writer is `contraflow.report.payload`. */

export const SCHEMA = 1;

/** A quantile may be missing where no draw has a number. */
export type Num = number | null;

/** Values at the five levels: 5, 25, 50, 75 and 95 %. */
export type Five<T> = [T, T, T, T, T];

/** Quantiles of a scenario, and from step `from` on those of its baseline and of the paired difference. */
export interface Packed<T> {
  s: Five<T[]>;
  from: number | null;
  b?: Five<T[]>;
  d?: Five<T[]>;
}

export interface Words {
  name: string;
  title: string;
  description: string;
}

export interface Meta {
  case: string;
  caseTitle: string;
  country: string;
  focus: string;
  scenario: Words;
  baseline: Words;
  draws: number;
  historyEnd: string;
  start: string | null;
  version: string;
}

/** A closed ring or an open line, flat: lon, lat, lon, lat, ... */
export type Ring = number[];

export interface PlaceNode {
  id: string;
  name: string;
  kind: string;
  country: string;
  territory: string;
  lat: number;
  lon: number;
}

export interface Edge {
  id: string;
  origin: string;
  destination: string;
  mode: string;
  jurisdiction: string;
  theatre: string;
  territory: string;
  corridor: string;
}

export interface Territory {
  id: string;
  name: string;
  population: number;
  lat: number;
  lon: number;
}

export interface Places {
  basemap: { land: Ring[]; borders: Ring[]; territories: Record<string, Ring[]> };
  nodes: PlaceNode[];
  edges: Edge[];
  territories: Territory[];
}

export interface Series extends Packed<Num> {
  place: string;
  label: string;
  observed?: [number, number][];
}

export interface Outcome {
  id: string;
  label: string;
  section: string;
  unit: string;
  series: Series[];
}

export interface EdgeYears {
  years?: number[];
  ids?: string[];
  flow?: Packed<Num[]>;
  lost?: Packed<Num[]>;
}

export interface HomicideYears extends Partial<Packed<Num[]>> {
  years?: number[];
  ids?: string[];
}

/** Mean, 5 %, median and 95 % over draws, in million USD. */
export type Summary = [number, number, number, number];

export interface Part {
  id: string;
  label: string;
  value: Summary;
}

export interface Dollars {
  markets: Part[];
  stages: Part[];
  groups?: Part[];
}

export interface Money {
  start?: string;
  end?: string;
  scenario?: Dollars;
  baseline?: Dollars;
}

export interface Displaced {
  place: string;
  label: string;
  touched: boolean;
  baseline: Num;
  scenario: Num;
  diff_q05: Num;
  diff_median: Num;
  diff_q95: Num;
  displaced_q05: Num;
  displaced_median: Num;
  displaced_q95: Num;
}

export interface Displacement {
  window?: string;
  words?: string;
  rows?: Displaced[];
}

export type Verdict = "none" | "unclear" | "down" | "up";

export interface Row {
  outcome: string;
  place: string;
  section: string;
  outcome_label: string;
  place_label: string;
  unit: string;
  window: string;
  baseline: Num;
  scenario: Num;
  diff_median: Num;
  diff_q05: Num;
  diff_q25: Num;
  diff_q75: Num;
  diff_q95: Num;
  pct_median: Num;
  pct_q05: Num;
  pct_q25: Num;
  pct_q75: Num;
  pct_q95: Num;
  p_decrease: Num;
  verdict: Verdict;
}

export interface Payload {
  schema: number;
  levels: Five<number>;
  meta: Meta;
  months: string[];
  places: Places;
  outcomes: Outcome[];
  edgeYears: EdgeYears;
  homicideYears: HomicideYears;
  money: Money;
  displacement: Displacement;
  table: Row[];
}

/** Read the payload out of the page; an unknown version is an error that names both versions. */
export function readPayload(text: string): Payload {
  const payload = JSON.parse(text) as Payload;
  if (payload.schema !== SCHEMA) {
    throw new Error(`the data of this report have version ${payload.schema}, its script reads ${SCHEMA}`);
  }
  return payload;
}
