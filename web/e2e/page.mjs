/**
 * The page in a browser: node e2e/page.mjs ADDRESS
 *
 * Values are asserted through tables, never through pixels. Needs Chromium (CHROMIUM names it, else /usr/bin/chromium).
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const address = process.argv[2] ?? "http://127.0.0.1:8765/";
const shots = process.env.SHOTS;
const PATIENCE = Number(process.env.PATIENCE ?? 180) * 1000;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "contraflow-e2e-"));
const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-quic", "--no-first-run",
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });
const foreign = [];
const complaints = [];
let failed = 0;

/** Without the sharper run that follows at rest: two pages are compared with the same draws. */
const COARSE = "&rest=no";

async function open(options = {}, hash = "#", at = address) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", reducedMotion: "reduce", acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:", "file:"].includes(url.protocol) && url.origin !== new URL(address).origin) foreign.push(request.url());
  });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(at + hash + COARSE);
  await page.locator("#bands").waitFor();
  return page;
}

async function test(name, act) {
  if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
  const begun = Date.now();
  try {
    await act();
    console.log(`ok    ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${error.stack}`);
  }
}

/** Rows of the table behind a chart, as text. */
async function rows(page, id) {
  if (!(await page.locator(`[data-numbers="${id}"]`).count())) await page.locator(`[data-table="${id}"]`).click();
  await page.locator(`[data-numbers="${id}"] tbody tr`).first().waitFor();
  return page.locator(`[data-numbers="${id}"] tbody tr`).evaluateAll((list) => list.map((row) => [...row.cells].map((cell) => cell.textContent)));
}

/** Wait until the numbers answer the last change. */
async function settled(page, act) {
  const before = await page.locator("[data-testid=status]").getAttribute("data-answers");
  await act();
  await page.waitForFunction((was) => {
    const { answers, busy } = document.querySelector("[data-testid=status]").dataset;
    return answers !== was && busy === "false";
  }, before, { timeout: PATIENCE });
}

async function accessible(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const bad = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(bad.map((one) => `${where}: ${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 4).join(" | ")}`), []);
}

async function shot(page, name, whole = false) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: whole });
}

/** Move a slider as a hand does. */
const slide = (locator, value) =>
  locator.evaluate((element, wanted) => {
    element.value = String(wanted);
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);

const page = await open();

await test("the first load shows numbers in words, in a table, and nothing worth a complaint", async () => {
  const head = await rows(page, "headlines");
  assert.ok(head.length >= 8, `${head.length} rows`);
  for (const row of head) for (const cell of row) assert.ok(cell && !/NaN|undefined|Infinity/.test(cell), row.join(" | "));
  assert.match(await page.title(), /campaign/i);
  await shot(page, "desktop");
});

await test("a chart's table holds every month, and the baseline is the scenario before it departs", async () => {
  const table = await rows(page, "bands");
  assert.equal(table.length, 180);
  assert.equal(table[0][1], table[0][4]);
  assert.ok(table.slice(140).some((row) => row[1] !== row[4]), "the campaign changes nothing");
});

await test("more effort, more seized: a slider changes the table, and the neutral value changes nothing", async () => {
  await settled(page, () => page.getByTestId("preset").selectOption("no-campaign"));
  let head = await rows(page, "headlines");
  assert.ok(head.every((row) => row[3] === "0"), "a scenario differs from itself");
  await settled(page, () => page.getByTestId("add").selectOption("effort"));
  await settled(page, () => slide(page.getByTestId("strength"), 4));
  const strong = (await rows(page, "headlines")).find((row) => row[0].startsWith("Seized"));
  assert.ok(!strong[3].startsWith("−") && strong[3] !== "0", `seizures change by ${strong[3]}`);
  await settled(page, () => slide(page.getByTestId("strength"), 1));
  head = await rows(page, "headlines");
  assert.ok(head.every((row) => row[3] === "0"), "a factor of one changes something");
});

await test("the timeline is moved by keys", async () => {
  const grip = page.getByRole("slider", { name: /start$/ }).first();
  const before = await grip.getAttribute("aria-valuetext");
  await grip.focus();
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await grip.getAttribute("aria-valuetext"), before);
  await page.waitForFunction(() => document.querySelector("[data-testid=status]").dataset.busy === "false");
});

await test("a belief can be fixed, and goes back to the evidence", async () => {
  await settled(page, () => slide(page.getByTestId("strength"), 3));
  const before = await rows(page, "headlines");
  await settled(page, () => slide(page.getByTestId("belief-theta"), 100));
  assert.notDeepEqual(await rows(page, "headlines"), before);
  await settled(page, () => page.getByTestId("reset-beliefs").click());
  assert.deepEqual(await rows(page, "headlines"), before);
});

