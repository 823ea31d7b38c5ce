// Pictures of every page: `npm run shots -- FOLDER`. Light and dark at 1280 pixels, phone width at 360.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { browse, logIn, pages, serve } from "./test/showcase.mjs";

const folder = process.argv[2] ?? "shots";
const looks = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { name: "phone", colorScheme: "light", viewport: { width: 360, height: 760 }, deviceScaleFactor: 2, locale: "de-DE" },
];
await mkdir(folder, { recursive: true });
const house = await serve();
const browser = await browse();
for (const { name, ...look } of looks) {
  const context = await browser.newContext(look);
  const page = await context.newPage();
  await page.goto(`${house.url}/login`);
  await page.screenshot({ path: path.join(folder, `login-${name}.png`) });
  await logIn(page, house.url, "root@ringdown.test", "operator-secret");
  for (const [key, address] of Object.entries(await pages(page, house.url))) {
    await page.goto(house.url + address);
    if (key === "live") await page.waitForTimeout(300);
    await page.screenshot({ path: path.join(folder, `${key}-${name}.png`), fullPage: true });
  }
  await context.close();
}
await browser.close();
house.stop();
