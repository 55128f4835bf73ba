// Starts, once for all tests: an OpenID provider, a server that uses it, and a server with development sign-in.
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FullConfig } from '@playwright/test';
import { freePorts, type Closing } from './closing.ts';
import { CLIENT_ID, startProvider } from './provider.ts';
import { logOf, startServer } from './server.ts';
import { ADMIN, publish } from './world.ts';

export default async function start(config: FullConfig): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'coop-locker-end2end-'));
  const [oidc, port, metricsPort, devPort, devMetricsPort] = (await freePorts(5)) as [
    number, number, number, number, number,
  ];
  // Another host name than the server's, as in life: coming back from the provider is a cross-site navigation.
  const issuer = `http://127.0.0.1:${oidc}`;
  const base = `http://localhost:${port}`;
  const devBase = `http://localhost:${devPort}`;
  const secret = randomBytes(24).toString('base64url');
  const folders = { google: join(folder, 'google'), dev: join(folder, 'dev') };
  publish({ folder, folders, base, devBase, issuer });

  // A few keys for everybody, so that the tests can make some and meet the limit.
  const tiers = join(folder, 'tiers.toml');
  await writeFile(tiers, '[free]\napiKeys = 3\njwtExchange = true\n');

  const running: Closing[] = [];
  const stop = async (): Promise<void> => {
    const ends = await Promise.allSettled(running.map((one) => one.close()));
    const results = config.projects[0]?.outputDir ?? 'test-results';
    await mkdir(results, { recursive: true });
    for (const [name, where] of Object.entries(folders)) {
      // A server that never started has no log.
      await copyFile(logOf(where), join(results, `${name}.log`)).catch(() => undefined);
    }
    await rm(folder, { recursive: true, force: true });
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
  try {
    running.push(await startProvider(issuer, `${base}/auth/google/callback`, secret));
    const settings = {
      GOOGLE_ISSUER: issuer, GOOGLE_CLIENT_ID: CLIENT_ID, GOOGLE_CLIENT_SECRET: secret, TIERS_FILE: tiers,
      ADMINS: `${issuer} ${ADMIN}`,
    };
    running.push(await startServer({ folder: folders.google, port, metricsPort, settings }));
    running.push(await startServer({ folder: folders.dev, port: devPort, metricsPort: devMetricsPort }));
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
  return stop;
}
