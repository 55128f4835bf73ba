// The `test` that every file here uses: a browser that reports anything out of order, and a person to sign in as.
import { test as base, expect, type BrowserContext } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { saw, world, type World } from './world.ts';

/** What went wrong in the browser, and what a test says has to. */
export class Watch {
  readonly #faults: string[] = [];
  readonly #expected: RegExp[] = [];
  readonly #tolerated: RegExp[] = [];

  /** Reports what happens in `context`, and keeps every address for the last check. */
  observe(context: BrowserContext, { base, devBase, issuer }: World): void {
    const hosts = new Set([base, devBase, issuer].map((address) => new URL(address).host));
    context.on('console', (message) => {
      if (['error', 'warning', 'assert'].includes(message.type())) {
        this.#faults.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => this.#faults.push(`page error: ${error.error().stack ?? error.error().message}`));
    context.on('request', (request) => {
      const url = request.url();
      saw('urls', url);
      const { protocol, host } = new URL(url);
      if (protocol !== 'data:' && !hosts.has(host)) this.#faults.push(`request to another host: ${url}`);
    });
    context.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // A page that is left drops the icon and the preloads it was still fetching, and what keeps it current.
      const { pathname } = new URL(request.url());
      const dropped = reason === 'net::ERR_ABORTED'
        && (/^\/(favicon\.svg$|pkg\/|dashboard\/live$)/.test(pathname) || request.resourceType() === 'fetch');
      if (!dropped) this.#faults.push(`request failed: ${request.method()} ${request.url()} ${reason}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) {
        this.#faults.push(`answer ${response.status()}: ${response.request().method()} ${response.url()}`);
      }
    });
  }

  /** A fault that belongs to the test; it fails the test when it does not come. */
  expect(...faults: RegExp[]): void {
    this.#expected.push(...faults);
  }

  /** A fault that may come or not. The caller says why. */
  tolerate(...faults: RegExp[]): void {
    this.#tolerated.push(...faults);
  }

  check(): void {
    const known = [...this.#expected, ...this.#tolerated];
    const unexpected = this.#faults.filter((fault) => !known.some((pattern) => pattern.test(fault)));
    expect(unexpected, 'the browser reported').toEqual([]);
    const missing = this.#expected.filter((pattern) => !this.#faults.some((fault) => pattern.test(fault)));
    expect(missing, 'faults that had to come').toEqual([]);
  }
}

interface Fixtures {
  world: World;
  watch: Watch;
  /** The e-mail address of somebody who has never signed in before. */
  email: string;
}

export const test = base.extend<Fixtures>({
  world: async ({}, use) => use(world()),
  email: async ({}, use) => use(`ada.${randomBytes(4).toString('hex')}@example.com`),
  watch: [
    async ({ context, world }, use) => {
      const watch = new Watch();
      watch.observe(context, world);
      await use(watch);
      watch.check();
    },
    { auto: true },
  ],
});

export { expect };
