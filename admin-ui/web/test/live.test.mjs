// A real server, real calls, a browser that nobody reloads: what the live page shows, and what is left of a call afterwards.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Line } from "./line.mjs";
import { run } from "./server.mjs";
import { browse, logIn } from "./showcase.mjs";

const NUMBER = "+4930555100";
const CALLER = '"Wagner Logistik" <sip:+493012345678@carrier.test>';

/** Anna's phone is always at `desk`; the carrier's calls come from `carrier`. */
const company = (desk, carrier) => `
trunks: [{id: carrier, kind: ip, peers: ["${carrier}"]}]
tenants:
  - id: acme
    name: Acme
    domains: [acme.test]
    timezone: Europe/Berlin
    country: DE
    language: en
    admins: [{email: admin@acme.test, password: acme-secret}]
    users: [{id: anna, name: Anna Berg, extension: "101", devices: [{id: desk, label: Desk phone, contact: "sip:${desk}"}]}]
    numbers: [{number: "${NUMBER}", trunk: carrier, template: vip-by-lookup, params: {source: customers, main: ["101"]}}]
    data_sources: [{id: customers, kind: http-json, url: "http://127.0.0.1:9/{number}", allow_private: true}]
`;

let server, browser, desk, carrier;
before(async () => {
  [desk, carrier] = [await Line.open(), await Line.open()];
  server = await run(company(desk.address, carrier.address));
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  desk?.close();
  carrier?.close();
});

/** Writes every event that the page hears down in the page: `data-told="figures rows row"`. */
function listen() {
  const Native = window.EventSource;
  const told = [];
  window.EventSource = class extends Native {
    constructor(url) {
      super(url);
      for (const kind of ["figures", "rows", "row"]) {
        this.addEventListener(kind, () => { document.documentElement.dataset.told = (told.push(kind), told.join(" ")); });
      }
    }
  };
}

/** Logged in on the live page, which has heard the whole board and is not loaded again from here on. */
async function watch(at = server) {
  const page = await (await browser.newContext()).newPage();
  await page.clock.install();
  await page.addInitScript(listen);
  await logIn(page, at.url, "admin@acme.test", "acme-secret");
  await page.waitForSelector("html[data-told~='rows']");
  await page.locator("#no-calls").waitFor();
  return page;
}

/** What the page has heard since it was loaded, each kind once for every time. */
async function told(page, kind) {
  const all = await page.locator("html").getAttribute("data-told");
  return all.split(" ").filter((one) => one === kind).length;
}

test("a call appears and vanishes by itself, and its messages can be read afterwards", { timeout: 120_000 }, async () => {
  const page = await watch();
  const call = carrier.dial(server.sip, NUMBER, CALLER);
  const invite = await desk.message(/^INVITE /);
  desk.answer(invite, "180 Ringing");
  const row = page.locator("#rows .call-row");
  await page.locator("#rows [data-state='ringing']").waitFor();
  assert.match(await row.innerText(), /Wagner Logistik[^]*Anna Berg/);
  assert.equal(await page.locator("#no-calls").isVisible(), false);

  desk.answer(invite, "200 OK", desk.session());
  await call.answered();
  await page.locator("#rows [data-state='talking']").waitFor();
  await call.hangUp();
  await row.waitFor({ state: "detached" });
  assert.ok(await page.locator("#no-calls").isVisible());
  assert.equal(await told(page, "rows"), 1, "the page was shown the whole board again");
  assert.ok(await told(page, "row") >= 3, "the row did not come, change and go as a row");
  desk.answer(await desk.message(/^BYE /), "200 OK");

  await page.locator(".nav-main a[href='/t/acme/calls']").click();
  await page.locator("tr[data-row] a").first().click();
  assert.match(await page.locator("h1.sentence").innerText(), /Wagner Logistik[^]*Anna Berg/);
  const rung = page.locator(".ladder details").first();
  // Messages come to the disk a moment after the call.
  while (await rung.count() === 0) await page.reload();
  const message = rung.locator("pre");
  assert.equal(await message.isVisible(), false);
  await rung.locator("summary").click();
  await message.waitFor();
  assert.match(await message.innerText(), /^INVITE sip:\+4930555100@/);
  await page.context().close();
});

test("whoever runs the company ends a call from the live page", { timeout: 120_000 }, async () => {
  const page = await watch();
  const call = carrier.dial(server.sip, NUMBER, CALLER);
  const invite = await desk.message(/^INVITE /);
  desk.answer(invite, "200 OK", desk.session());
  await call.answered();
  await page.locator("#rows [data-state='talking']").waitFor();
  await page.getByRole("button", { name: "End the call of Wagner Logistik" }).click();
  await page.locator("#ask-yes").click();
  for (const phone of [desk, carrier]) phone.answer(await phone.message(/^BYE /), "200 OK");
  await page.locator("#rows .call-row").waitFor({ state: "detached" });
  await page.context().close();
});

