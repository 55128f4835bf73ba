// What has happened, and how much of it: read, filtered, and taken along as a file.
import type { Page } from '@playwright/test';
import { call, reserve } from '../support/api.ts';
import { expect, test } from '../support/test.ts';
import { dashboard, keyIn, open, signIn } from '../support/visit.ts';

const feed = (page: Page) => page.getByRole('list', { name: 'Events' }).getByRole('listitem');

/** The key of somebody new. */
async function key(page: Page, email: string, script: boolean): Promise<string> {
  await signIn(page, email, { script });
  await dashboard(page).reveal.click();
  return keyIn(dashboard(page).key);
}

for (const script of [true, false]) {
  test.describe(script ? 'with script' : 'without script', () => {
    test.use({ javaScriptEnabled: script });

    test('a person reads what has happened, filters it, turns the page and takes it along', async ({
      page, email, world, watch,
    }) => {
      // Chromium refuses to preload a script where none may run.
      if (!script) watch.tolerate(/^request failed: GET \S+\/pkg\/app\.\w+\.js csp$/);
      const visit = (path: string) => (script ? open(page, path) : page.goto(world.base + path));
      const value = await key(page, email, script);
      const [held] = await reserve(value, { requester: 'ada', resource: 'door', ttlSeconds: 600 });
      await call(value, 'unreserve', [{ requester: 'ada', resource: 'door', releaseToken: held.releaseToken }]);
      await reserve(value, ...Array.from({ length: 60 }, (_, at) => ({ requester: 'bob', resource: `room-${at}`, ttlSeconds: 600 })));

      await page.getByRole('navigation', { name: 'Dashboard' }).getByRole('link', { name: 'Events' }).click();
      await expect(feed(page)).toHaveCount(50);
      await expect(feed(page).first()).toContainText('room-59');
      await page.getByRole('link', { name: 'Older' }).click();
      await expect(feed(page)).toHaveCount(12);
      await expect(feed(page).nth(10)).toContainText(/Released\s+door/);
      await feed(page).nth(10).getByText('Details').click();
      await expect(feed(page).nth(10)).toContainText('UNRESERVED');
      await page.getByRole('link', { name: 'Newer' }).click();
      await expect(feed(page).first()).toContainText('room-59');

      await page.getByLabel('Type').selectOption('Released');
      await page.getByRole('button', { name: 'Filter' }).click();
      await expect(feed(page)).toHaveCount(1);
      await expect(page).toHaveURL(/type=UNRESERVED/);
      const downloading = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Export CSV' }).click();
      const file = await downloading;
      expect(file.suggestedFilename()).toMatch(/^events-ten_\w+\.csv$/);
      const text = await file.createReadStream().then(async (stream) => {
        let all = '';
        for await (const piece of stream) all += piece;
        return all;
      });
      expect(text.trim().split('\r\n')).toHaveLength(2);

      // By what happened to one resource, and from there to nothing.
      await feed(page).getByRole('link', { name: 'door' }).click();
      await expect(feed(page)).toHaveCount(2);
      await page.getByLabel('Requester').fill('nobody');
      await page.getByRole('button', { name: 'Filter' }).click();
      await expect(page.getByText('No event matches')).toBeVisible();

      await visit('/dashboard/reservations?prefix=room-1');
      await page.getByRole('link', { name: 'Export JSON Lines' }).focus();
      const [held2] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Export JSON Lines' }).click(),
      ]);
      expect(held2.suggestedFilename()).toMatch(/^reservations-ten_\w+\.jsonl$/);
    });

    test('a person sees what his keys did and what was refused', async ({ page, email, world, watch }) => {
      if (!script) watch.tolerate(/^request failed: GET \S+\/pkg\/app\.\w+\.js csp$/);
      const visit = (path: string) => (script ? open(page, path) : page.goto(world.base + path));
      const value = await key(page, email, script);
      await visit('/dashboard/usage');
      await expect(page.getByText('Nothing was asked in the last 24 hours')).toBeVisible();
      await reserve(value, { requester: 'ada', resource: 'door' });
      await call(value, 'reserve', [{ requester: 'bob', resource: 'door' }]);
      const chart = page.getByRole('region', { name: 'Operations per hour, by API key' });
      await expect(async () => {
        await visit('/dashboard/usage');
        await expect(chart.getByRole('img')).toHaveAccessibleName(/2 in all/, { timeout: 500 });
      }).toPass({ timeout: 20_000 });
      await chart.getByText('The numbers').click();
      await expect(chart.getByRole('table').getByRole('row').nth(1)).toContainText('2');
      await expect(page.getByRole('meter', { name: 'Operations today' })).toHaveAttribute('aria-valuetext', '2 of 10,000');
      const contended = page.getByRole('table', { name: 'Most contended resources' }).getByRole('row').nth(1);
      await expect(contended.getByRole('cell').nth(1)).toHaveText('1');
      await page.getByRole('link', { name: '7 days' }).click();
      await expect(page.getByRole('heading', { name: 'Operations per four hours, by API key' })).toBeVisible();
      await contended.getByRole('link', { name: 'door' }).click();
      await expect(feed(page)).toHaveCount(1);
    });
  });
}
