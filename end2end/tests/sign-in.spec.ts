import { expect, test } from '../support/test.ts';
import { atProvider, awake, dashboard, open, signIn } from '../support/visit.ts';

test('the dashboard asks a stranger to sign in and is there afterwards', async ({ page, email, world }) => {
  await open(page, '/dashboard');
  await expect(page).toHaveURL(`${world.base}/auth/sign-in?return_to=%2Fdashboard`);
  await page.getByRole('main').getByRole('link', { name: 'Sign in with Google' }).click();
  await atProvider(page, email);
  await expect(page).toHaveURL(`${world.base}/dashboard`);
  await expect(page.getByRole('navigation', { name: 'Main' })).toContainText(email);
  await awake(page);
});

test('the same person finds the same key again', async ({ page, email, browser, world, watch }) => {
  await signIn(page, email);
  const masked = await dashboard(page).key.innerText();
  const elsewhere = await browser.newContext();
  watch.observe(elsewhere, world);
  const other = await elsewhere.newPage();
  await signIn(other, email);
  await expect(dashboard(other).key).toHaveText(masked);
  await elsewhere.close();
});

test('a sign-in that is refused at the provider ends on a page that says so', async ({ page, world, watch }) => {
  watch.expect(/^answer 403: GET .*\/auth\/google\/callback/, /^console error: Failed to load resource/);
  await open(page, '/');
  await page.getByRole('main').getByRole('link', { name: 'Sign in with Google' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You did not sign in');
  await expect(page.getByRole('main')).toContainText(/Request id \w+/);
  expect(new URL(page.url()).origin).toBe(world.base);
  await awake(page);
  await page.goto(`${world.base}/dashboard`);
  await expect(page).toHaveURL(/\/auth\/sign-in/);
  await awake(page);
});

test('the development sign-in works on this machine and says what it is', async ({ page, email, world }) => {
  await open(page, '/', world.devBase);
  await expect(page.getByRole('link', { name: 'Sign in with Google' })).toHaveCount(0);
  await page.getByRole('main').getByRole('link', { name: 'Sign in for development' }).click();
  await expect(page).toHaveURL(`${world.devBase}/auth/dev?return_to=%2Fdashboard`);
  await expect(page.getByRole('main')).toContainText('For development on this machine only.');
  await awake(page);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(`${world.devBase}/dashboard`);
  await expect(page.getByRole('navigation', { name: 'Main' })).toContainText(email);
  await awake(page);
});

test('with Google configured the development sign-in does not exist', async ({ page, watch }) => {
  watch.expect(/^answer 404: GET .*\/auth\/dev$/, /^console error: Failed to load resource/);
  await open(page, '/auth/dev');
  await expect(page.getByRole('heading', { name: 'This page does not exist' })).toBeVisible();
  await expect(page.getByLabel('E-mail address')).toHaveCount(0);
});