test("a running call's own page becomes the finished call's page", { timeout: 120_000 }, async () => {
  const page = await watch();
  const call = carrier.dial(server.sip, NUMBER, CALLER);
  const invite = await desk.message(/^INVITE /);
  desk.answer(invite, "200 OK", desk.session());
  await call.answered();
  await page.locator("#rows [data-state='talking'] a").click();
  await page.locator("html[data-told~='rows']").waitFor();
  await page.locator("#rows [data-state='talking']").waitFor();
  await call.hangUp();
  desk.answer(await desk.message(/^BYE /), "200 OK");
  await page.locator("h1.sentence").waitFor();
  await page.context().close();
});

/** A call that is talked on, its row in sight. */
async function talking(page, at = server) {
  const call = carrier.dial(at.sip, NUMBER, CALLER);
  desk.answer(await desk.message(/^INVITE /), "200 OK", desk.session());
  await call.answered();
  await page.locator("#rows [data-state='talking']").waitFor();
  return call;
}

/** Both sides say goodbye. */
async function over(call) {
  await call.hangUp();
  desk.answer(await desk.message(/^BYE /), "200 OK");
}

test("a page notices that its server is frozen, offers nothing more, and heals", { timeout: 120_000 }, async () => {
  const page = await watch();
  const call = await talking(page);
  const hangUp = page.locator("#rows button.danger");
  assert.ok(await hangUp.isEnabled());
  server.signal("SIGSTOP");
  try {
    await page.clock.fastForward(13_000);
    await page.locator("body.lost .toast:visible").waitFor();
    assert.ok(await hangUp.isDisabled(), "a call that may be over can be ended");
    const stands = await page.locator("#rows .call-time").innerText();
    await page.clock.fastForward(5_000);
    assert.equal(await page.locator("#rows .call-time").innerText(), stands, "the clock ticks on");
  } finally {
    server.signal("SIGCONT");
  }
  await page.locator("body:not(.lost)").waitFor();
  await page.locator("#rows button.danger:enabled").waitFor();
  await over(call);
  await page.context().close();
});

test("a server that is restarted says so and how many calls are left, and is lost when it is gone", { timeout: 120_000 }, async () => {
  const leaving = await run(company(desk.address, carrier.address), "31264-31295");
  const page = await watch(leaving);
  const call = await talking(page, leaving);
  assert.equal(await page.locator("#draining").isVisible(), false);
  leaving.signal("SIGTERM");
  await page.locator("#draining:visible", { hasText: "running calls are allowed to end (1 left)" }).waitFor();
  await over(call);
  await page.locator("body.lost").waitFor();
  await leaving.stop();
  await page.context().close();
});

test("a row says who calls whom, and the focus stays in it while it changes", { timeout: 120_000 }, async () => {
  const page = await watch();
  const call = carrier.dial(server.sip, NUMBER, CALLER);
  const invite = await desk.message(/^INVITE /);
  desk.answer(invite, "180 Ringing");
  const ringing = page.getByRole("listitem").getByRole("link", { name: /^Ringing: Wagner Logistik calls Anna Berg, \d+ s$/ });
  await ringing.focus();
  desk.answer(invite, "200 OK", desk.session());
  await call.answered();
  const talking = page.getByRole("link", { name: /^Talking: Wagner Logistik calls Anna Berg, \d+ s$/ });
  await talking.waitFor();
  assert.ok(await talking.evaluate((link) => link === document.activeElement), "the focus was lost");
  await over(call);
  await page.locator("#rows .call-row").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement?.id), "calls-now", "the focus fell to the page's top");
  await page.context().close();
});

test("a headline that changes is announced, and the focus beside it stays", { timeout: 120_000 }, async () => {
  const page = await watch();
  const person = (id, extension) => `{id: ${id}, name: ${id}, extension: "${extension}", devices: [{id: desk, label: Desk phone}]}`;
  const users = (...people) => `tenants: [{id: acme, users: [${people.join(", ")}]}]`;
  assert.equal(await page.locator("#said").innerText(), "");
  await server.bring(users(person("ben", "102")));
  await page.locator("#said", { hasText: "1 phone cannot be reached" }).waitFor();
  const link = page.locator("#figures a");
  await link.focus();
  await server.bring(users(person("clara", "103")));
  await page.locator("#said", { hasText: "2 phones cannot be reached" }).waitFor();
  assert.ok(await link.evaluate((there) => there === document.activeElement), "the focus was lost");
  await page.context().close();
});
