// What is asked before something is done, and what is kept of what was typed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, logIn, serve } from "./showcase.mjs";

let house, browser;
before(async () => { house = await serve(); browser = await browse(); });
after(async () => { await browser?.close(); house?.stop(); });

/** Logged in at Acme. */
async function admin(options = {}) {
  const page = await (await browser.newContext(options)).newPage();
  await logIn(page, house.url, "admin@acme.test", "acme-secret");
  return page;
}

/** Makes a token, whose row is in sight then. */
async function token(page, name) {
  await page.goto(`${house.url}/t/acme/tokens`);
  await page.fill("#label", name);
  await page.check("input[value='calls:read']");
  await page.click("form[action$='/tokens'] .btn-primary");
  const row = page.locator("tr", { hasText: name });
  await row.waitFor();
  return row;
}

test("a question is a dialog of the page: no changes nothing, yes does it", async () => {
  const page = await admin();
  page.on("dialog", () => assert.fail("a box of the browser's own"));
  const row = await token(page, "Wallboard");
  const revoke = row.locator("button");
  await revoke.click();
  const dialog = page.getByRole("dialog", { name: "Revoke" });
  assert.match(await dialog.innerText(), /Revoke “Wallboard”\?/);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(await revoke.evaluate((button) => button === document.activeElement), "the focus was lost");
  await revoke.click();
  await page.locator("#ask-yes").click();
  await page.getByRole("status").filter({ hasText: "The token was revoked." }).waitFor();
  assert.equal(await page.locator("tr", { hasText: "Wallboard" }).count(), 0);
  await page.context().close();
});

test("without script a question is a page", async () => {
  const page = await admin({ javaScriptEnabled: false });
  const row = await token(page, "Archive");
  await row.locator("button").click();
  await page.waitForURL(/\/revoke\??$/);
  assert.match(await page.locator("main").innerText(), /Revoke “Archive”\?/);
  await page.locator("main a", { hasText: "Cancel" }).click();
  await page.locator("tr", { hasText: "Archive" }).locator("button").click();
  await page.locator("main .danger").click();
  await page.waitForURL(/\/tokens$/);
  assert.equal(await page.locator("tr", { hasText: "Archive" }).count(), 0);
  await page.context().close();
});

test("what was typed while the log-in ran out is still there after the next one", async () => {
  const page = await admin();
  await page.goto(`${house.url}/t/acme/people?text=Clara`);
  await page.locator("tr[data-row] a").first().click();
  await page.locator("a[href$='/edit']").click();
  await page.fill("#name", "Clara Neumann");
  await page.context().clearCookies();
  await page.click(".btn-primary");
  await page.locator("#login-error", { hasText: "what you typed is kept" }).waitFor();
  await page.fill("#email", "admin@acme.test");
  await page.fill("#password", "acme-secret");
  await page.click("form[action='/login'] .btn-primary");
  await page.locator("dd", { hasText: "Clara Neumann" }).waitFor();
  await page.click(".btn-primary");
  await page.locator("ins", { hasText: "Clara Neumann" }).waitFor();
  await page.context().close();
});