await test("a held belief shows at once what lies between runs, and then exactly what a page opened there shows", async () => {
  const belief = page.getByTestId("belief-pass_through");
  const free = await belief.inputValue();
  await settled(page, () => slide(belief, free)); // answers along it are asked for
  await page.waitForFunction(() => document.querySelector("[data-testid=status]").dataset.asking === "false");
  await page.evaluate(() => {
    const status = document.querySelector("[data-testid=status]");
    const seen = (globalThis.seen = []);
    new MutationObserver(() => seen.push(status.dataset.between)).observe(status, { attributeFilter: ["data-answers"] });
  });
  await settled(page, () => slide(belief, 0.3));
  assert.deepEqual([...new Set(await page.evaluate(() => globalThis.seen))], ["true", "false"]);
  const exact = await rows(page, "headlines");
  const link = await page.evaluate(() => new Promise((done) => setTimeout(() => done(location.hash.replace("&rest=no", "")), 500)));
  const other = await open({}, link);
  assert.deepEqual(await rows(other, "headlines"), exact);
  await other.context().close();
  await settled(page, () => page.getByTestId("reset-beliefs").click());
});

await test("a page at rest asks for three answers along each slider in view, once, and then for nothing", async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const calm = await context.newPage();
  calm.setDefaultTimeout(PATIENCE);
  const asked = [];
  calm.on("request", (request) => request.url().endsWith("/api/run") && asked.push(JSON.parse(request.postData())));
  await calm.goto(address);
  await calm.locator("[data-testid^=belief-]").first().waitFor();
  const sliders = await calm.locator("[data-testid^=belief-]").count();
  const quiet = () => calm.waitForFunction(() => {
    const asking = document.querySelector("[data-testid=status]").dataset.asking === "true";
    globalThis.since = asking ? undefined : (globalThis.since ?? performance.now());
    return globalThis.since !== undefined && performance.now() - globalThis.since > 1500;
  }, null, { polling: 50 });
  await quiet();
  const passing = asked.filter((one) => one.passing).map((one) => JSON.stringify(one.beliefs));
  assert.equal(passing.length, 3 * sliders);
  assert.equal(new Set(passing).size, passing.length);
  assert.deepEqual(asked.filter((one) => !one.passing).map((one) => one.draws), [200, 1000]);
  // only baselines that are shown are held: what is prepared does not push them out
  const before = asked.length;
  await slide(calm.getByTestId("belief-theta"), 1.5);
  await calm.waitForFunction(() => document.querySelector("[data-testid=status]").dataset.between === "false");
  assert.equal(asked.slice(before).find((one) => !one.passing).have.length, 2);
  await context.close();
});

await test("the months play, and the map's table follows", async () => {
  const slider = page.getByTestId("month");
  await slide(slider, 12);
  const early = await rows(page, "map");
  await page.getByTestId("play").click();
  await page.waitForFunction(() => Number(document.querySelector("[data-testid=month]").value) >= 15);
  await page.getByTestId("play").click();
  assert.notDeepEqual(await rows(page, "map"), early);
  await slider.focus();
  await page.keyboard.press("ArrowRight");
});

await test("a link is the picture", async () => {
  await page.getByTestId("outcome").selectOption("delivered");
  await page.waitForTimeout(500);
  const wanted = await rows(page, "headlines");
  const other = await open({}, new URL(page.url()).hash);
  assert.deepEqual(await rows(other, "headlines"), wanted);
  assert.equal(await other.getByTestId("outcome").inputValue(), "delivered");
  await other.context().close();
});

await test("a bad file is refused with place, value and remedy; a good one is taken", async () => {
  const bad = join(folder, "bad.toml");
  writeFileSync(bad, 'name = "bad"\ncase = "ecuador"\n[[measure]]\nkind = "effort"\ntheatre = "ecuador-port"\nstart = "2026-01"\nvalue = 2\n');
  await page.getByTestId("files").click();
  await page.getByTestId("upload").setInputFiles(bad);
  const said = await page.getByTestId("problem").textContent();
  assert.match(said, /measure 1, key theatre/);
  assert.match(said, /ecuador-ports/);
  const good = join(folder, "good.toml");
  writeFileSync(good, 'name = "good"\ncase = "ecuador"\nextends = "history"\n[[measure]]\nkind = "effort"\ntheatre = "ecuador-ports"\nstart = "2026-01"\nvalue = 2\n');
  await page.getByTestId("files").click();
  await settled(page, () => page.getByTestId("upload").setInputFiles(good));
  assert.equal(await page.getByTestId("layer").count(), 1);
  assert.equal(await page.getByTestId("problem").count(), 0);
});

