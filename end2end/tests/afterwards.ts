// The last word, over what all other tests left behind.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { logOf } from '../support/server.ts';
import { expect, test } from '../support/test.ts';
import { KEY, seenFile, world } from '../support/world.ts';

const lines = async (kind: 'keys' | 'urls'): Promise<string[]> => {
  const text = await readFile(seenFile(kind), 'utf8').catch(() => '');
  return [...new Set(text.split('\n').filter(Boolean))];
};

/** What is found of `needles`, without repeating it: this goes into a report. */
const leaks = (text: string, needles: string[]): number => needles.filter((needle) => text.includes(needle)).length;

test('no key value is in a log, an address or a database', async () => {
  const keys = await lines('keys');
  const urls = await lines('urls');
  test.skip(keys.length === 0, 'No test that ran has seen a key: there is nothing to look for.');
  expect(keys.every((key) => KEY.test(key))).toBe(true);

  expect(urls.length).toBeGreaterThan(0);
  expect(urls.filter((url) => KEY.test(decodeURIComponent(url))).length, 'addresses with a key').toBe(0);

  for (const folder of Object.values(world().folders)) {
    const log = await readFile(logOf(folder), 'utf8');
    expect(log, `${folder} has a log`).not.toBe('');
    // Not even one that no test has seen.
    expect(KEY.test(log), `a key in the log of ${folder}`).toBe(false);
    for (const file of (await readdir(folder)).filter((name) => name.startsWith('coop-locker.db'))) {
      const bytes = await readFile(join(folder, file), 'latin1');
      expect(leaks(bytes, keys), `keys in ${file}`).toBe(0);
    }
  }
});
