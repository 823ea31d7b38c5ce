// Starts the showcase and a browser: what the tests and the screenshots share.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chromium } from "playwright-core";

/** Where Chromium is. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Serves the console on a free port; `SHOWCASE` names a built binary. */
export async function serve() {
  const [command, ...args] = process.env.SHOWCASE
    ? [process.env.SHOWCASE]
    : ["cargo", "run", "--quiet", "-p", "admin-ui", "--example", "showcase", "--"];
  const child = spawn(command, [...args, "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return { url: String(line).trim().replace(/\/$/, ""), stop: () => child.kill("SIGINT") };
}

export async function browse() {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
}

/** Logs in and stays on the first page. */
export async function logIn(page, url, email, password) {
  await page.goto(`${url}/login`);
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("form[action='/login'] .btn-primary");
  await page.waitForURL((address) => !address.pathname.startsWith("/login"));
}

/** Every page of the console, with the addresses of real things in it. */
export async function pages(page, url) {
  const first = async (list, link) => {
    await page.goto(url + list);
    return new URL(await page.locator(link).first().getAttribute("href"), url).pathname;
  };
  const call = await first("/t/acme/calls?text=Clara", "tr[data-row] a");
  const person = await first("/t/acme/people?text=Ben", "tr[data-row] a");
  await page.goto(url + person);
  const password = new URL(await page.locator("form[action$='/password']").first().getAttribute("action"), url).pathname;
  return {
    tenants: "/tenants", live: "/t/acme", calls: "/t/acme/calls", nothing: "/t/acme/calls?text=nobody-at-all", call, find: "/t/acme/find?text=ber", people: "/t/acme/people",
    person, password, edit: `${person}/edit`, add: "/t/acme/people/new", audit: "/t/acme/audit", server: "/audit", tokens: "/t/acme/tokens", missing: "/t/acme/calls/none",
  };
}
