// Every page, in both colour schemes, wide and narrow: axe finds nothing, nothing scrolls sideways, and a picture is
// left in screenshots/ for people to look at.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { call, reserve } from '../support/api.ts';
import { KEY_SET } from '../support/jwt.ts';
import { expect, test, type Watch } from '../support/test.ts';
import { dashboard, keyIn, open, signIn } from '../support/visit.ts';
import { ADMIN, world } from '../support/world.ts';

interface Visit {
  page: Page;
  email: string;
  watch: Watch;
}

/** An error page is the answer to its own address, which the browser reports. */
const answered = (status: number): RegExp[] => [
  new RegExp(`^answer ${status}: GET `),
  new RegExp(`^console error: Failed to load resource: the server responded with a status of ${status} `),
];

/** How to get to each page; the name is the picture's. */
const PAGES: Record<string, (visit: Visit) => Promise<void>> = {
  home: ({ page }) => open(page, '/'),
  'home-signed-in': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/');
  },
  'sign-in': ({ page }) => open(page, '/auth/sign-in?return_to=%2Fdashboard'),
  'development-sign-in': ({ page }) => open(page, '/auth/dev', world().devBase),
  'dashboard-first-time': ({ page, email }) => signIn(page, email),
  'dashboard-key-shown': async ({ page, email }) => {
    await signIn(page, email);
    await dashboard(page).reveal.click();
    await keyIn(dashboard(page).key);
  },
  'dashboard-reservations': async ({ page, email }) => {
    await signIn(page, email);
    await dashboard(page).reveal.click();
    const key = await keyIn(dashboard(page).key);
    await reserve(
      key,
      { requester: 'worker-1', resource: 'printer', ttlSeconds: 300 },
      { requester: 'ci/build-4711', resource: 'staging', ttlSeconds: 7200, metadata: { commit: '8d9db58' } },
      { requester: 'worker-2', resource: 'licence:cad' },
      // As long as names may be, without a place to break the line.
      { requester: 'w'.repeat(256), resource: 'r'.repeat(256), ttlSeconds: 31_536_000 },
    );
    await open(page, '/dashboard');
    await expect(dashboard(page).reservations.getByRole('row')).toHaveCount(5);
  },
  'dashboard-rotate': async ({ page, email }) => {
    await signIn(page, email);
    await dashboard(page).openRotate.click();
    await expect(dashboard(page).dialog).toBeVisible();
  },
  keys: async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/keys');
  },
  'keys-created': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/keys');
    // As long as labels may be, without a place to break the line.
    await page.getByLabel('Label').fill('w'.repeat(64));
    await page.getByRole('button', { name: 'Create key' }).click();
    await keyIn(page.locator('.shown-key code.key'));
  },
  'keys-manage': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/keys');
    await page.getByLabel('Label').fill('worker-prod');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('link', { name: 'Manage worker-prod' }).click();
    await page.getByText('Revoke this key').click();
  },
  reservations: async ({ page, email }) => {
    await busy(page, email);
    await open(page, '/dashboard/reservations');
    await expect(page.getByRole('row')).toHaveCount(5);
  },
  'reservations-empty': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/reservations');
  },
  'reservations-filtered': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/reservations?requester=nobody&prefix=printer');
  },
  reservation: async ({ page, email }) => {
    const key = await busy(page, email);
    // As long as names may be, without a place to break the line. They wait for as long as the pictures take.
    for (const requester of ['ci/build-4711', 'w'.repeat(256)]) {
      void call(key, 'reserve', [{ requester, resource: 'Printer', ttlSeconds: 60, waitSeconds: 60 }]).catch(() => undefined);
    }
    await expect(async () => {
      await open(page, '/dashboard/reservations');
      await expect(page.getByRole('row').filter({ hasText: 'Printer' }).getByRole('cell').last()).toHaveText('2', { timeout: 500 });
    }).toPass();
    await page.getByRole('link', { name: 'Printer' }).click();
    await page.getByText('Release this reservation…').click();
    await expect(page.getByLabel('Reason')).toBeVisible();
  },
  'reservation-gone': async ({ page, email, watch }) => {
    watch.expect(...answered(404));
    await signIn(page, email);
    await open(page, '/dashboard/reservations?resource=printer&token=1');
  },
  resources: async ({ page, email }) => {
    await busy(page, email);
    await open(page, '/dashboard/resources');
    await expect(page.getByRole('region', { name: 'Tree' })).toBeVisible();
  },
  'resources-empty': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/resources');
  },
  'resources-refused': async ({ page, email, watch }) => {
    watch.expect(...answered(400).map((fault) => new RegExp(fault.source.replace('GET', 'POST'))));
    await signIn(page, email);
    await open(page, '/dashboard/resources');
    await page.getByLabel('Name').fill('a>b');
    await page.getByLabel('Path in a tree').fill('>');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await expect(page.getByRole('alert')).toBeVisible();
  },
  resource: async ({ page, email }) => {
    await busy(page, email);
    await open(page, '/dashboard/resources?name=Printer');
    await page.getByText('Delete this definition…').click();
  },
  events: async ({ page, email }) => {
    await busy(page, email);
    await open(page, '/dashboard/events');
    await page.getByText('Details').first().click();
    await expect(page.getByRole('list', { name: 'Events' }).getByRole('listitem')).toHaveCount(9);
  },
  'events-empty': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/events');
  },
  'events-refused': async ({ page, email, watch }) => {
    watch.expect(...answered(400));
    await signIn(page, email);
    await open(page, '/dashboard/events?type=LOST&requester=nobody');
  },
  usage: async ({ page, email }) => {
    await used(page, email);
    await page.getByText('The numbers').first().click();
  },
  'usage-week': async ({ page, email }) => {
    await used(page, email);
    await open(page, '/dashboard/usage?range=7d');
  },
  'usage-empty': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/usage');
  },
  audit: async ({ page, email }) => {
    await signIn(page, email);
    // As long as names may be, without a place to break the line.
    await open(page, '/dashboard/settings');
    await page.getByLabel('Name', { exact: true }).fill('w'.repeat(100));
    await page.getByRole('button', { name: 'Change name' }).click();
    // Its answer is awaited: leaving earlier breaks the page's own request off.
    await page.waitForURL('**/dashboard/settings?done=rename');
    await open(page, '/dashboard/audit');
  },
  'audit-empty': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/audit?action=issuer.');
  },
  settings: async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/settings');
  },
  'sign-in-again': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/auth/again?return_to=%2Fdashboard%2Fsettings');
  },
  admin: async ({ page }) => {
    await signIn(page, ADMIN);
    await open(page, '/admin');
  },
  'admin-tenant': async ({ page }) => {
    await signIn(page, ADMIN);
    await open(page, `/admin?q=${encodeURIComponent(ADMIN)}`);
    await page.getByRole('cell').getByRole('link').click();
    await expect(page.getByRole('heading', { name: 'Change tier' })).toBeVisible();
  },
  issuers: async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/dashboard/issuers');
    const add = page.getByRole('region', { name: 'Add an issuer' });
    await add.getByLabel(/^Issuer/).fill(`https://id.example.com/${email}`);
    await add.getByLabel(/^Label/).fill('our-users');
    await add.getByLabel(/the keys themselves/).fill(KEY_SET);
    await add.getByRole('button', { name: 'Add issuer' }).click();
    await expect(page.getByRole('heading', { name: 'our-users' })).toBeVisible();
  },
  docs: ({ page }) => open(page, '/docs'),
  'docs-key-shown': async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/docs/authentication');
    await page.getByRole('button', { name: 'Use my key' }).click();
    await keyIn(page.locator('.my-key').first());
  },
  // A page of the guide is its file.
  ...Object.fromEntries(
    readdirSync(new URL('../../docs/guide/', import.meta.url)).map((file) => {
      const name = file.replace(/\.md$/, '');
      return [`docs-${name}`, ({ page }: Visit) => open(page, `/docs/${name}`)];
    }),
  ),
  'docs-api': ({ page }) => open(page, '/docs/api'),
  'docs-search': ({ page }) => open(page, '/docs/search?q=api+key'),
  'docs-search-nothing': ({ page }) => open(page, `/docs/search?q=${'w'.repeat(100)}`),
  claim: async ({ page, email }) => {
    await signIn(page, email);
    await open(page, '/claim');
  },
  'claim-signed-out': ({ page }) => open(page, '/claim'),
  'not-found': ({ page, watch }) => {
    watch.expect(...answered(404));
    return open(page, '/nothing/here');
  },
  problem: ({ page, watch }) => {
    watch.expect(...answered(400));
    return open(page, '/auth/google/callback?code=made-up&state=made-up');
  },
};

