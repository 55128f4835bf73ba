import { call, reserve } from '../support/api.ts';
import { paste } from '../support/shell.ts';
import { expect, test } from '../support/test.ts';
import { awake, copiedKey, dashboard, keyIn, open, signIn } from '../support/visit.ts';
import { KEY } from '../support/world.ts';

test('a person signs in, copies the key, reserves with it, rotates it and signs out', async ({
  page, context, email, world,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.base });
  await signIn(page, email);
  const { key, reveal, hide, copy, said, openRotate, dialog, reservations, example, signOut, steps } = dashboard(page);

  const first = await test.step('the key is masked until it is revealed, and copied', async () => {
    await expect(key).toHaveText(/^\s*coop_sk_\w{4}…\w{4}\s*$/);
    expect(await page.content()).not.toMatch(KEY);
    await expect(reservations).toContainText('Nothing is reserved');
    await reveal.click();
    const shown = await keyIn(key);
    await expect(hide).toBeVisible();
    await copy.click();
    await expect(said).toHaveText('Copied.');
    expect(await copiedKey(page)).toBe(shown);
    return shown;
  });

  await test.step('the copied key reserves, and somebody else is told who holds it', async () => {
    const taken = await call(first, 'reserve', [{ requester: 'ada', resource: 'scanner', ttlSeconds: 600 }]);
    expect(taken).toMatchObject({ status: 200, body: [{ status: 'ACQUIRED', resource: 'scanner', requester: 'ada' }] });
    const refused = await call(first, 'reserve', [{ requester: 'grace', resource: 'scanner' }]);
    expect(refused).toMatchObject({
      status: 200,
      body: [{ status: 'ALREADY_HELD', releaseToken: null, heldBy: { resource: 'scanner', requester: 'ada' } }],
    });
    const listed = await call(first, 'activeReservations');
    expect(listed).toMatchObject({ status: 200, body: { reservations: [{ resource: 'scanner', requester: 'ada' }] } });
    expect(JSON.stringify(listed.body)).not.toContain(taken.body[0].releaseToken);
  });

  await test.step('the dashboard lists it, and the first steps tick themselves', async () => {
    const row = reservations.getByRole('row').filter({ hasText: 'scanner' });
    await expect(row).toContainText('ada');
    await expect(row.locator('time').last()).toHaveText(/^in (9|10) min$/);
    await expect(reservations).toContainText('1 of 500');
    await expect(steps).toContainText('2 of 3');
    await expect(steps.getByRole('listitem').last()).toContainText('Release: to do');
  });

  await test.step('the commands shown work as they stand', async () => {
    await hide.click();
    await expect(example('Reserve')).toContainText('YOUR_API_KEY');
    await reveal.click();
    await expect(example('Reserve')).toContainText(first);
    const [taken] = await paste(await example('Reserve').innerText());
    expect(taken).toMatchObject({ status: 'ACQUIRED', requester: 'worker-1' });
    const [refused] = await paste(await example('Conflict').innerText());
    expect(refused).toMatchObject({ status: 'ALREADY_HELD', heldBy: { requester: 'worker-1' } });
    const release = (await example('Release').innerText()).replace('RELEASE_TOKEN', taken.releaseToken);
    expect(await paste(release)).toMatchObject([{ status: 'RELINQUISHED' }]);
    await expect(steps).toContainText('3 of 3');
  });

  const second = await test.step('rotating shows a new key, and the old one is dead', async () => {
    await openRotate.click();
    await expect(dialog).toContainText('The old value stops working at once');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toBeHidden();
    expect((await call(first, 'activeReservations')).status).toBe(200);

    await openRotate.click();
    await dialog.getByRole('button', { name: 'Rotate key' }).click();
    await expect(said).toHaveText('The key has been rotated. This is the new value.');
    const shown = await keyIn(key);
    expect(shown).not.toBe(first);
    await expect(example('Reserve')).toContainText(shown);
    expect(await call(first, 'activeReservations')).toMatchObject({ status: 401, body: { code: 'API_KEY_ROTATED' } });
    const listed = await call(shown, 'activeReservations');
    expect(listed).toMatchObject({ status: 200, body: { reservations: [{ resource: 'scanner' }] } });
    return shown;
  });

  await test.step('the feed shows, as it happens, who did what under which label', async () => {
    await open(page, '/dashboard/keys');
    await page.getByLabel('Label').fill('worker-prod');
    await page.getByRole('button', { name: 'Create key' }).click();
    const value = await keyIn(page.getByRole('region', { name: 'The key worker-prod is ready' }).locator('code.key'));
    await open(page, '/dashboard/events');
    const feed = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
    await expect(feed.filter({ hasText: 'scanner' })).toContainText(/Reserved\s+scanner.*by ada with default/s);
    await expect(feed).toHaveCount(3);
    await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();
    await reserve(value, { requester: 'bob', resource: 'press' });
    await expect(feed.first()).toContainText(/Reserved\s+press.*by bob with worker-prod/s);
    await expect(feed).toHaveCount(4);
    await open(page, '/dashboard');
  });

  await test.step('signing out ends the session, not the key', async () => {
    const cookies = (await context.cookies(world.base)).filter(({ name }) => name === 'coop_session');
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Lax', path: '/' }]);
    const cookie = `coop_session=${cookies[0]?.value}`;
    const visit = () => fetch(`${world.base}/dashboard`, { headers: { cookie }, redirect: 'manual' });
    expect((await visit()).status).toBe(200);

    await signOut.click();
    await expect(page.getByRole('link', { name: 'Sign in with Google' })).toBeVisible();
    await awake(page);
    expect((await context.cookies(world.base)).filter(({ name }) => name === 'coop_session')).toEqual([]);
    const dead = await visit();
    expect(dead.status).toBeGreaterThanOrEqual(302);
    expect(dead.headers.get('location')).toContain('/auth/sign-in?return_to=%2Fdashboard');

    await page.goto(`${world.base}/dashboard`);
    await expect(page).toHaveURL(/\/auth\/sign-in\?return_to=%2Fdashboard$/);
    await expect(page.getByRole('heading', { name: 'Sign in', level: 1 })).toBeVisible();
    await awake(page);
    expect((await call(second, 'activeReservations')).status).toBe(200);
  });
});
