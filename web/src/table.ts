/** Sorting, filtering and downloading the table of differences, which is already on the page. */

import { dropdown, h } from "./dom";
import { csv, save } from "./download";
import type { Payload, Row } from "./payload";

export interface Filter {
  outcome: string;
  window: string;
  text: string;
  clearOnly: boolean;
}

/** Whether a row is shown under a filter; empty fields let everything pass. */
export function passes(row: Pick<Row, "outcome" | "window" | "verdict" | "place_label" | "outcome_label">, filter: Filter): boolean {
  const needle = filter.text.trim().toLowerCase();
  return (
    (filter.outcome === "" || row.outcome === filter.outcome) &&
    (filter.window === "" || row.window === filter.window) &&
    (!filter.clearOnly || row.verdict === "up" || row.verdict === "down") &&
    (needle === "" || `${row.place_label} ${row.outcome_label}`.toLowerCase().includes(needle))
  );
}

/** Compare two cells: numbers by size with missing ones last, text by the reader's alphabet. */
export function compare(a: string | number, b: string | number, direction: 1 | -1): number {
  if (typeof a === "number" && typeof b === "number") {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return direction * (a - b);
  }
  return direction * String(a).localeCompare(String(b));
}

const CSV_COLUMNS = [
  "outcome", "place", "unit", "window", "baseline", "scenario", "diff_median", "diff_q05", "diff_q25", "diff_q75",
  "diff_q95", "pct_median", "pct_q05", "pct_q25", "pct_q75", "pct_q95", "p_decrease",
] as const satisfies readonly (keyof Row)[];

export function tableView(controls: HTMLElement, table: HTMLTableElement, payload: Payload): void {
  const body = table.tBodies[0]!;
  const lines = [...body.rows];
  const rows = payload.table;
  const windows = [...new Set(rows.map((row) => row.window))];
  const outcomes = new Map(rows.map((row) => [row.outcome, row.outcome_label]));
  const filter: Filter = { outcome: "", window: windows[0] ?? "", text: "", clearOnly: false };
  const count = h("p", { class: "small", role: "status" });

  const show = (): void => {
    let shown = 0;
    lines.forEach((line, index) => {
      const pass = passes(rows[index]!, filter);
      line.hidden = !pass;
      shown += Number(pass);
    });
    count.textContent = `${shown} of ${rows.length} rows`;
  };
  const order = new Map(lines.map((line, index) => [line, index]));
  const heads = [...table.tHead!.rows[0]!.cells];
  heads.forEach((head, column) => {
    const numeric = head.dataset["type"] === "number";
    const button = h("button", { type: "button" }, head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const direction = before === (numeric ? "descending" : "ascending") ? (numeric ? 1 : -1) : numeric ? -1 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      const value = (line: HTMLTableRowElement): string | number => {
        const cell = line.cells[column]!;
        return numeric ? Number(cell.dataset["v"]) : (cell.textContent ?? "");
      };
      const sorted = [...lines].sort(
        (a, b) => compare(value(a), value(b), direction) || order.get(a)! - order.get(b)!,
      );
      body.append(...sorted);
    });
  });
  const search = h("input", { type: "search", placeholder: "place or outcome" });
  search.addEventListener("input", () => {
    filter.text = search.value;
    show();
  });
  const clear = h("input", { type: "checkbox" });
  clear.addEventListener("change", () => {
    filter.clearOnly = clear.checked;
    show();
  });
  const download = h(
    "button",
    {
      type: "button",
      onclick: () => {
        const chosen = rows.filter((row) => passes(row, filter));
        const text = csv([...CSV_COLUMNS], chosen.map((row) => CSV_COLUMNS.map((column) => row[column])));
        save("contraflow-differences.csv", new Blob([text], { type: "text/csv" }));
      },
    },
    "CSV of the rows shown",
  );
  const all = { value: "", text: "all" };
  controls.append(
    h(
      "div",
      { class: "controls" },
      dropdown("Outcome", [all, ...[...outcomes].map(([value, text]) => ({ value, text }))], "", (value) => {
        filter.outcome = value;
        show();
      }),
      dropdown("Months", [all, ...windows.map((value) => ({ value, text: value }))], filter.window, (value) => {
        filter.window = value;
        show();
      }),
      h("label", { class: "field" }, h("span", {}, "Search"), search),
      h("label", { class: "check" }, clear, "90 % interval without zero"),
      h("div", { class: "downloads" }, download),
    ),
    count,
  );
  show();
}