await test("the scenario and the sources can be had as files", async () => {
  for (const [id, content] of [["save-toml", /theatre = \["ecuador-ports"\]/], ["save-bib", /@software\{contraflow/]]) {
    await page.getByTestId("files").click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(id).click()]);
    assert.match(readFileSync(await download.path(), "utf8"), content);
  }
});

await test("places, edges and provinces open with series and sources, and a number opens its card", async () => {
  await page.getByTestId("find").selectOption("territory:guayas");
  assert.match(await page.getByTestId("place-card").textContent(), /Lobos|Choneros/);
  await page.locator("[data-testid=place-card] .sources li").first().waitFor();
  await page.locator(".headline .value").first().click();
  assert.match(await page.getByTestId("card").textContent(), /SHA-256/);
  await page.keyboard.press("Escape");
  await page.locator("[data-testid=place-card] button.cell").first().click();
  assert.match(await page.getByTestId("card").textContent(), /Guayas.*90 %/s);
  await page.keyboard.press("Escape");
  await page.getByTestId("find").selectOption("node:ecu-port-guayaquil");
  await page.locator("[data-testid=place-card] svg.spark").first().waitFor();
  const place = page.getByTestId("place-card");
  await page.waitForFunction(() => /Price here in \d+, a pure kilogram\s*[\d,]+ USD\/kg 90 %: [\d,]+ to [\d,]+/.test(document.querySelector("[data-testid=place-card]").innerText), null, { timeout: PATIENCE });
  await page.getByTestId("find").selectOption("edge:ecu-port-guayaquil-to-eur-france-container");
  await page.waitForFunction(() => /Mark-up along it in \d+\s*× [\d.]+/.test(document.querySelector("[data-testid=place-card]").innerText), null, { timeout: PATIENCE });
  for (const one of await place.locator("dl:not(.small) button.cell").all()) {
    await one.click();
    assert.match(await page.getByTestId("card").innerText(), /SHA-256/, await one.innerText());
    await page.keyboard.press("Escape");
  }
  await place.locator("dl.small button.cell").first().click();
  assert.match(await page.getByTestId("card").innerText(), /Chosen by/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("svg.spark path[d*=NaN]").count(), 0);
  await place.locator(".sparkline button").first().click();
  const years = await rows(page, "spark");
  assert.equal(years.length, 15);
  for (const row of years) for (const cell of row) assert.ok(cell && !/NaN|undefined/.test(cell), row.join(" | "));
  await page.getByTestId("find").selectOption("territory:guayas");
  await place.locator("svg.spark path.b90[d^=M]").first().waitFor({ state: "attached" });
  await shot(page, "province");
  await rows(page, "map");
  await page.locator('[data-numbers="map"] button.cell').first().click();
  assert.match(await page.getByTestId("card").innerText(), /sets out [\d,]+.*SHA-256/s);
  await page.keyboard.press("Escape");
  const table = await rows(page, "headlines");
  await page.locator('[data-numbers="headlines"] tbody tr button.cell').first().click();
  const card = await page.getByTestId("card").textContent();
  assert.ok(card.includes(table[0][1]), "the card of a cell has the number of its row");
  await page.keyboard.press("Escape");
});

await test("every tab that is not computed opens, and the evaluation lists events", async () => {
  await page.locator("#tab-sureness").click();
  await page.locator('[data-numbers="sureness-0"]').waitFor();
  const verdicts = await rows(page, "sureness-0");
  assert.ok(verdicts.some((row) => row[3] === "met" || row[3] === "missed"));
  await page.locator("#tab-evaluation").click();
  await page.locator('[data-numbers="evaluation-0"]').waitFor();
  const events = await rows(page, "evaluation-0");
  const offered = await page.getByTestId("event").locator("option").evaluateAll((list) => list.map((one) => one.value));
  assert.deepEqual(offered, events.filter((row) => row[2] !== "none named").map((row) => row[0]));
  await page.locator("#tab-explore").click();
});

await test("a long tab shows how far it is, can be stopped and asked for again, and gives every claim a verdict and sources", async () => {
  await page.locator("#tab-claims").click();
  const waiting = page.getByTestId("waiting");
  await waiting.locator("progress[max]").waitFor();
  assert.match(await waiting.innerText(), /\d+ of \d+ parts done/);
  await page.getByTestId("cancel").click();
  await page.getByTestId("again").waitFor();
  await page.waitForFunction(async () => !(await (await fetch("/api/knowledge/claims/progress")).json()).asked, null, { timeout: PATIENCE, polling: 500 });
  await page.getByTestId("again").click();
  await waiting.waitFor();
  await page.locator("#tab-explore").click();
  await page.locator("#tab-claims").click();
  await page.locator('[data-numbers="claims-0"]').waitFor();
  const table = await rows(page, "claims-0");
  assert.deepEqual(await page.locator(".knowledge .verdict").allTextContents(), table.map((row) => row[5]));
  await page.locator(".from summary").first().click();
  await page.locator(".from .sources li").first().waitFor();
  await accessible(page, "claims");
  await page.locator("#tab-explore").click();
});

