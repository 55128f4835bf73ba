// The documentation: read, searched and copied from, with script and without, signed in and not.
import { gzipSync } from 'node:zlib';
import { expect, test } from '../support/test.ts';
import { keyIn, open, signIn } from '../support/visit.ts';
import { KEY } from '../support/world.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('the examples are for this server and are copied as they are shown', async ({ page, world }) => {
  await open(page, '/docs/authentication');
  const example = page.getByRole('group', { name: 'Example 1', exact: true });
  await expect(example).toContainText(`"${world.base}/api/v1/auth/whoami"`);
  await example.getByRole('button', { name: 'Copy: Example 1' }).click();
  await expect(example.getByRole('status')).toHaveText('Copied');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`curl -sS "${world.base}/api/v1/auth/whoami" -H "X-Api-Key: $COOP_KEY"`);
});

test('a language that is chosen in one example is chosen in all of them, and the answer stays', async ({ page, world }) => {
  await open(page, '/docs/quick-start');
  const example = (number: number) => page.getByRole('group', { name: `Example ${number}`, exact: true });
  const shown = page.locator('.lang ~ pre').filter({ visible: true });
  await expect(example(1).getByRole('region')).toHaveAccessibleName('Example 1, curl');
  await example(1).getByText('Python', { exact: true }).click();
  await expect(example(1).getByRole('region')).toHaveAccessibleName('Example 1, Python');
  await expect(example(1)).toContainText(`f"${world.base}/api/v1/auth/whoami"`);
  for (const name of await shown.evaluateAll((all) => all.map((pre) => pre.getAttribute('aria-label')))) {
    expect(name).toMatch(/, Python$/);
  }
  // By keyboard, as radio buttons are.
  await example(1).getByRole('radio', { name: 'Python' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(example(1).getByRole('region')).toHaveAccessibleName('Example 1, JavaScript');
  await example(1).getByRole('button', { name: 'Copy: Example 1', exact: true }).click();
  await expect(example(1).getByRole('status')).toHaveText('Copied');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(`await fetch(\`${world.base}/api/v1/auth/whoami\``);
  expect(copied).toContain('process.env.COOP_KEY');
});

test('in other languages the key is a string of the language', async ({ page, email }) => {
  await signIn(page, email);
  await open(page, '/docs/quick-start');
  await page.getByRole('button', { name: 'Use my key' }).click();
  const key = await keyIn(page.locator('.my-key:not(.quoted)').first());
  const places = await page.locator('.my-key.quoted').allTextContents();
  expect(new Set(places)).toEqual(new Set([`"${key}"`]));
});

test('the key of a reader is in the examples on request, works, and is gone again', async ({ page, email }) => {
  await signIn(page, email);
  await open(page, '/docs/authentication');
  expect(await page.content()).not.toMatch(new RegExp(`${KEY.source}(?<!0{10})`));
  const places = page.locator('.my-key');
  await expect(places.first()).toHaveText('$COOP_KEY');
  await page.clock.install();
  await page.getByRole('button', { name: 'Use my key' }).click();
  const key = await keyIn(places.first());
  expect(new Set(await places.allInnerTexts())).toEqual(new Set([key]));
  await page.getByRole('button', { name: 'Copy: Example 1', exact: true }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(`-H "X-Api-Key: ${key}"`);

  await page.getByRole('button', { name: 'Hide my key' }).click();
  await expect(places.first()).toHaveText('$COOP_KEY');
  await page.getByRole('button', { name: 'Use my key' }).click();
  await expect(places.first()).toHaveText(key);
  await page.clock.runFor(60_000);
  await expect(places.first()).toHaveText('$COOP_KEY');
  await expect(page.getByText('The key is hidden again.')).toBeVisible();
  expect(await page.content()).not.toContain(key);
});

test('with revealing switched off the examples keep their place and say so', async ({ page, email, watch }) => {
  await signIn(page, email);
  await open(page, '/dashboard/settings');
  await page.getByLabel('I have every value that I still need').check();
  await page.getByRole('button', { name: 'Switch revealing off' }).click();
  await expect(page.getByText('Revealing is off, and the kept values are destroyed.')).toBeVisible();
  await open(page, '/docs/authentication');
  watch.expect(/^answer 403: POST \S+\/fn\/keys\/reveal/, /^console error: Failed to load resource: .* 403 /);
  await page.getByRole('button', { name: 'Use my key' }).click();
  await expect(page.getByRole('alert')).toContainText('Revealing is switched off');
  await expect(page.locator('.my-key').first()).toHaveText('$COOP_KEY');
});

test('the reference is one page, small when compressed, and its links lead to what they name', async ({ page, world }) => {
  const answer = await page.request.get(`${world.base}/docs/api`);
  const body = await answer.body();
  const size = gzipSync(body, { level: 6 }).length;
  console.log(`/docs/api: ${body.length} bytes, ${size} with gzip`);
  expect(size).toBeLessThan(30 * 1024);
  await open(page, '/docs/api');
  const broken = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')]
      .map((link) => link.hash.slice(1))
      .filter((id) => document.getElementById(decodeURIComponent(id)) === null),
  );
  expect(broken).toEqual([]);
  await page.getByRole('region', { name: 'Reservations' }).getByRole('link', { name: 'POST /api/v1/Reservation/reserve' }).first().click();
  expect(new URL(page.url()).hash).toBe('#reserve');
  await expect(page.getByRole('region', { name: 'POST /api/v1/Reservation/reserve' })).toBeInViewport();
});

test('a search leads from a word to the heading that it stands under', async ({ page }) => {
  await open(page, '/docs');
  const search = page.getByRole('search', { name: 'search', exact: true });
  await search.getByRole('searchbox').fill('wrong key');
  await search.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/\/docs\/search\?q=wrong\+key$/);
  await expect(page.locator('mark').first()).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search the documentation' }).last().fill('API_KEY_ROTATED');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'API_KEY_ROTATED' }).first().click();
  await expect(page).toHaveURL(/\/docs\/errors#API_KEY_ROTATED$/);
  await expect(page.getByRole('heading', { name: 'API_KEY_ROTATED' })).toBeInViewport();
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('everything is there to read and search, and the key is a way to the dashboard', async ({ page, email, watch, world }) => {
    // Chromium refuses to preload a script where none may run.
    watch.tolerate(/^request failed: GET \S+\/pkg\/app\.\w+\.js csp$/);
    await page.goto(`${world.base}/docs/quick-start`);
    const example = page.getByRole('group', { name: 'Example 1', exact: true });
    await example.getByText('Python', { exact: true }).click();
    await expect(example.getByRole('region')).toHaveAccessibleName('Example 1, Python');
    await page.goto(`${world.base}/docs/search?q=midnight`);
    await page.getByRole('listitem').getByRole('link', { name: 'Operations a day' }).click();
    await expect(page.getByRole('heading', { name: 'Limits', level: 1 })).toBeVisible();
    await expect(page.getByRole('button', { name: /^Copy/ })).toHaveCount(0);
    await page.getByRole('link', { name: 'Next' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await signIn(page, email, { script: false });
    await page.goto(`${world.base}/docs/api`);
    await page.getByRole('button', { name: 'Use my key' }).click();
    await expect(page).toHaveURL(/\/dashboard\??$/);
  });
});
