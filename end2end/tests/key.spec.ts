import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';
import { copiedKey, dashboard, keyIn, signIn } from '../support/visit.ts';
import { KEY } from '../support/world.ts';

/** Presses Tab until `target` has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`30 presses of Tab did not reach ${target}`);
}

test.beforeEach(async ({ context, world }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.base });
});

test('the key is revealed and copied with the keyboard alone', async ({ page, email }) => {
  await signIn(page, email);
  const { key, reveal, copy, said } = dashboard(page);
  await tabTo(page, reveal);
  await page.keyboard.press('Enter');
  const shown = await keyIn(key);
  await tabTo(page, copy);
  await page.keyboard.press('Space');
  await expect(said).toHaveText('Copied.');
  expect(await copiedKey(page)).toBe(shown);
});

test('the rotate dialog is opened and left with the keyboard alone', async ({ page, email }) => {
  await signIn(page, email);
  const { key, openRotate, dialog } = dashboard(page);
  const masked = await key.innerText();
  await tabTo(page, openRotate);
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await expect(dialog.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(openRotate).toBeFocused();
  await expect(key).toHaveText(masked);
});

test('copying a masked key does not show it', async ({ page, email }) => {
  await signIn(page, email);
  const { key, copy, said } = dashboard(page);
  await copy.click();
  await expect(said).toHaveText('Copied.');
  await copiedKey(page);
  await expect(key).toHaveText(/…/);
  expect(await page.content()).not.toMatch(KEY);
});

test('hiding a key takes its value out of the page', async ({ page, email }) => {
  await signIn(page, email);
  const { key, reveal, hide, example } = dashboard(page);
  await reveal.click();
  await keyIn(key);
  await hide.click();
  await expect(key).toHaveText(/…/);
  await expect(example('Reserve')).toContainText('YOUR_API_KEY');
  expect(await page.content()).not.toMatch(KEY);
});

test('a revealed key is cleared after 60 seconds', async ({ page, email }) => {
  await page.clock.install();
  await signIn(page, email);
  const { key, reveal, said } = dashboard(page);
  await reveal.click();
  await keyIn(key);
  await page.clock.runFor(50_000);
  await keyIn(key);
  await page.clock.runFor(10_000);
  await expect(key).toHaveText(/…/);
  await expect(said).toHaveText('The key is hidden again.');
  expect(await page.content()).not.toMatch(KEY);
});
