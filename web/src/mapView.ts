/** The section "Where it flows": the wide map, the zoom to the focus country, and their controls. */

import { onResize } from "./chart";
import { behind, choice, entry, h } from "./dom";
import { downloads } from "./download";
import { amount, interval, signed, significant } from "./format";
import { type EdgeValue, type TerritoryValue, edgeValues, edgeWords, territoryValues, territoryWords } from "./map/data";
import { type Drawing, layer } from "./map/layer";
import { type Box, type Point, boxOf, fit, padded, ringCentre } from "./map/projection";
import { frameOf } from "./map/frame";
import { classes, legendValues, lineWidth } from "./map/scales";
import { type Note, Tooltip } from "./map/tooltip";
import type { Payload } from "./payload";
import type { Which } from "./quantiles";
import { isPrinting } from "./theme";

const WIDEST = { wide: 11, zoom: 15 };
const PRINTED = { wide: 440, zoom: 231 };
const CLASSES = 5;
/** Rings farther than this from the middle of the country (islands) would make the zoom too wide. */
const FAR_DEGREES = 6;

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Box of the territories without far islands; null where the case has no territories on its base map. */
export function zoomBox(payload: Payload, project: (lon: number, lat: number) => Point): Box | null {
  const rings = Object.values(payload.places.basemap.territories).flat();
  if (rings.length === 0) return null;
  const centres = rings.map(ringCentre);
  const middle: Point = [median(centres.map(([lon]) => lon)), median(centres.map(([, lat]) => lat))];
  const near = rings.filter((_, i) => Math.hypot(centres[i]![0] - middle[0], centres[i]![1] - middle[1]) < FAR_DEGREES);
  const points = near.flatMap((ring) => ring.flatMap((lon, i) => (i % 2 === 0 ? [project(lon, ring[i + 1]!)] : [])));
  return padded(boxOf(points), 0.06, 0.05);
}

/** A box made taller, never wider, until its height is `ratio` times its width. */
export function stretched(box: Box, ratio: number): Box {
  const more = Math.max((box.right - box.left) * ratio - (box.bottom - box.top), 0) / 2;
  return { ...box, top: box.top - more, bottom: box.bottom + more };
}

export interface MapView {
  draw(): void;
}

