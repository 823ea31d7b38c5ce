// Every page in light, dark and at 320 pixels: axe finds nothing, nothing overflows, nothing is refused by the content policy.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browse, logIn, pages, serve } from "./showcase.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let house, browser;
before(async () => { house = await serve(); browser = await browse(); });
after(async () => { await browser?.close(); house?.stop(); });

const looks = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { name: "narrow, in German", colorScheme: "light", viewport: { width: 320, height: 800 }, locale: "de-DE" },
];

for (const { name, ...look } of looks) {
  test(`every page is clean: ${name}`, async () => {
    const context = await browser.newContext({ ...look, bypassCSP: true });
    const page = await context.newPage();
    const faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.goto(`${house.url}/login`);
    faults.push(...await look_at(page, "log-in"));
    await logIn(page, house.url, "root@ringdown.test", "operator-secret");
    for (const [key, path] of Object.entries(await pages(page, house.url))) {
      await page.goto(house.url + path);
      faults.push(...await look_at(page, key));
    }
    await context.close();
    assert.deepEqual(faults, []);
  });
}

async function look_at(page, key) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await window.axe.run()).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ")}`));
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) found.push(`${over} pixels too wide`);
  return found.map((fault) => `${key}: ${fault}`);
}

test("the content policy lets everything of ours through", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const refused = [];
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("404")) refused.push(message.text()); });
  await logIn(page, house.url, "admin@acme.test", "acme-secret");
  await page.goto(`${house.url}/t/acme/calls`);
  await page.fill("#text", "Clara");
  await page.waitForURL(/text=Clara/);
  assert.deepEqual(refused, []);
  await context.close();
});

test("the keyboard moves, opens, jumps and explains", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await logIn(page, house.url, "admin@acme.test", "acme-secret");
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL(/\/calls$/);
  await page.keyboard.press("?");
  assert.ok(await page.locator("#keys").isVisible());
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/calls\/[0-9a-f-]{36}$/);
  assert.match(await page.locator("h1").innerText(), /called|angerufen/);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "find");
  await context.close();
});

test("a lost connection says so and heals itself", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await logIn(page, house.url, "admin@acme.test", "acme-secret");
  await page.waitForSelector("[data-row]");
  await context.setOffline(true);
  // An open stream outlives the emulated cut, so it is cut by opening the page's stream anew.
  await page.route("**/live/events", (route) => route.abort());
  await context.setOffline(false);
  await page.reload();
  await page.waitForSelector("body.lost .toast:visible");
  await page.unroute("**/live/events");
  await page.waitForSelector("body:not(.lost)");
  await context.close();
});
