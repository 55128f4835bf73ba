// The server under test: the real binary with a folder of its own.
import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Closing } from './closing.ts';

const END2END = dirname(dirname(fileURLToPath(import.meta.url)));

export interface ServerOptions {
  /** Where it keeps its database, master key and log. */
  folder: string;
  port: number;
  metricsPort: number;
  /** Further settings: names without `COOP_LOCKER_`. */
  settings?: Record<string, string>;
}

/** Where the log of the server in `folder` is. */
export const logOf = (folder: string): string => join(folder, 'server.log');

/** Starts the server and waits until it is ready. Stopping it checks that it ends in order. */
export async function startServer({ folder, port, metricsPort, settings = {} }: ServerOptions): Promise<Closing> {
  await mkdir(folder, { recursive: true });
  const log = await open(logOf(folder), 'a');
  const binary = resolve(END2END, process.env['COOP_LOCKER_BIN'] ?? '../target/debug/coop-locker');
  const all: Record<string, string> = {
    DATABASE_URL: `sqlite:${folder}/coop-locker.db`,
    MASTER_KEY_FILE: join(folder, 'master.key'),
    LISTEN: `127.0.0.1:${port}`,
    BASE_URL: `http://localhost:${port}`,
    METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
    SITE_DIR: resolve(END2END, '../target/site'),
    // More than an operator would log, because the tests look for secrets in it.
    LOG_FILTER: 'debug',
    ...settings,
  };
  // Nothing of the caller's settings gets in: only what a program needs to run at all.
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: folder };
  for (const [name, value] of Object.entries(all)) env[`COOP_LOCKER_${name}`] = value;
  const child = spawn(binary, { cwd: folder, env, stdio: ['ignore', log.fd, log.fd] });
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(signal ?? `exit code ${code}`));
  });
  await log.close();
  const early = await Promise.race([ready(port), ended]);
  if (early !== undefined) {
    child.kill('SIGKILL');
    throw new Error(`${binary} did not get ready: ${early}\n${await readFile(logOf(folder), 'utf8')}`);
  }
  return {
    close: async () => {
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), 10_000);
      const how = await ended;
      clearTimeout(limit);
      if (how !== 'exit code 0') throw new Error(`the server did not stop in order: ${how}`);
    },
  };
}

/** Nothing once the server is ready; what is wrong if it does not get there. */
async function ready(port: number): Promise<string | undefined> {
  const deadline = Date.now() + 20_000;
  let last = 'no answer';
  while (Date.now() < deadline) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
      if (answer.ok) return undefined;
      last = `/health/ready says ${answer.status}`;
    } catch {
      // Not listening yet.
    }
    await new Promise((again) => setTimeout(again, 50));
  }
  return last;
}
