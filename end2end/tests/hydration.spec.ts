import { expect, test } from '../support/test.ts';
import { atProvider, awake, open, signIn } from '../support/visit.ts';

for (const path of ['/', '/auth/sign-in', '/claim']) {
  test(`the islands of ${path} wake up`, async ({ page }) => {
    await open(page, path);
  });
}

test('the dashboard has islands, and they wake up', async ({ page, email }) => {
  await signIn(page, email);
  expect(await page.locator('leptos-island').count()).toBeGreaterThan(1);
});

test('a claim link fills its code in, also after signing in', async ({ page, email, world }) => {
  await open(page, '/claim#one-time-code');
  expect(page.url()).toBe(`${world.base}/claim#one-time-code`);
  await page.getByRole('main').getByRole('link', { name: 'Sign in with Google' }).click();
  await atProvider(page, email);
  await expect(page).toHaveURL(`${world.base}/claim`);
  await awake(page);
  await expect(page.getByLabel('Claim code')).toHaveValue('one-time-code');
});
