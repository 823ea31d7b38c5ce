#!/usr/bin/env node
// Writes NOTICE: every package of others that ends up in the binary, with the words that its licence asks us to pass on.
// What is only used to build or to test, and procedural macros, do not ship and are left out.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const web = path.join(root, "admin-ui", "web");
const platforms = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];
const isText = (name) => /^(un)?licen[cs]e|^copying|^copyright|^notice/i.test(name) && !/\.(rs|toml|json|html)$/i.test(name);
const normalised = (text) => text.replace(/\r\n?/g, "\n").replace(/[ \t]+$/gm, "").trim();
const isSource = (p) => p.name.endsWith("-src");
const digest = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

/** The crates that `ringdown` is linked from: its normal dependencies, and sources of C that a build script compiles. */
function crates() {
  const found = new Map();
  for (const platform of platforms) {
    const line = ["metadata", "--locked", "--format-version", "1", "--filter-platform", platform];
    const metadata = JSON.parse(execFileSync("cargo", line, { cwd: root, maxBuffer: 1 << 28 }));
    const packages = new Map(metadata.packages.map((p) => [p.id, p]));
    const nodes = new Map(metadata.resolve.nodes.map((n) => [n.id, n]));
    const ships = ({ name, dep_kinds: kinds }) => kinds.some(({ kind }) => kind === null || kind === "build" && name.endsWith("_src"));
    const waiting = [metadata.packages.find((p) => p.name === "ringdown").id];
    const seen = new Set(waiting);
    while (waiting.length) {
      const id = waiting.pop();
      const p = packages.get(id);
      if (p.source) found.set(id, { name: p.name, version: p.version, licence: p.license, folder: path.dirname(p.manifest_path), authors: p.authors });
      if (isSource(p)) continue;
      for (const next of nodes.get(id).deps.filter(ships)) {
        const macro = packages.get(next.pkg).targets.some((t) => t.kind.includes("proc-macro"));
        if (!macro && !seen.has(next.pkg)) { seen.add(next.pkg); waiting.push(next.pkg); }
      }
    }
  }
  return [...found.values()];
}

/** The packages that the console's scripts, styles and icons are taken from: the `dependencies` and theirs. */
function scripts() {
  const lock = JSON.parse(readFileSync(path.join(web, "package-lock.json"), "utf8"));
  return Object.entries(lock.packages).filter(([where, p]) => where && !p.dev).map(([where, p]) => {
    const folder = path.join(web, where);
    return { name: where.replace(/^.*node_modules\//, ""), version: p.version, licence: p.license, folder, authors: [] };
  });
}

/** The licence texts in a package; those of C sources lie some folders down. */
function texts(p, folder = p.folder, depth = /[-_](sys|src)$/.test(p.name) ? 3 : 1) {
  if (!existsSync(folder)) throw new Error(`${p.name} ${p.version} is not there: build once, then try again`);
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isFile()) return isText(entry.name) ? [{ name: entry.name, text: normalised(readFileSync(file, "utf8")) }] : [];
    const further = depth > 1 || /^licen[cs]es?$/i.test(entry.name);
    return further && entry.isDirectory() ? texts(p, file, depth - 1) : [];
  });
}

const isApache = (text) => /apache license/i.test(text.slice(0, 400)) && text.length > 8_000 && text.length < 13_000;

// For packages that name this licence and leave its text out (https://spdx.org/licenses/MIT.html).
const mit = normalised(`
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`);

// C sources in a crate that has the text of its own licence alone.
const inside = { "libmimalloc-sys": `Copyright (c) 2018-2025 Microsoft Corporation, Daan Leijen\n\n${mit}` };

/** What we must pass on of a package: where its author lets us choose and Apache-2.0 is among it, its NOTICE alone. */
function passedOn(p) {
  const all = texts(p);
  const choice = /apache-2\.0/i.test(p.licence ?? "") && !/\bAND\b/.test(p.licence);
  if (choice) return all.filter(({ name }) => /^notice/i.test(name));
  const own = all.filter(({ text }) => !isApache(text));
  if (inside[p.name]) own.push({ name: "", text: inside[p.name] });
  if (all.length) return own;
  const by = p.authors.map((author) => author.replace(/ *<.*>/, "")).join(", ") || `the authors of ${p.name}`;
  if (p.licence !== "MIT") throw new Error(`${p.name} ${p.version} has no text of its licence, ${p.licence}`);
  return [{ name: "", text: `Copyright (c) ${by}\n\n${mit}` }];
}

const parts = [["Crates", crates()], ["Packages of the console", scripts()]];
const lines = [
  "Ringdown", "",
  "Licensed under the Apache License, Version 2.0. This program contains the work of others, listed here with their licences.",
  "Where they let us choose, we took the Apache License, whose text stands once, in LICENSE; the other texts follow the lists.", "",
  "Made by tools/notice.mjs from these files (SHA-256):",
  `Cargo.lock ${digest(path.join(root, "Cargo.lock"))}`,
  `admin-ui/web/package-lock.json ${digest(path.join(web, "package-lock.json"))}`,
];
const bodies = new Map();
for (const [title, packages] of parts) {
  packages.sort((a, b) => (a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1));
  lines.push("", `${title}:`, "");
  for (const p of packages) {
    lines.push(`${p.name} ${p.version}: ${p.licence}`);
    for (const { text } of passedOn(p)) bodies.set(text, [...(bodies.get(text) ?? []), `${p.name} ${p.version}`]);
  }
}
for (const [text, names] of bodies) lines.push("", "-".repeat(100), [...new Set(names)].join(", "), "", text);
writeFileSync(path.join(root, "NOTICE"), lines.join("\n") + "\n");
console.log(`NOTICE: ${parts.map(([title, packages]) => `${packages.length} ${title.toLowerCase()}`).join(", ")}, ${bodies.size} texts`);
