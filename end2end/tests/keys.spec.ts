// All keys, on their own page.
import { call } from '../support/api.ts';
import { expect, test } from '../support/test.ts';
import { copiedKey, keyIn, open, signIn } from '../support/visit.ts';
import { KEY } from '../support/world.ts';

test('a further key is made, copied, renamed, and revoked by typing its label', async ({
  page, context, email, world, watch,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.base });
  await signIn(page, email);
  await open(page, '/dashboard/keys');
  await expect(page.getByText('1 of 3 used')).toBeVisible();
  await page.getByLabel('Label').fill('worker-prod');
  await page.getByRole('button', { name: 'Create key' }).click();
  const card = page.getByRole('region', { name: 'The key worker-prod is ready' });
  const value = await keyIn(card.locator('code.key'));
  await card.getByRole('button', { name: 'Copy' }).click();
  await expect(card.getByRole('status')).toHaveText('Copied.');
  expect(await copiedKey(page)).toBe(value);
  // Nothing but the text that is shown holds the value any more.
  expect(await page.locator('leptos-island[data-props]').evaluateAll(
    (islands) => islands.map((island) => (island as HTMLElement).dataset['props'] ?? '').join(),
  )).not.toMatch(KEY);

  const taken = await call(value, 'reserve', [{ requester: 'ada', resource: 'scanner', ttlSeconds: 600 }]);
  expect(taken).toMatchObject({ status: 200, body: [{ status: 'ACQUIRED' }] });
  const listed = await call(value, 'activeReservations');
  expect(listed).toMatchObject({ body: { reservations: [{ apiKeyLabel: 'worker-prod' }] } });

  await page.getByRole('link', { name: 'Manage worker-prod' }).click();
  await expect(page.getByRole('heading', { name: 'worker-prod', level: 2 })).toBeVisible();
  expect(await page.content()).not.toMatch(KEY);
  await page.getByLabel('Label').fill('worker-eu');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(page.locator('p.notice[role=status]')).toContainText('The key has its new label');
  await expect(page.getByRole('row').filter({ hasText: 'worker-eu' })).toBeVisible();

  await page.getByRole('link', { name: 'Manage worker-eu' }).click();
  await page.getByText('Revoke this key', { exact: true }).click();
  await page.getByLabel('Type worker-eu to confirm').fill('worker');
  watch.expect(/^answer 400: POST /, /^console error: Failed to load resource: the server responded with a status of 400 /);
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByRole('alert')).toContainText('type its label: worker-eu');
  expect((await call(value, 'activeReservations')).status).toBe(200);

  await page.getByText('Revoke this key', { exact: true }).click();
  await page.getByLabel('Type worker-eu to confirm').fill('worker-eu');
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.locator('p.notice[role=status]')).toContainText('The key is revoked');
  expect(await call(value, 'activeReservations')).toMatchObject({ status: 401, body: { code: 'API_KEY_REVOKED' } });
  await expect(page.getByText('1 of 3 used')).toBeVisible();
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('keys are made up to the limit, rotated and revoked', async ({ page, email, world, watch }) => {
    watch.tolerate(/^request failed: GET \S+\/pkg\/app\.\w+\.js csp$/);
    await signIn(page, email, { script: false });
    await page.goto(`${world.base}/dashboard/keys`);
    for (const label of ['one', 'two']) {
      await page.getByLabel('Label').fill(label);
      await page.getByRole('button', { name: 'Create key' }).click();
      await keyIn(page.locator('.shown-key code.key'));
    }
    await expect(page.getByText('3 of 3 used')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Create key' })).toHaveCount(0);

    await page.getByRole('link', { name: 'Manage one' }).click();
    await page.getByRole('button', { name: 'Reveal' }).click();
    const first = await keyIn(page.locator('.shown-key code.key'));
    await page.getByText('Rotate this key').click();
    await page.getByRole('button', { name: 'Rotate key' }).click();
    const second = await keyIn(page.locator('.shown-key code.key'));
    expect(second).not.toBe(first);
    expect(await call(first, 'activeReservations')).toMatchObject({ status: 401, body: { code: 'API_KEY_ROTATED' } });
    expect((await call(second, 'activeReservations')).status).toBe(200);
  });
});
