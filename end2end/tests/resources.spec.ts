// What the tenant says about its resources, who holds them, and the way to end a hold that nobody else will end.
import type { Page } from '@playwright/test';
import { call, reserve } from '../support/api.ts';
import { expect, test } from '../support/test.ts';
import { dashboard, keyIn, open, signIn } from '../support/visit.ts';

interface Definition {
  name: string;
  capacity?: number;
  blocks?: string;
  path?: string;
}

/** Registers by the form, on the page that is open, and insists on success. */
async function register(page: Page, { name, capacity = 1, blocks = '', path = '' }: Definition): Promise<void> {
  const form = page.getByRole('region', { name: 'Register a resource' });
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Capacity').fill(String(capacity));
  await form.getByLabel('Blockers, one a line').fill(blocks);
  await form.getByLabel('Path in a tree').fill(path);
  await form.getByRole('button', { name: 'Register' }).click();
  await expect(page.locator('p.notice[role=status]')).toHaveText('The resource is registered.');
}

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

test('a pool in a tree is registered, held, waited for, and freed by force for whoever waits', async ({ page, email }) => {
  await signIn(page, email);
  await dashboard(page).reveal.click();
  const key = await keyIn(dashboard(page).key);
  await open(page, '/dashboard/resources');
  await expect(page.getByText('No resource is registered')).toBeVisible();
  await register(page, { name: 'Printer', capacity: 2, path: 'Company>Office' });
  await register(page, { name: 'Office', path: 'Company' });
  await expect(row(page, 'Printer').getByRole('img', { name: 'Printer_0 free, Printer_1 free' })).toBeVisible();
  const tree = page.getByRole('region', { name: 'Tree' });
  await expect(tree.getByRole('listitem').filter({ hasText: 'Company' }).first()).toContainText('not registered itself');
  await expect(tree.getByRole('link', { name: 'Printer' })).toBeVisible();

  const [held] = await reserve(
    key,
    { requester: 'ada', resource: 'Printer', ttlSeconds: 600, metadata: { commit: '8d9db58' } },
    { requester: 'bob', resource: 'Printer', ttlSeconds: 900 },
  );
  const waited = call(key, 'reserve', [{ requester: 'grace', resource: 'Printer', ttlSeconds: 60, waitSeconds: 25 }]);

  await open(page, '/dashboard/resources');
  await expect(row(page, 'Printer').getByRole('img', { name: 'Printer_0 held, Printer_1 held' })).toBeVisible();
  await expect(row(page, 'Printer')).toContainText('2 held');
  await expect(tree).toContainText('held');

  await expect(async () => {
    await open(page, '/dashboard/reservations');
    await expect(row(page, 'ada').getByRole('cell').last()).toHaveText('1', { timeout: 500 });
  }).toPass();
  await expect(row(page, 'bob')).toBeVisible();
  await page.getByLabel('Requester').fill('nobody');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('No active reservation matches')).toBeVisible();
  await page.getByLabel('Requester').fill('ada');
  await page.getByLabel('Resource begins with').fill('Prin');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(row(page, 'ada')).toBeVisible();
  await expect(row(page, 'bob')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Show all' })).toBeVisible();

  await row(page, 'ada').getByRole('link', { name: 'Printer' }).click();
  await expect(page.getByRole('heading', { name: 'Printer', level: 1 })).toBeVisible();
  await expect(page.getByRole('region', { name: 'What it holds' })).toContainText('a slot of Printer');
  await expect(page.getByRole('region', { name: 'Metadata' }).first()).toContainText('8d9db58');
  await expect(page.getByRole('region', { name: 'Who waits for it' }).getByRole('row').last()).toContainText('grace');
  await page.getByText('Release this reservation…').click();
  await page.getByLabel('Reason').fill('ada is on holiday');
  await page.getByRole('button', { name: 'Release by force' }).click();
  await expect(page.locator('p.notice[role=status]')).toContainText('The reservation has ended');

  expect(await waited).toMatchObject({
    status: 200, body: [{ requester: 'grace', status: 'ACQUIRED', acquiredSlots: { Printer: 'Printer_0' } }],
  });
  const renewed = await call(key, 'renew', [{ requester: 'ada', resource: 'Printer', releaseToken: held.releaseToken }]);
  expect(renewed).toMatchObject({ body: [{ requester: 'ada', status: 'LOST' }] });
  await open(page, '/dashboard/reservations');
  await expect(row(page, 'grace')).toBeVisible();
  await expect(row(page, 'ada')).toHaveCount(0);
  await open(page, '/dashboard/audit');
  await expect(page.getByRole('main')).toContainText('ada is on holiday');
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('a desk is registered, held, freed by force, changed and deleted, and then may not be reserved', async ({
    page, email, world, watch,
  }) => {
    watch.tolerate(/^request failed: GET \S+\/pkg\/app\.\w+\.js csp$/);
    await signIn(page, email, { script: false });
    await dashboard(page).reveal.click();
    const key = await keyIn(dashboard(page).key);
    await page.goto(`${world.base}/dashboard/resources`);
    await register(page, { name: 'desk', blocks: 'lamp\nchair' });
    await expect(row(page, 'desk')).toContainText('lamp, chair');
    await reserve(key, { requester: 'ada', resource: 'desk' });

    await page.getByRole('link', { name: 'Edit desk' }).click();
    watch.expect(/^answer 409: POST /, /^console error: Failed to load resource: the server responded with a status of 409 /);
    await page.getByText('Delete this definition…').click();
    await page.getByRole('button', { name: 'Delete definition' }).click();
    await expect(page.getByRole('alert')).toBeVisible();

    await page.goto(`${world.base}/dashboard/reservations`);
    await row(page, 'ada').getByRole('link', { name: 'desk' }).click();
    await expect(page.getByRole('region', { name: 'What it holds' }).getByRole('row')).toHaveCount(4);
    await page.getByText('Release this reservation…').click();
    await page.getByLabel('Reason').fill('The desk is moved');
    await page.getByRole('button', { name: 'Release by force' }).click();
    await expect(page.getByText('Nothing is reserved')).toBeVisible();

    await page.goto(`${world.base}/dashboard/resources?name=desk`);
    await page.getByLabel('Capacity').fill('3');
    await page.getByRole('button', { name: 'Save definition' }).click();
    await expect(page.locator('p.notice[role=status]')).toHaveText('The definition has been changed.');
    await page.goto(`${world.base}/dashboard/resources?name=desk`);
    await expect(page.getByRole('region', { name: 'Slots' }).getByRole('row')).toHaveCount(4);
    await page.getByText('Delete this definition…').click();
    await page.getByRole('button', { name: 'Delete definition' }).click();
    await expect(page.locator('p.notice[role=status]')).toContainText('The definition is deleted');

    await page.goto(`${world.base}/dashboard/settings`);
    await page.getByRole('button', { name: 'Require registration' }).click();
    await expect(page.locator('p.notice[role=status]')).toHaveText('From now on only registered names can be reserved.');
    const refused = await call(key, 'reserve', [{ requester: 'ada', resource: 'desk' }]);
    expect(refused).toMatchObject({ status: 200, body: [{ status: 'NOT_VALID' }] });
    await page.goto(`${world.base}/dashboard/resources`);
    await expect(page.getByText('Nothing can be reserved yet')).toBeVisible();
  });
});
