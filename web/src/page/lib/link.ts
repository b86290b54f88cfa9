/** The whole state of the page in the address, so that a link is the picture. */

import type { Layer } from "./api";

export interface Shared {
  base: string;
  baseline: string;
  layers: Layer[];
  beliefs: Record<string, number>;
  tab: string;
  language: string;
  month: string;
  mode: string;
  outcome: string;
  place: string;
  window: number;
  selected: string;
}

/** Parts of a measure, in order; a tilde stands between them, because ids and dates hold none. */
function writeLayer(one: Layer): string {
  return [one.kind, one.places.join("+"), one.start, one.end, String(one.value), one.source, one.note].join("~").replace(/~+$/, "");
}

function readLayer(text: string): Layer | null {
  const [kind, places, start, end, value, source = "", note = ""] = text.split("~");
  if (!kind || !places || !start || value === undefined || !Number.isFinite(Number(value))) return null;
  return { kind, places: places.split("+"), start, end: end ?? "", value: Number(value), source, note };
}

export function write(state: Partial<Shared>): string {
  const found = new URLSearchParams();
  const put = (name: string, value: string | undefined): void => {
    if (value) found.append(name, value);
  };
  put("base", state.base);
  put("against", state.baseline);
  for (const layer of state.layers ?? []) put("do", writeLayer(layer));
  for (const [symbol, value] of Object.entries(state.beliefs ?? {})) put("believe", `${symbol}~${Number(value.toPrecision(6))}`);
  put("tab", state.tab);
  put("lang", state.language);
  put("month", state.month);
  put("show", state.mode);
  put("outcome", state.outcome);
  put("place", state.place);
  put("window", state.window ? String(state.window) : "");
  put("at", state.selected);
  return found.toString();
}

export function read(hash: string): Partial<Shared> {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const text = (name: string): Record<string, string> => {
    const value = given.get(name);
    return value === null ? {} : { [name]: value };
  };
  const { base, against, tab, lang, month, show, outcome, place, at } = {
    ...text("base"), ...text("against"), ...text("tab"), ...text("lang"), ...text("month"), ...text("show"),
    ...text("outcome"), ...text("place"), ...text("at"),
  };
  const layers = given.getAll("do").map(readLayer).filter((one): one is Layer => one !== null);
  const beliefs: Record<string, number> = {};
  for (const pair of given.getAll("believe")) {
    const [symbol, value] = pair.split("~");
    if (symbol && value && Number.isFinite(Number(value))) beliefs[symbol] = Number(value);
  }
  return {
    ...(base !== undefined && { base }),
    ...(against !== undefined && { baseline: against }),
    ...(layers.length > 0 && { layers }),
    ...(Object.keys(beliefs).length > 0 && { beliefs }),
    ...(tab !== undefined && { tab }),
    ...(lang !== undefined && { language: lang }),
    ...(month !== undefined && { month }),
    ...(show !== undefined && { mode: show }),
    ...(outcome !== undefined && { outcome }),
    ...(place !== undefined && { place }),
    ...(at !== undefined && { selected: at }),
    ...(given.get("window") === "1" && { window: 1 }),
  };
}
