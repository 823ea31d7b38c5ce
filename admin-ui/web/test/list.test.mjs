// A list that is filtered: its rows are those of the filter, or are shown as what they are.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, logIn, serve } from "./showcase.mjs";

let house, browser;
before(async () => { house = await serve(); browser = await browse(); });
after(async () => { await browser?.close(); house?.stop(); });

/** What a filter asks for, whatever it is. */
const FILTER = (url) => url.pathname.endsWith("/calls") && url.search !== "";

/** Acme's calls, unfiltered. */
async function calls() {
  const page = await (await browser.newContext()).newPage();
  await logIn(page, house.url, "admin@acme.test", "acme-secret");
  await page.goto(`${house.url}/t/acme/calls`);
  return page;
}

/** The names of the callers in the rows. */
const callers = (page) => page.locator("#list tr[data-row] td:nth-child(2) strong").allInnerTexts();

const failures = {
  "a server that cannot be reached": (route) => route.abort(),
  "a server that is broken": (route) => route.fulfill({ status: 500, body: "" }),
};

for (const [name, fail] of Object.entries(failures)) {
  test(`rows of before are shown as such, said so, and replaced in the end: ${name}`, async () => {
    const page = await calls();
    const before = await callers(page);
    await page.route(FILTER, fail);
    await page.fill("#text", "Clara");
    await page.locator("#list.old").waitFor();
    assert.match(await page.locator("#list-old:visible").innerText(), /do not match the filter/);
    assert.deepEqual(await callers(page), before);
    await page.unroute(FILTER);
    await page.locator("#list:not(.old)").waitFor();
    assert.equal(await page.locator("#list-old").isVisible(), false);
    assert.ok(new Set(before).size > 1);
    assert.equal(await page.locator("#found").innerText(), `${(await callers(page)).length} calls found`);
    assert.match(page.url(), /text=Clara/);
    await page.context().close();
  });
}

test("rows are dimmed while their filter's answer is waited for", async () => {
  const page = await calls();
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route(FILTER, async (route) => { await held; await route.continue(); });
  await page.fill("#text", "Clara");
  await page.locator("#list.old[aria-busy='true']").waitFor();
  assert.equal(await page.locator("#list-old").isVisible(), false, "it is late, not gone");
  release();
  await page.locator("#list:not(.old)[aria-busy='false']").waitFor();
  await page.context().close();
});

test("an answer to an older filter does not replace the rows of the newer one", async () => {
  const page = await calls();
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  const older = (url) => FILTER(url) && url.searchParams.get("outcome") === "";
  await page.route(older, async (route) => { await held; await route.continue().catch(() => {}); });
  const asked = page.waitForRequest((request) => older(new URL(request.url())));
  await page.fill("#text", "nobody-at-all");
  await asked;
  await page.evaluate(() => { document.querySelector("#text").value = ""; });
  await page.selectOption("#outcome", "answered");
  await page.locator("#found", { hasText: "2 calls found" }).waitFor();
  release();
  await page.unroute(older, { behavior: "wait" });
  assert.equal((await callers(page)).length, 2);
  await page.context().close();
});

test("how many calls were found is announced, and not the table", async () => {
  const page = await calls();
  assert.equal(await page.locator("#found").getAttribute("role"), "status");
  assert.equal(await page.locator("[aria-live], [role=status]").locator("table").count(), 0);
  await page.fill("#text", "nobody-at-all");
  await page.locator("#found", { hasText: "No calls found" }).waitFor();
  await page.context().close();
});
