// What the tests know about the servers that were started for them, and what they leave for the last check.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export interface World {
  folder: string;
  folders: { google: string; dev: string };
  /** The server with sign-in through the provider. */
  base: string;
  /** The server with development sign-in. */
  devBase: string;
  issuer: string;
}

/** The one person who may use the admin pages. */
export const ADMIN = 'root@example.com';

const NAME = 'COOP_LOCKER_END2END';

/** Makes `world` known to the workers, which inherit the environment. */
export function publish(world: World): void {
  process.env[NAME] = JSON.stringify(world);
}

export function world(): World {
  const published = process.env[NAME];
  if (!published) throw new Error('the servers have not been started');
  return JSON.parse(published) as World;
}

/** Key values and addresses that any test has seen, one a line. A line is far below what appends atomically. */
export const seenFile = (kind: 'keys' | 'urls'): string => join(world().folder, `seen-${kind}`);

export function saw(kind: 'keys' | 'urls', line: string): void {
  appendFileSync(seenFile(kind), `${line}\n`);
}

/** What an API key looks like. */
export const KEY = /coop_sk_[0-9A-Za-z]{49}/;
