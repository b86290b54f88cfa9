/** Latencies from a slider's move to the picture, as JSON; run by benchmarks/page.py. */
import { chromium } from "playwright-core";

const [address, moves] = [process.argv[2], Number(process.argv[3])];
const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(300_000);
await page.goto(`${address}#rest=no`);
await page.locator("#bands").waitFor();

async function move(selector, value) {
  const before = await page.locator("[data-testid=status]").getAttribute("data-answers");
  await page.locator(selector).first().evaluate((element, share) => {
    element.value = String(Number(element.min) + share * (Number(element.max) - Number(element.min)));
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);
  await page.waitForFunction((was) => document.querySelector("[data-testid=status]").dataset.answers !== was, before, { polling: 20 }); // not at every frame: that would make the browser draw frames
  await page.waitForTimeout(50); // the latency is told a frame later
  const shown = await page.locator("[data-testid=status]").evaluate((element) => ({ total: Number(element.dataset.latency), draws: Number(element.dataset.draws) }));
  const seconds = await page.evaluate(() => performance.getEntriesByType("measure").at(-1).detail);
  return { ...shown, ...seconds };
}

await page.getByTestId("preset").selectOption("no-campaign");
await page.getByTestId("add").selectOption("effort");
await page.waitForTimeout(1500);
const latency = {};
for (const [name, selector] of [["strength of a measure", "[data-testid=strength]"], ["a belief", "[data-testid=belief-theta]"]]) {
  const found = [];
  await move(selector, 0.5);
  const count = name === "a belief" ? Math.ceil(moves / 4) : moves;
  for (let one = 0; one < count; one += 1) {
    const made = await move(selector, 0.1 + (0.8 * ((one * 37) % count)) / count + 0.001 * Math.random());
    if (made.draws <= 200) found.push(made);
  }
  latency[name] = found;
}
console.log(JSON.stringify({ browser: `Chromium ${browser.version()}`, latency }));
await browser.close();
