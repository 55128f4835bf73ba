// What a page may weigh, and that nothing in it jumps. How long it takes says more of the machine than of the page, so that is
// reported and not held against anything.
import { reserve } from '../support/api.ts';
import { expect, test } from '../support/test.ts';
import { awake, dashboard, keyIn, signIn } from '../support/visit.ts';
import type { Page, TestInfo } from '@playwright/test';

const KIB = 1024;
/** Of everything that a page needs to be read. */
const MOST_TO_READ = 30 * KIB;
const MOST_WASM = 250 * KIB;

const PUBLIC = ['/', '/docs', '/docs/search?q=token', '/auth/sign-in'];
const OWN = [
  '/dashboard', '/dashboard/keys', '/dashboard/reservations', '/dashboard/resources', '/dashboard/events', '/dashboard/usage',
  '/dashboard/issuers', '/dashboard/audit',
  '/dashboard/settings',
];

interface Weights {
  toRead: number;
  wasm: number;
  serverMs: number;
}

/** Bytes as they came over the wire, by the browser's own account. */
async function weights(page: Page): Promise<Weights> {
  return page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const size = (ending: RegExp) => resources
      .filter(({ name }) => ending.test(new URL(name).pathname))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
    return {
      toRead: (navigation?.encodedBodySize ?? Infinity) + size(/\.(css|svg)$/),
      wasm: size(/\.wasm$/),
      serverMs: (navigation?.responseStart ?? 0) - (navigation?.requestStart ?? 0),
    };
  });
}

/** How much has moved without the person's doing, as the browser adds it up (Layout Instability API). */
async function shift(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[]) {
        if (!entry.hadRecentInput) sum += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
    // What was buffered is handed over in a task of its own.
    requestAnimationFrame(() => setTimeout(() => resolve(sum), 100));
  }));
}

async function check(page: Page, path: string, base: string, info: TestInfo): Promise<void> {
  await page.goto(base + path);
  await awake(page);
  const { toRead, wasm, serverMs } = await weights(page);
  const kib = (bytes: number) => `${(bytes / KIB).toFixed(1)} KiB`;
  const description = `${path}: ${kib(toRead)} to read, ${kib(wasm)} WebAssembly, first byte after ${serverMs.toFixed(0)} ms`;
  info.annotations.push({ type: 'weight', description });
  console.log(description);
  expect(toRead, path).toBeGreaterThan(KIB);
  expect(toRead, path).toBeLessThan(MOST_TO_READ);
  expect(wasm, path).toBeLessThan(MOST_WASM);
  expect(await shift(page), `${path} jumps`).toBe(0);
}

test('pages for everybody are light, and nothing in them jumps', async ({ page, world }, info) => {
  for (const path of PUBLIC) await check(page, path, world.base, info);
});

test('pages of the dashboard are light, and nothing in them jumps', async ({ page, email, world }, info) => {
  await signIn(page, email);
  const { key, reveal } = dashboard(page);
  await reveal.click();
  const value = await keyIn(key);
  const names = ['scanner', 'printer', 'press', 'a key', 'a door'];
  await reserve(value, ...names.map((resource) => ({ requester: 'ada', resource, ttlSeconds: 600 })));
  for (const path of OWN) await check(page, path, world.base, info);
});