await test("a parameter that drives the answer, a corridor and a part of the dollars have cards, and so has a belief", async () => {
  for (const id of ["tornado", "displacement", "money"]) {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await rows(page, id);
    await page.locator(`[data-numbers="${id}"] button.cell`).first().click();
    const card = page.getByTestId("card");
    await card.locator("dd").first().waitFor();
    assert.match(await card.innerText(), /Chosen by|SHA-256/, id);
    await page.keyboard.press("Escape");
  }
  await page.locator(".belief button.name").first().click();
  assert.match(await page.getByTestId("card").innerText(), /Chosen by/);
  await page.keyboard.press("Escape");
});

await test("axe finds nothing serious", async () => {
  await accessible(page, "explore");
  await page.locator("#tab-method").click();
  await page.locator(".knowledge table").waitFor();
  await accessible(page, "method");
  await page.locator("#tab-explore").click();
});

await test("the saved view opens offline with the same numbers", async () => {
  const wanted = await rows(page, "headlines");
  await page.getByTestId("files").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-html").click()]);
  const file = join(folder, "saved.html");
  await download.saveAs(file);
  const saved = await open({ offline: true }, "#", `file://${file}`);
  assert.deepEqual(await rows(saved, "headlines"), wanted);
  assert.equal((await rows(saved, "bands")).length, 180);
  await saved.getByTestId("find").selectOption("node:ecu-port-guayaquil");
  const price = saved.getByTestId("place-card").locator("button.cell").first();
  assert.match(await price.innerText(), /[\d,]+ USD\/kg/);
  await price.click();
  assert.match(await saved.getByTestId("card").innerText(), /SHA-256/);
  await saved.keyboard.press("Escape");
  await shot(saved, "saved");
  await accessible(saved, "saved");
  await saved.context().close();
});

await test("a reader of Spanish gets Spanish", async () => {
  const spanish = await open({ locale: "es-EC" });
  assert.equal(await spanish.locator("html").getAttribute("lang"), "es");
  assert.match(await spanish.locator("#answers-title").textContent(), /Qué cambia/);
  const head = await rows(spanish, "headlines");
  assert.ok(head.some((row) => row[0].startsWith("Homicidios")));
  const text = await spanish.locator("main").innerText();
  assert.doesNotMatch(text, /\b(Baseline|Scenario|Homicides|Seized|Show|What|Where)\b/);
  await accessible(spanish, "spanish");
  await shot(spanish, "spanish");
  for (const tab of ["sureness", "evaluation", "method"]) {
    await spanish.locator(`#tab-${tab}`).click();
    await spanish.locator(".knowledge table").first().waitFor();
    const english = await spanish.locator(".knowledge h2[lang=en], .knowledge .verdict[lang=en]").allTextContents();
    assert.deepEqual(english, [], tab);
    await accessible(spanish, `spanish ${tab}`);
  }
  await spanish.context().close();
});

await test("a phone shows everything within its width", async () => {
  const phone = await open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} pixels wide`);
  await accessible(phone, "phone");
  await shot(phone, "phone", true);
  for (const tab of ["sureness", "evaluation"]) {
    await phone.locator(`#tab-${tab}`).click();
    await phone.locator(".knowledge table").first().waitFor();
    const reach = await phone.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(reach <= 390, `${tab}: ${reach} pixels wide`);
  }
  await phone.context().close();
});

await test("a broken link still opens", async () => {
  const odd = await open({}, "#base=../../etc&do=x~y&do=effort~nowhere~2026-01~~2&believe=theta~1e99&month=x&outcome=none&at=edge:none");
  assert.match(await odd.getByTestId("problem").textContent(), /measure 1/);
  await odd.context().close();
});

await test("a browser that is closed leaves no work behind", async () => {
  const context = await browser.newContext();
  const gone = await context.newPage();
  await gone.goto(address);
  await gone.waitForFunction(() => Number(document.querySelector("[data-testid=status]")?.dataset.draws) > 0, null, { timeout: PATIENCE });
  await gone.waitForFunction(() => document.querySelector("[data-testid=status]").dataset.busy === "true", null, { timeout: PATIENCE });
  await context.close();
  await page.waitForFunction(async () => (await (await fetch("/api/status")).json()).waiting === 0, null, { timeout: PATIENCE, polling: 500 });
});

await browser.close();
await test("nothing was asked of another host, and the console is quiet", () => {
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints.filter((text) => !/40[09]|status of 400/.test(text)), []);
});
process.exit(failed ? 1 : 0);
