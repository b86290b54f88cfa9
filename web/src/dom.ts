/** A few lines in place of a framework. */

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | EventListener | undefined>;

const SVG = "http://www.w3.org/2000/svg";

function fill(element: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) element.append(child);
}

/** Make an HTML element; text children are text, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** Make an SVG element. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag) as SVGElementTagNameMap[K];
  fill(element, attributes, children);
  return element;
}

/** Escape text for the few places where a chart's tooltip takes markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** One entry of a legend: its key and its words, which stay together. */
export function entry(key: string, words: string, style?: string): HTMLElement {
  return h("span", { class: "entry" }, h("i", { class: `key ${key}`, style }), words);
}

/** Buttons of which one is pressed. */
export function choice<T extends string>(
  label: string,
  options: readonly (readonly [T, string])[],
  chosen: T,
  pick: (value: T) => void,
): HTMLElement {
  const buttons = options.map(([value, text]) =>
    h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => press(value) }, text),
  );
  function press(value: T): void {
    options.forEach(([other], index) => buttons[index]!.setAttribute("aria-pressed", String(other === value)));
    pick(value);
  }
  return h("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
}

/** A labelled drop-down list; options may stand in groups. */
export function dropdown(
  label: string,
  options: { value: string; text: string; group?: string }[],
  chosen: string,
  pick: (value: string) => void,
): HTMLElement {
  const list = h("select", { onchange: () => pick(list.value) });
  const groups = new Map<string, HTMLElement>();
  for (const { value, text, group } of options) {
    const option = h("option", { value, selected: value === chosen }, text);
    if (group === undefined) {
      list.append(option);
      continue;
    }
    if (!groups.has(group)) {
      groups.set(group, h("optgroup", { label: group }));
      list.append(groups.get(group)!);
    }
    groups.get(group)!.append(option);
  }
  return h("label", { class: "field" }, h("span", {}, label), list);
}

/** The numbers behind a chart, made when they are opened. */
export function behind(title: string, make: () => { head: string[]; rows: string[][] }): HTMLDetailsElement {
  const details = h("details", { class: "behind" }, h("summary", {}, title));
  const body = h("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": title });
  details.append(body);
  const refresh = (): void => {
    if (!details.open) return;
    const { head, rows } = make();
    body.replaceChildren(
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))),
        h(
          "tbody",
          {},
          ...rows.map((row) =>
            h("tr", {}, ...row.map((text, index) => (index ? h("td", {}, text) : h("th", { scope: "row" }, text)))),
          ),
        ),
      ),
    );
  };
  details.addEventListener("toggle", refresh);
  details.addEventListener("refresh", refresh);
  return details;
}
