// Starts the real server on a data folder of its own, with one company in it.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

/** `RINGDOWN` names a built program. */
const [program, ...before] = process.env.RINGDOWN
  ? [process.env.RINGDOWN]
  : ["cargo", "run", "--quiet", "--bin", "ringdown", "--"];
/** Below the ports that the system gives away, above those of the other tests. */
const PORTS = "31200-31263";

/** Runs until it is stopped; knows what the import file says. Servers that run at one time have their own `ports` for media. */
export async function run(yaml, ports = PORTS) {
  const folder = await mkdtemp(path.join(tmpdir(), "ringdown-web-"));
  const data = path.join(folder, "data");
  const places = ["--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", "--rtp-address", "127.0.0.1", "--rtp-ports", ports];
  // What a headline says must not depend on the disk of the machine that runs the tests.
  places.push("--disk-alarm-percent", "0");
  const child = spawn(program, [...before, "serve", "--data", data, ...places], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, RINGDOWN_LOG: "warn" },
  });
  const over = once(child, "exit");
  const [ready] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), over]);
  const [, sip, http] = String(ready).match(/^ready sip=(\S+) http=(\S+)$/) ?? [];
  if (!http) throw new Error(`the server did not start: ${ready}`);
  const bring = async (text) => {
    const file = path.join(folder, "company.yaml");
    await writeFile(file, text);
    await promisify(execFile)(program, [...before, "import", file, "--data", data]);
  };
  await bring(yaml);
  return {
    sip, url: `http://${http}`,
    /** Brings another file into effect. */
    bring,
    /** Sends the process a signal: `SIGSTOP` freezes it, `SIGCONT` lets it go on, `SIGTERM` asks it to end. */
    signal(name) { child.kill(name); },
    async stop() {
      child.kill("SIGTERM");
      await over;
      await rm(folder, { recursive: true });
    },
  };
}
