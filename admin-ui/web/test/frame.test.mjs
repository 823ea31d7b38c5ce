// What people do around the pages: filter and go back, leave a page open for days, look at a ladder on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, logIn, serve } from "./showcase.mjs";

let house, browser;
before(async () => { house = await serve(); browser = await browse(); });
after(async () => { await browser?.close(); house?.stop(); });

/** Logged in at Acme, in a window of this size. */
async function at(viewport, email = "admin@acme.test", password = "acme-secret") {
  const page = await (await browser.newContext({ viewport })).newPage();
  await logIn(page, house.url, email, password);
  return page;
}

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 800 };

test("back from a filtered list leads to a whole page, and typing fills no history", async () => {
  const page = await at(DESK);
  await page.goto(`${house.url}/t/acme/calls`);
  await page.selectOption("#outcome", "answered");
  await page.waitForURL(/outcome=answered/);
  await page.locator("#csv[href*='outcome=answered']").waitFor();
  for (const text of ["C", "Cl", "Clara"]) {
    await page.fill("#text", text);
    await page.waitForURL((url) => url.searchParams.get("text") === text);
  }
  assert.match(await page.locator("#csv").getAttribute("href"), /text=Clara&outcome=answered/);
  await page.locator("tr[data-row] a").first().click();
  await page.waitForURL(/\/calls\/[0-9a-f-]{36}$/);
  await page.goBack();
  await page.waitForURL(/text=Clara/);
  await page.locator(".nav-main").waitFor();
  assert.equal(await page.inputValue("#text"), "Clara");
  await page.goBack();
  await page.waitForURL((url) => url.search === "");
  await page.locator(".nav-main").waitFor();
  await page.locator("#list tr[data-row]").first().waitFor();
  assert.equal(await page.locator("#csv").count(), 1);
  await page.context().close();
});

test("a live page whose session is gone leads to the log-in page", async () => {
  const page = await at(DESK);
  await page.route("**/live/events", (route) => route.abort());
  await page.reload();
  await page.locator("body.lost .health").waitFor();
  await page.context().clearCookies();
  await page.unroute("**/live/events");
  await page.waitForURL(/\/login\?next=/);
  await page.context().close();
});

test("an alarm that comes is announced, once", async () => {
  const page = await (await browser.newContext({ viewport: DESK })).newPage();
  const said = (alarms) => `event: figures\ndata: ${JSON.stringify({ now: 0, html: `<h1 data-told>Well</h1>${alarms}` })}\n\n`;
  const alarm = (text) => `<ul><li data-told><strong>${text}</strong></li></ul>`;
  const first = alarm("Password guessing");
  const body = said("") + said(first) + said(first + alarm("No free port"));
  await page.route("**/live/events", (route) => route.abort());
  await page.route("**/live/events", (route) => route.fulfill({ contentType: "text/event-stream", body }), { times: 1 });
  await page.addInitScript(() => {
    const heard = [];
    document.addEventListener("DOMContentLoaded", () => {
      const line = document.getElementById("said");
      if (line) new MutationObserver(() => { heard.push(line.textContent); line.dataset.heard = heard.join("|"); }).observe(line, { childList: true });
    });
  });
  await logIn(page, house.url, "admin@acme.test", "acme-secret");
  await page.locator("#said[data-heard$='No free port']").waitFor({ state: "attached" });
  const heard = await page.locator("#said").getAttribute("data-heard");
  assert.equal(heard, "Well|Password guessing|No free port");
  await page.context().close();
});

test("on a phone the ladder is a list, and a message is read without scrolling sideways", async () => {
  for (const width of [320, 375]) {
    const page = await at({ width, height: 800 });
    await page.goto(`${house.url}/t/acme/calls?text=Clara`);
    await page.locator("tr[data-row] a").first().click();
    const rung = page.locator(".ladder details").first();
    const words = rung.locator(".rung-words");
    await words.waitFor();
    assert.match(await words.innerText(), /Clara Vogt → Ringdown:?\s+INVITE/);
    const box = await words.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= width && box.height > 10, JSON.stringify(box));
    await rung.locator("summary").click();
    const message = rung.locator("pre");
    await message.waitFor();
    assert.ok(await message.evaluate((pre) => pre.scrollWidth <= pre.clientWidth), "the message is cut off");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
    await page.context().close();
  }
});

test("on a phone the tab of the page is in sight", async () => {
  const page = await at(PHONE);
  await page.goto(`${house.url}/t/acme/tokens`);
  const tab = await page.locator(".nav-main a[aria-current]").boundingBox();
  assert.ok(tab.x >= 0 && tab.x + tab.width <= PHONE.width, JSON.stringify(tab));
  await page.context().close();
});

test("Escape closes the list of companies, and choosing one stays on the kind of page", async () => {
  const page = await at(DESK, "root@ringdown.test", "operator-secret");
  await page.goto(`${house.url}/t/acme/people`);
  await page.locator(".switch summary").click();
  assert.ok(await page.locator(".switch ul").isVisible());
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".switch ul").isVisible(), false);
  await page.locator(".switch summary").click();
  await page.locator(".switch a", { hasText: "Globex" }).click();
  await page.waitForURL(/\/t\/globex\/people$/);
  await page.context().close();
});

test("the log-in page fits a laptop without scrolling", async () => {
  const page = await (await browser.newContext({ viewport: DESK })).newPage();
  await page.goto(`${house.url}/login`);
  assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight));
  await page.context().close();
});

test("the search box finds people and calls and keeps the text", async () => {
  const page = await at(DESK);
  await page.keyboard.press("/");
  await page.keyboard.type("Clara");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/find\?text=Clara/);
  assert.equal(await page.inputValue("#find"), "Clara");
  await page.keyboard.press("Escape");
  await page.locator("main").click();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/people\/[0-9a-f-]{36}$/);
  await page.context().close();
});
