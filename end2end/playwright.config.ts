import { defineConfig } from '@playwright/test';

// The servers are started once for the whole run (support/start.ts); every test signs in as a person of its own, so the
// tests share nothing but the binary.
export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  // Accessibility trees; `--update-snapshots` writes them anew.
  snapshotPathTemplate: '{testDir}/accessibility/{arg}{ext}',
  globalSetup: './support/start.ts',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 30_000,
  expect: { timeout: 5_000 },
  globalTimeout: 900_000,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    actionTimeout: 10_000,
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    // Runs when everything else has, even if some of it failed.
    { name: 'afterwards', testMatch: 'afterwards.ts' },
    { name: 'begin', testMatch: 'begin.ts', teardown: 'afterwards' },
    { name: 'browser', testMatch: '*.spec.ts', dependencies: ['begin'] },
  ],
});
