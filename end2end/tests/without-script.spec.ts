import { call, reserve } from '../support/api.ts';
import { expect, test } from '../support/test.ts';
import { dashboard, keyIn, signIn } from '../support/visit.ts';
import { KEY } from '../support/world.ts';

test.use({ javaScriptEnabled: false });

test('a person without script signs in, reveals, reserves, rotates and signs out', async ({
  page, email, world, watch,
}) => {
  // Chromium refuses to preload a script where none may run.
  watch.tolerate(/^request failed: GET \S+\/pkg\/app\.\w+\.js csp$/);
  await signIn(page, email, { script: false });
  const { card, key, reveal, copy, openRotate, reservations, signOut } = dashboard(page);
  await expect(key).toHaveText(/…/);
  expect(await page.content()).not.toMatch(KEY);
  // Copying needs script: a button that does nothing would be a lie.
  await expect(copy).toBeHidden();

  await reveal.click();
  const first = await keyIn(key);
  await reserve(first, { requester: 'ada', resource: 'scanner', ttlSeconds: 600 });
  await page.goto(`${world.base}/dashboard`);
  await expect(reservations.getByRole('row').filter({ hasText: 'scanner' })).toContainText('ada');
  expect(await page.content()).not.toMatch(KEY);

  await openRotate.click();
  await expect(card).toContainText('The old value stops working at once');
  await card.getByRole('button', { name: 'Rotate key' }).click();
  const second = await keyIn(key);
  expect(second).not.toBe(first);
  expect(await call(first, 'activeReservations')).toMatchObject({ status: 401, body: { code: 'API_KEY_ROTATED' } });
  expect((await call(second, 'activeReservations')).status).toBe(200);

  await signOut.click();
  // The next address is asked for when this one is there: a load that is cut off is a fault.
  await expect(page.getByRole('main').getByRole('link', { name: 'Sign in with Google' })).toBeVisible();
  await page.goto(`${world.base}/dashboard`);
  await expect(page).toHaveURL(/\/auth\/sign-in\?return_to=%2Fdashboard$/);
});
