// A tenant's own users, with tokens of the tenant's own.
import { call } from '../support/api.ts';
import { jwt, KEY_SET } from '../support/jwt.ts';
import { expect, test } from '../support/test.ts';
import { open, signIn } from '../support/visit.ts';

test('an issuer is added, its tokens are tried, exchanged and used, and end when it is disabled', async ({
  page, email, world,
}) => {
  const iss = `https://id.example.com/${email}`;
  await signIn(page, email);
  await open(page, '/dashboard/issuers');
  const add = page.getByRole('region', { name: 'Add an issuer' });
  const audience = await add.getByLabel(/^Audience/).inputValue();
  await add.getByLabel(/^Issuer/).fill(iss);
  await add.getByLabel(/^Label/).fill('our-users');
  await add.getByLabel(/the keys themselves/).fill(KEY_SET);
  await add.getByRole('button', { name: 'Add issuer' }).click();
  await expect(page.getByRole('heading', { name: 'our-users' })).toBeVisible();

  const exchange = async (token: string) => {
    const answer = await fetch(`${world.base}/api/v1/auth/token`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jwt: token }),
    });
    return { status: answer.status, body: await answer.json() as { token: string; requester: string; code?: string } };
  };
  expect(await exchange(jwt(iss, 'somebody else', 'ada'))).toMatchObject({ status: 401, body: { code: 'JWT_REJECTED' } });
  const { status, body: { token, requester } } = await exchange(jwt(iss, audience, 'ada'));
  expect({ status, requester }).toEqual({ status: 200, requester: 'ada' });
  const taken = await call(token, 'reserve', [{ resource: 'desk-7', ttlSeconds: 60 }]);
  expect(taken).toMatchObject({ status: 200, body: [{ status: 'ACQUIRED', requester: 'ada' }] });
  const other = await call(token, 'reserve', [{ requester: 'grace', resource: 'desk-8' }]);
  expect(other).toMatchObject({ status: 403, body: { code: 'REQUESTER_MISMATCH' } });

  await page.reload();
  await page.getByRole('button', { name: /^Disable/ }).click();
  await expect(page.getByRole('button', { name: /^Enable/ })).toBeVisible();
  expect(await call(token, 'activeReservations')).toMatchObject({ status: 401 });
  expect(await exchange(jwt(iss, audience, 'ada'))).toMatchObject({ status: 401, body: { code: 'JWT_REJECTED' } });
});