export function mapView(place: HTMLElement, payload: Payload): MapView {
  const { meta, edgeYears } = payload;
  const years = edgeYears.years!;
  const startYear = Number((meta.start ?? meta.historyEnd).slice(0, 4)) + (meta.start?.endsWith("-01") ? 0 : 1);
  const state = {
    which: (meta.start === null ? "baseline" : "difference") as Which,
    year: years.includes(startYear) ? startYear : years[years.length - 1]!,
  };
  const nodes = payload.places.nodes;
  const { projection, box: wideBox, positions, beyond } = frameOf(nodes);
  const country = zoomBox(payload, projection);
  let nearBox = country;

  const wide = h("div", { class: "map-wide" });
  const zoom = h("div", { class: "map-zoom" });
  const frame = h("div", { class: "maps" }, wide, zoom);
  const tooltip = new Tooltip(frame);
  const legend = h("div", { class: "legend" });
  const title = h("h3", { class: "chart-title", "aria-live": "polite" });
  let edges: EdgeValue[] = [];
  let drawnFor = 0;

  /** Pointer, touch and keyboard: every shape shows its note; arrow keys walk through shapes by size. */
  const attach = (shape: SVGPathElement, note: () => Note): void => {
    const { title: name, detail, lines } = note();
    const words = [name, detail, ...lines.map(([what, parts]) => `${what}: ${parts.join(", ")}`)];
    shape.setAttribute("role", "img");
    shape.setAttribute("aria-label", words.join("; "));
    shape.setAttribute("tabindex", "-1");
    shape.addEventListener("pointermove", (event) => tooltip.show(note(), event.clientX, event.clientY));
    shape.addEventListener("pointerdown", (event) => tooltip.show(note(), event.clientX, event.clientY));
    shape.addEventListener("pointerleave", () => tooltip.hide());
    shape.addEventListener("blur", () => tooltip.hide());
    shape.addEventListener("focus", () => {
      const box = shape.getBoundingClientRect();
      tooltip.show(note(), box.left + box.width / 2, box.top + box.height / 2);
    });
  };
  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") tooltip.hide();
    const shapes = [...(event.currentTarget as HTMLElement).querySelectorAll<SVGElement>("[tabindex]")].reverse();
    if (step === undefined || shapes.length === 0) return;
    event.preventDefault();
    const now = shapes.indexOf(document.activeElement as unknown as SVGElement);
    shapes[(now + step + shapes.length) % shapes.length]!.focus();
  };
  for (const picture of [wide, zoom]) {
    picture.tabIndex = 0;
    picture.setAttribute("role", "group");
    picture.addEventListener("keydown", walk);
  }
  frame.addEventListener("pointerleave", () => tooltip.hide());

  const draw = (): void => {
    tooltip.hide();
    const { which, year } = state;
    const difference = which === "difference";
    edges = edgeValues(payload, which, year);
    const territories = territoryValues(payload, which, year);
    const largest = Math.max(...edges.map((one) => Math.abs(one.value)), 0);
    const top = difference
      ? Math.max(...territories.map((one) => Math.abs(one.rate)), 0)
      : Math.max(...(["scenario", "baseline"] as const).flatMap((run) => territoryValues(payload, run, year).map((one) => one.rate)), 0);
    const shades = { bounds: classes(top, CLASSES), signed: difference };
    const name = difference ? `${meta.scenario.name} minus ${meta.baseline.name}` : meta[which].name;
    title.textContent = `${name}, ${year}`;
    const common = { payload, projection, positions, beyond, edges, largest, difference, territories, shades };
    const onEdge = (one: EdgeValue, path: SVGPathElement) => attach(path, () => edgeWords(one, which));
    const onTerritory = (one: TerritoryValue, path: SVGPathElement) => attach(path, () => territoryWords(one, which));
    const width = isPrinting() ? PRINTED : { wide: wide.clientWidth, zoom: zoom.clientWidth };
    drawnFor = wide.clientWidth;
    const besides = width.zoom < width.wide;
    nearBox = country && besides ? stretched(country, (fit(wideBox, width.wide).height / width.zoom)) : country;
    const pictures: [HTMLElement, Drawing][] = [
      [wide, { ...common, box: wideBox, width: width.wide, widest: WIDEST.wide, zoom: false, frame: nearBox, clip: "clip-wide", onEdge, onTerritory }],
    ];
    if (nearBox) {
      pictures.push([zoom, { ...common, box: nearBox, width: width.zoom, widest: WIDEST.zoom, zoom: true, frame: null, clip: "clip-zoom", onEdge, onTerritory }]);
    }
    for (const [element, drawing] of pictures) {
      if (drawing.width > 0) element.replaceChildren(layer(drawing));
      const what = drawing.zoom ? `${meta.country}: flows and homicide rates by province` : "Flows from sources to markets";
      element.setAttribute("aria-label", `${what}, ${name}, ${year}. Arrow keys walk through the shapes.`);
    }
    zoom.hidden = nearBox === null;
    drawLegend(largest, difference, shades.bounds);
    details.dispatchEvent(new Event("refresh"));
  };

  function drawLegend(largest: number, difference: boolean, bounds: number[]): void {
    const line = (kind: string, words: string, width: number): HTMLElement =>
      entry(`key-flow ${kind}`, words, `height:${Math.max(width, 1).toFixed(1)}px`);
    const kinds = difference
      ? [line("down", "vanishes", 3), line("up", "appears", 3), line("faint", "pale: 90 % interval includes zero", 3)]
      : [];
    const widths = legendValues(largest).map((value) =>
      line("level", `${significant(value, 1)} t a year`, lineWidth(value, largest, WIDEST.wide)),
    );
    const swatch = (name: string): HTMLElement => h("i", { class: `key key-shade ${name}` });
    const shade = (name: string): HTMLElement[] => bounds.map((_, index) => swatch(`${name}-${index}`));
    const limit = bounds.length ? amount(bounds[bounds.length - 1]!, "", 2) : "";
    const killings = bounds.length
      ? difference
        ? [h("span", { class: "ramp" }, `−${limit}`, ...shade("less").reverse(), ...shade("more"), `+${limit}`), "change of homicides per 100,000 a year"]
        : [h("span", { class: "ramp" }, "0", ...shade("seq"), limit), "homicides per 100,000 a year"]
      : [];
    legend.replaceChildren(h("p", { class: "legend" }, ...kinds, ...widths), h("p", { class: "legend" }, ...killings));
  }

  const listed = (): { scenario: EdgeValue[]; baseline: EdgeValue[]; difference: EdgeValue[]; order: number[] } => {
    const [scenario, baseline, difference] = (["scenario", "baseline", "difference"] as const).map((which) =>
      edgeValues(payload, which, state.year),
    ) as [EdgeValue[], EdgeValue[], EdgeValue[]];
    const order = edges.map((_, index) => index).sort((a, b) => Math.abs(edges[b]!.value) - Math.abs(edges[a]!.value));
    return { scenario, baseline, difference, order };
  };
  const details = behind("The numbers of this map", () => {
    const { scenario, baseline, difference, order } = listed();
    return {
      head: ["Edge", "Mode", `${meta.baseline.name}, t a year`, meta.scenario.name, "Change", "90 %", "Lost: baseline", "Lost: change", "90 %"],
      rows: order.map((index) => {
        const [a, b, d] = [scenario[index]!, baseline[index]!, difference[index]!];
        return [
          `${a.from} → ${a.to}`,
          a.edge.mode,
          amount(b.value),
          amount(a.value),
          signed(d.value),
          interval(d.shipped[0], d.shipped[4], "", true),
          amount(b.lost[2]),
          signed(d.lost[2]),
          interval(d.lost[0], d.lost[4], "", true),
        ];
      }),
    };
  });
  const numbers = () => {
    const { scenario, baseline, difference, order } = listed();
    const names = ["q05", "q25", "q50", "q75", "q95"];
    const runs = { scenario, baseline, difference };
    return {
      head: ["edge", "origin", "destination", "mode", "year", ...Object.keys(runs).flatMap((run) => ["shipped", "lost"].flatMap((what) => names.map((q) => `${run}_${what}_${q}`)))],
      rows: order.map((index) => {
        const { edge } = scenario[index]!;
        const values = Object.values(runs).flatMap((run) => [...run[index]!.shipped, ...run[index]!.lost]);
        return [edge.id, edge.origin, edge.destination, edge.mode, state.year, ...values];
      }),
    };
  };
  const far = nodes.filter((node) => beyond.has(node.id)).map((node) => node.name);
  const aside = far.length ? [h("figcaption", { class: "small" }, `At the edge because they lie beyond it: ${far.join("; ")}.`)] : [];
  const output = h("output", {}, String(state.year));
  const slider = h("input", { type: "range", min: years[0]!, max: years[years.length - 1]!, step: 1, value: state.year, "aria-label": "Year" });
  slider.addEventListener("input", () => {
    state.year = Number(slider.value);
    output.textContent = slider.value;
    draw();
  });
  place.append(
    h(
      "div",
      { class: "controls" },
      choice<Which>("Run", [["baseline", meta.baseline.name], ["scenario", meta.scenario.name], ["difference", "difference"]], state.which, (which) => {
        state.which = which;
        draw();
      }),
      h("label", { class: "field year" }, h("span", {}, "Year"), slider, output),
    ),
    h("figure", {}, title, legend, frame, ...aside),
    h("div", { class: "under" }, details, downloads(() => `contraflow-map-${state.which}-${state.year}`, () => wide.querySelector("svg"), numbers)),
  );
  onResize(place, () => wide.clientWidth !== drawnFor && draw());
  return { draw };
}
