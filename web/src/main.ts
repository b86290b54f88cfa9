/** Start of the page: read the data, open the sections that have some. */

import "./styles.css";
import { bandsView } from "./bandsView";
import { displacementView } from "./displacementView";
import { h } from "./dom";
import { mapView } from "./mapView";
import { moneyView } from "./moneyView";
import { type Payload, readPayload } from "./payload";
import { tableView } from "./table";
import { onTheme } from "./theme";

type View = { draw(): void };

function open(payload: Payload): void {
  const views: View[] = [];
  const section = (name: string, there: boolean, make: (place: HTMLElement) => View): void => {
    const place = document.querySelector<HTMLElement>(`[data-view="${name}"]`);
    const whole = place?.closest("section");
    if (!place || !whole) return;
    if (!there) {
      document.querySelector(`nav a[href="#${whole.id}"]`)?.remove();
      return;
    }
    whole.hidden = false;
    views.push(make(place));
  };
  const { edgeYears, outcomes, money, displacement } = payload;
  section("map", Boolean(edgeYears.flow && edgeYears.years?.length), (place) => mapView(place, payload));
  section("bands", outcomes.length > 0, (place) => bandsView(place, payload));
  section("money", Boolean(money.scenario && money.baseline), (place) => moneyView(place, payload));
  section("displacement", Boolean(displacement.rows?.length), (place) => displacementView(place, payload));
  const controls = document.querySelector<HTMLElement>('[data-view="table-controls"]');
  const table = document.querySelector<HTMLTableElement>("table.differences");
  if (controls && table) tableView(controls, table, payload);
  onTheme(() => views.forEach((view) => view.draw()));
}

try {
  open(readPayload(document.getElementById("contraflow-data")?.textContent ?? "{}"));
} catch (error) {
  document.querySelector("main")?.prepend(
    h("p", { class: "notice", role: "alert" }, `The charts cannot be drawn: ${(error as Error).message}.`),
  );
  throw error;
}