/** Signs in, registers a little of everything, and holds some of it. The answer is the key. */
async function busy(page: Page, email: string): Promise<string> {
  await signIn(page, email);
  await dashboard(page).reveal.click();
  const key = await keyIn(dashboard(page).key);
  const answer = await fetch(`${world().base}/api/v1/Resource/register`, {
    method: 'POST',
    headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify([
      { name: 'Office', treePath: 'Company>Equipment' },
      { name: 'Printer', capacity: 3, treePath: 'Company>Equipment>Office', blocks: ['toner'], lockDelaySeconds: 30 },
      { name: 'meeting-room', blocks: ['beamer', 'whiteboard', 'conference-phone', 'heating', 'key-4'] },
      { name: 'licence:cad', capacity: 250 },
      // As long as names may be, without a place to break the line.
      { name: 'r'.repeat(256), treePath: `Company>${'t'.repeat(256)}`, blocks: ['b'.repeat(256)] },
    ]),
  });
  expect(answer.status, await answer.text()).toBe(200);
  await reserve(
    key,
    {
      requester: 'ada', resource: 'Printer', ttlSeconds: 600,
      metadata: { commit: '8d9db58', job: { name: 'nightly', steps: [1, 2] } },
    },
    { requester: 'ada', resource: 'licence:cad', ttlSeconds: 31_536_000 },
    { requester: 'w'.repeat(256), resource: 'r'.repeat(256), ttlSeconds: 60 },
    { requester: 'ci/build-4711', resource: 'staging' },
  );
  return key;
}

