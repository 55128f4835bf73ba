import { expect, test } from '../support/test.ts';

test('the server, its metrics and the provider are up', async ({ world }) => {
  for (const base of [world.base, world.devBase]) {
    expect((await fetch(`${base}/health/live`)).status).toBe(200);
    expect((await fetch(`${base}/health/ready`)).status).toBe(200);
  }
  const discovery = await fetch(`${world.issuer}/.well-known/openid-configuration`);
  expect(await discovery.json()).toMatchObject({ issuer: world.issuer, code_challenge_methods_supported: ['S256'] });
});
