// What becomes of a tenant: suspended and resumed by the operator's people, deleted by its owner.
import { call } from '../support/api.ts';
import { expect, test } from '../support/test.ts';
import { dashboard, keyIn, open, signIn } from '../support/visit.ts';
import { ADMIN } from '../support/world.ts';

test('an admin suspends a tenant, whose owner reads why, and resumes it', async ({ page, email, browser, world }) => {
  await signIn(page, email);
  await dashboard(page).reveal.click();
  const key = await keyIn(dashboard(page).key);
  expect((await call(key, 'activeReservations')).status).toBe(200);

  const office = await browser.newContext();
  const admin = await office.newPage();
  await signIn(admin, ADMIN);
  await admin.goto(`${world.base}/admin`);
  await admin.getByLabel('Id, name or e-mail').fill(email);
  await admin.getByRole('button', { name: 'Search' }).click();
  await admin.getByRole('link', { name: email.split('@')[0] }).click();
  const suspend = admin.getByRole('region', { name: 'Suspend' });
  await suspend.getByLabel('Reason').fill('unpaid since June');
  await suspend.getByRole('button', { name: 'Suspend' }).click();
  await expect(admin.getByRole('status').first()).toBeVisible();
  expect(await call(key, 'activeReservations')).toMatchObject({ status: 403, body: { code: 'TENANT_SUSPENDED' } });

  await open(page, '/dashboard');
  await expect(page.getByText('unpaid since June')).toBeVisible();

  await admin.getByLabel('Reason').last().fill('paid');
  await admin.getByRole('button', { name: 'Resume' }).click();
  await expect(admin.getByRole('button', { name: 'Suspend' })).toBeVisible();
  expect((await call(key, 'activeReservations')).status).toBe(200);

  await open(page, '/dashboard/audit');
  const log = page.getByRole('table');
  await expect(log).toContainText('tenant.suspend');
  await expect(log).toContainText(`${ADMIN} (admin)`);
  await expect(log).toContainText('unpaid since June');
  await office.close();
});

test('an owner deletes his account by typing its name, and nothing of it is left', async ({ page, email, world, watch }) => {
  await signIn(page, email);
  await dashboard(page).reveal.click();
  const key = await keyIn(dashboard(page).key);
  await call(key, 'reserve', [{ requester: 'ada', resource: 'scanner' }]);
  await open(page, '/dashboard/settings');
  const name = email.split('@')[0] ?? '';

  watch.expect(/^answer 400: POST /, /^console error: Failed to load resource: the server responded with a status of 400 /);
  await page.getByLabel(/^Type the tenant's name/).fill('something else');
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect((await call(key, 'activeReservations')).status).toBe(200);

  await open(page, '/dashboard/settings');
  await page.getByLabel(/^Type the tenant's name/).fill(name);
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await expect(page.getByRole('main').getByRole('link', { name: 'Sign in with Google' })).toBeVisible();
  expect(await call(key, 'activeReservations')).toMatchObject({ status: 401, body: { code: 'API_KEY_INVALID' } });
  await page.goto(`${world.base}/dashboard`);
  await expect(page).toHaveURL(/\/auth\/sign-in/);
});
