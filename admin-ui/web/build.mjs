// Bundles the console: one style sheet, one script, one sprite of the icons that the views use. `npm run build` writes dist/.
import { build } from "esbuild";
import { PurgeCSS } from "purgecss";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");
const views = path.join(here, "..", "views");
const kit = path.join(here, "node_modules", "@tabler");
const limit = 100 * 1024;

async function files(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name));
}

/** The kit's rules for the few components that we take from it; everything that no view uses is left behind. */
async function fromKit(texts) {
  const css = await readFile(path.join(kit, "core", "dist", "css", "tabler.min.css"), "utf8");
  const taken = new Set(["btn", "btn-primary", "form-control", "form-select", "form-label"]);
  const [purged] = await new PurgeCSS().purge({
    content: [{ raw: texts.join("\n"), extension: "html" }],
    css: [{ raw: css }],
    defaultExtractor: (text) => (text.match(/[a-z][\w-]*/gi) ?? []).filter((word) => taken.has(word) || !word.includes("-") && word === word.toLowerCase() && tags.has(word)),
    variables: true,
    fontFace: true,
    keyframes: true,
  });
  return purged.css;
}

const tags = new Set("html body main header nav section article h1 h2 h3 p a ul ol li dl dt dd table thead tbody tr th td caption form fieldset legend label input select option button svg details summary dialog code kbd pre del ins small strong time".split(" "));

/** One <symbol> for each icon that a view names. */
async function sprite(texts) {
  const names = new Set(texts.flatMap((text) => [...text.matchAll(/icon\(name="([\w-]+)"\)/g)].map((m) => m[1])));
  for (const source of await files(path.join(here, "..", "src", "pages"))) {
    const text = await readFile(source, "utf8");
    for (const m of text.matchAll(/"(activity|phone|users|history|key|building)"/g)) names.add(m[1]);
  }
  const symbols = [];
  for (const name of [...names].sort()) {
    const svg = await readFile(path.join(kit, "icons", "icons", "outline", `${name}.svg`), "utf8");
    const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s+/g, " ").trim();
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const texts = await Promise.all((await files(views)).map((file) => readFile(file, "utf8")));
await writeFile(path.join(dist, "kit.css"), await fromKit(texts));
await writeFile(path.join(dist, "icons.svg"), await sprite(texts));
await writeFile(path.join(dist, "logo.svg"), await readFile(path.join(here, "src", "logo.svg")));
await build({
  entryPoints: { console: path.join(here, "src", "console.ts") },
  outdir: dist, bundle: true, minify: true, format: "iife", target: ["es2022"], legalComments: "none",
});
await build({
  entryPoints: { console: path.join(here, "src", "console.css") },
  outdir: dist, bundle: true, minify: true, target: ["chrome111", "firefox113", "safari16.4"],
});
await rm(path.join(dist, "kit.css"));
let total = 0;
for (const file of await files(dist)) {
  const bytes = gzipSync(await readFile(file)).length;
  total += bytes;
  console.log(`${path.basename(file).padEnd(14)} ${(bytes / 1024).toFixed(1)} KB gzip`);
}
if (total > limit) throw new Error(`the assets are ${total} bytes, over ${limit}`);