/** Lets several keys do something, and be refused, and opens the usage when it is written down. */
async function used(page: Page, email: string): Promise<void> {
  const key = await busy(page, email);
  await open(page, '/dashboard/keys');
  // As long as labels may be, without a place to break the line.
  await page.getByLabel('Label').fill('w'.repeat(64));
  await page.getByRole('button', { name: 'Create key' }).click();
  const other = await keyIn(page.locator('.shown-key code.key'));
  for (let time = 0; time < 7; time += 1) {
    await call(other, 'reserve', [{ requester: 'bob', resource: 'r'.repeat(256) }, { requester: 'bob', resource: 'staging' }]);
    await call(key, 'activeReservations');
  }
  const many = Array.from({ length: 100 }, (_, at) => ({ requester: 'bob', resource: `many-${at}`, ttlSeconds: 60 }));
  await call(other, 'reserve', many);
  await call(other, 'reserve', many);
  await expect(async () => {
    await open(page, '/dashboard/usage');
    await expect(page.getByRole('heading', { name: 'Refused with 429 per hour, by limit' })).toBeVisible({ timeout: 500 });
    await expect(page.getByRole('region', { name: 'Refused with 429' })).toContainText('rate', { timeout: 500 });
  }).toPass({ timeout: 20_000 });
}

const SCHEMES = ['light', 'dark'] as const;
const SIZES = [{ width: 1280, height: 800 }, { width: 360, height: 740 }] as const;
const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url));

for (const [name, visit] of Object.entries(PAGES)) {
  test(`${name}: axe finds nothing and nothing scrolls sideways, light and dark, wide and narrow`, async ({
    page, email, watch,
  }) => {
    // axe looks at several thousand elements there, four times.
    if (name === 'docs-api') test.slow();
    await visit({ page, email, watch });
    await expect(page).toHaveTitle(/ · Coop Locker$/);
    for (const viewport of SIZES) {
      await page.setViewportSize(viewport);
      for (const colorScheme of SCHEMES) {
        // Without motion, no colour is looked at half way through a transition.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const what = `${name}-${viewport.width}-${colorScheme}`;
        // The default hides the caret by a style element, which the pages' content security policy refuses.
        await page.screenshot({ path: `${SCREENSHOTS}${what}.png`, fullPage: true, caret: 'initial' });
        expect(await sideways(page), `${what}: what sticks out`).toEqual([]);
        await accessible(page, what);
        // What a screen reader finds is the same in every colour.
        if (what.endsWith('1280-light') && isKept(name)) expect(await tree(page)).toMatchSnapshot(`${name}.yml`);
      }
    }
  });
}

/** What makes the page wider than the window; nothing if it fits. */
/**
 * Pages of the guide are made alike, from texts that change: one of them stands for all. Charts have the hours of the day in
 * them, admins see what all other tests have done, and who waits for a reservation waits for a time.
 */
function isKept(name: string): boolean {
  if (['usage', 'usage-week', 'admin', 'admin-tenant', 'reservation'].includes(name)) return false;
  return name === 'docs-quick-start' || name.startsWith('docs-search') || !name.startsWith('docs-');
}

/** The accessibility tree without what is another one in every run, and without any key. */
async function tree(page: Page): Promise<string> {
  const text = await page.locator('body').ariaSnapshot();
  return text
    .replace(/coop_\w+(…\w+)?/g, 'KEY')
    .replace(/\b(ten|key|iss)_[0-9A-Za-z]{11}\b/g, '$1_ID')
    .replace(/[\w.]+@example\.com/g, 'EMAIL')
    .replace(/\bada\.[0-9a-f]{8}\b/g, 'NAME')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16}\b/g, 'ID')
    .replace(/\bstatus: (Connecting|Live)\b/g, 'status: LIVE')
    .replace(/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b/g, 'MONTH')
    .replace(/\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b/g, 'DAY')
    .replace(/\bin \d+ (s|min|h|days?)\b|\b\d+ (s|min|h|days?)( ago)?\b|\bnow\b/g, 'WHEN')
    .replace(/(?<!level=)\d+/g, '#');
}

async function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 0.5,
    );
    return [`${root.scrollWidth} > ${root.clientWidth}`, ...wide.slice(0, 8).map((element) => element.outerHTML.slice(0, 120))];
  });
}

async function accessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    // One frame, so no further page is needed to put results together.
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const found = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => node.html.slice(0, 200)) }));
  expect(found, `${what}: axe`).toEqual([]);
}
