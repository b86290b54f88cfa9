/** Colours now in force; changes with the scheme of the reader's system. */

import { type Theme, theme } from "../../theme";

let version = $state(0);

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  version += 1;
});

export function current(): Theme {
  void version;
  return theme();
}

/** A colour of the style sheet by name. */
export function colour(name: string): string {
  void version;
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
