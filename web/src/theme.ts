/** Colours of the page for the charts: one list, in the style sheet. */

export interface Theme {
  paper: string;
  ink: string;
  muted: string;
  rule: string;
  scenario: string;
  baseline: string;
  down: string;
  up: string;
  shade: string;
  flow: string[];
  font: string;
}

/** Read the colours now in force (light, dark or print). */
export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: get("paper"),
    ink: get("ink"),
    muted: get("muted"),
    rule: get("rule"),
    scenario: get("scenario"),
    baseline: get("baseline"),
    down: get("down"),
    up: get("up"),
    shade: get("shade"),
    flow: ["market", "chain", "margin", "cost", "group"].map((name) => get(`flow-${name}`)),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Width of the page's text on paper, in pixels: what charts are drawn for around printing. */
export const PAPER_WIDTH = 680;

export function isPrinting(): boolean {
  return document.documentElement.hasAttribute("data-print");
}

/** Call back when the colours change, and around printing (which is always light). */
export function onTheme(change: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
  const printing = (on: boolean) => () => {
    document.documentElement.toggleAttribute("data-print", on);
    change();
  };
  addEventListener("beforeprint", printing(true));
  addEventListener("afterprint", printing(false));
}
