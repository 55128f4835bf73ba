import { call, reserve } from '../support/api.ts';
import { expect, test } from '../support/test.ts';
import { dashboard, keyIn, signIn } from '../support/visit.ts';

test('an open page follows what programs do, until it is paused', async ({ page, email }) => {
  await signIn(page, email);
  const { key, reveal, reservations } = dashboard(page);
  await reveal.click();
  const value = await keyIn(key);
  const live = page.getByRole('status').filter({ hasText: /^(Live|Paused|Connecting)$/ });
  await expect(live).toHaveText('Live');

  const [held] = await reserve(value, { requester: 'ada', resource: 'scanner', ttlSeconds: 600 });
  await expect(reservations.getByRole('row').filter({ hasText: 'scanner' })).toContainText('ada');
  await expect(reservations).toContainText('1 of 500');

  await test.step('what has the focus keeps it', async () => {
    const link = reservations.getByRole('link', { name: 'scanner' });
    await link.focus();
    await reserve(value, { requester: 'ada', resource: 'a printer' });
    await expect(reservations.getByRole('link', { name: 'a printer' })).toBeVisible();
    await expect(link).toBeFocused();
  });

  await test.step('a paused page stays as it is, and catches up when it goes on', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect(live).toHaveText('Paused');
    await call(value, 'unreserve', [{ requester: 'ada', resource: 'scanner', releaseToken: held.releaseToken }]);
    // Longer than a change takes to be seen.
    await page.waitForTimeout(1_500);
    await expect(reservations).toContainText('scanner');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect(live).toHaveText('Live');
    await expect(reservations).not.toContainText('scanner');
  });
});
