/** The whole view as one file that opens offline: the page's own script and style, and the numbers it shows now. */

import { save } from "../../download";
import { type Document, get, post } from "./api";
import { type Offline, filled, store } from "./store.svelte";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:";

/** JSON that may stand inside a script element. */
function safe(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

export async function exportHtml(): Promise<void> {
  const answer = await store.whole();
  if (!answer) return;
  const text = (path: string): Promise<string> => fetch(path, { cache: "no-store" }).then((one) => one.text());
  const [script, style, sources] = await Promise.all([text("/page.js"), text("/page.css"), get<unknown>("/api/sources")]);
  // What takes a minute to compute goes into the file only where the reader has already asked for it.
  await Promise.all(["evaluation", "sureness", "method"].map((topic) => store.reading(`/api/knowledge/${topic}`).start()));
  const knowledge = Object.fromEntries([...store.readings].flatMap(([path, { found }]) => (found ? [[path, found]] : [])));
  const offline: Offline = { info: store.info, answer, state: store.shared(), knowledge, sources };
  const parts = [
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n<meta name="color-scheme" content="light dark">\n<title>contraflow</title>`,
    `<style>${style.replaceAll("</style", "<\\/style")}</style>\n</head>\n<body>\n<div id="app"></div>`,
    `<script type="application/json" id="contraflow-offline">${safe(offline)}</script>`,
    `<script>${script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")}</script>\n</body>\n</html>\n`,
  ];
  save(`contraflow-${answer.scenario.name}.html`, new Blob(parts, { type: "text/html" }));
}

function document(): Document {
  const preset = store.info.presets.find((one) => one.name === store.base);
  const plain = store.layers.length === 0 && preset;
  return plain
    ? { ...preset, name: preset.name }
    : { name: "my-scenario", title: "my-scenario", description: "", base: store.base, measures: store.layers.map((one) => ({ ...one, places: [...one.places] })) };
}

export async function exportToml(): Promise<void> {
  const { name, text } = await post<{ name: string; text: string }>("/api/scenario/write", document());
  save(name, new Blob([text], { type: "application/toml" }));
}

export async function exportBibtex(): Promise<void> {
  const { name, text } = await get<{ name: string; text: string }>("/api/bibtex");
  save(name, new Blob([text], { type: "application/x-bibtex" }));
}

/** Read a scenario file; a bad one throws what the command line would say. */
export async function importToml(file: File): Promise<void> {
  const text = await file.text();
  const found = await post<Document>("/api/scenario/read", { text });
  store.base = found.base || "";
  store.layers = (found.measures ?? []).map(filled);
  store.ask();
}
