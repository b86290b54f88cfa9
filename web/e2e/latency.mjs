/** Latencies from a slider's move to the picture, as JSON; run by benchmarks/page.py. */
import { chromium } from "playwright-core";

/** Between coming to a slider and moving it, and between two moves of a drag, ms. */
const [REACH, PAUSE] = [300, 100];
const [address, moves] = [process.argv[2], Number(process.argv[3])];
const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.setDefaultTimeout(300_000);
await page.goto(`${address}#rest=no`);
await page.locator("#bands").waitFor();

/** Move a slider; how long each picture took that the move brought: what lies between runs, if anything, and the exact one. */
async function move(selector, value) {
  await page.evaluate(() => performance.clearMeasures());
  await page.locator(selector).first().evaluate((element, share) => {
    element.value = String(Number(element.min) + share * (Number(element.max) - Number(element.min)));
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);
  const exact = () => performance.getEntriesByType("measure").some((one) => /^contraflow-\d/.test(one.name));
  await page.waitForFunction(exact, null, { polling: 20 }); // not at every frame: that would make the browser draw frames
  const found = await page.evaluate(() => performance.getEntriesByType("measure").map(({ name, duration, detail }) => ({ name, total: duration, ...detail })));
  return { between: found.find((one) => one.name === "contraflow-between"), exact: found.find((one) => one.name !== "contraflow-between") };
}

const rest = () => page.waitForFunction(() => document.querySelector("[data-testid=status]").dataset.asking === "false", null, { polling: 50 });

async function moved(selector, count) {
  const found = [];
  for (let one = 0; one < count; one += 1) {
    found.push(await move(selector, 0.1 + (0.8 * ((one * 37) % count)) / count + 0.001 * Math.random()));
    await page.waitForTimeout(50);
  }
  return found;
}

const exact = (runs) => runs.map((run) => run.exact);
await page.getByTestId("preset").selectOption("no-campaign");
await page.getByTestId("add").selectOption("effort");
await page.waitForTimeout(1500);
await move("[data-testid=strength]", 0.5);
const latency = { "strength of a measure": exact(await moved("[data-testid=strength]", moves)) };

// A hand comes to the slider before it moves it: by then exact answers along it are being asked for.
const belief = "[data-testid=belief-theta]";
const come = performance.now();
await page.locator(belief).hover();
await page.waitForTimeout(100);
await rest();
const prepared = performance.now() - come;
const runs = await moved(belief, moves);
latency["a belief, between runs"] = runs.map((run) => run.between).filter(Boolean);
latency["a belief, exact"] = exact(runs);

// A hand that comes to one slider after the other and drags it: each move waits for its own picture, or for a later one's.
const SLIDERS = ["theta", "pass_through", "elasticity", "effort_exponent", "search_saturation", "intelligence_effect"];
async function drag(page, name) {
  await page.locator(`[data-testid=belief-${name}]`).hover();
  await page.waitForTimeout(REACH);
  return page.evaluate(async ({ name, moves, pause }) => {
    performance.clearMeasures();
    const slider = document.querySelector(`[data-testid=belief-${name}]`);
    const begun = [];
    for (let one = 0; one < moves; one += 1) {
      slider.value = String(Number(slider.min) + (0.3 + (0.5 * one) / moves) * (Number(slider.max) - Number(slider.min)));
      begun.push(performance.now());
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((done) => setTimeout(done, pause));
    }
    const pictures = () => performance.getEntriesByType("measure").filter((one) => one.name.startsWith("contraflow-"));
    const exact = (since) => pictures().some((one) => one.name !== "contraflow-between" && one.startTime >= since);
    while (!exact(begun.at(-1))) await new Promise((done) => setTimeout(done, 20));
    return begun.map((since) => ({ total: Math.min(...pictures().filter((one) => one.startTime >= since).map((one) => one.startTime + one.duration)) - since }));
  }, { name, moves: 20, pause: PAUSE });
}
const hurried = [];
for (const name of SLIDERS) hurried.push(...await drag(page, name));
await page.close();

const calm = await browser.newPage({ viewport: { width: 1440, height: 900 } });
calm.setDefaultTimeout(300_000);
await calm.goto(address);
await calm.locator("#bands").waitFor();
const dragged = [];
const waits = [];
for (const name of SLIDERS) {
  const since = performance.now();
  // nothing asked for a second: the sharper run has come, and what is prepared after it
  await calm.evaluate(async () => {
    const { dataset } = document.querySelector("[data-testid=status]");
    for (let quiet = 0; quiet < 20; quiet = dataset.asking === "false" ? quiet + 1 : 0) await new Promise((done) => setTimeout(done, 50));
  });
  waits.push(performance.now() - since);
  dragged.push(...await drag(calm, name));
}
latency["beliefs, dragged after a rest"] = dragged;
latency["beliefs, dragged one right after another"] = hurried;
const rested = waits.sort((a, b) => a - b)[waits.length >> 1];
console.log(JSON.stringify({ browser: `Chromium ${browser.version()}`, prepared, rested, latency }));
await browser.close();
