// What a screen reader finds, as a tree.
import { reserve } from '../support/api.ts';
import { expect, test } from '../support/test.ts';
import { dashboard, keyIn, open, signIn } from '../support/visit.ts';

test('the landing page says what it is, how it is used and what it costs', async ({ page }) => {
  await open(page, '/');
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - link "Skip to content":
      - /url: "#main"
    - banner:
      - link "Coop Locker":
        - /url: /
      - navigation "Main":
        - link "Docs"
        - link "Sign in"
    - main:
      - heading "Only one at a time." [level=1]
      - paragraph: /reserve a named resource over plain HTTP/
      - link "Sign in with Google":
        - /url: /auth/google?return_to=%2Fdashboard
      - region "Three calls":
        - heading "Three calls" [level=2]
        - list:
          - listitem:
            - heading "Reserve" [level=3]
            - region "Reserve"
            - 'button "Copy: Reserve"'
            - status
          - listitem:
            - heading "Conflict" [level=3]
            - region "Conflict"
            - 'button "Copy: Conflict"'
            - status
          - listitem:
            - heading "Release" [level=3]
            - region "Release"
            - 'button "Copy: Release"'
            - status
      - region "Tiers":
        - heading "Tiers" [level=2]
        - region "Tiers":
          - table:
            - rowgroup:
              - row "Free Starter Pro Enterprise"
            - rowgroup:
              - row "API keys 1 10 100 unlimited":
                - rowheader "API keys"
              - 'row "Writes per minute (reads: 5 times as many) 200 1,000 10,000 100,000"'
              - row "Operations per day (UTC) 10,000 50,000 1,000,000 unlimited"
              - row "Active reservations 500 10,000 100,000 unlimited"
              - row "Event streams at once 2 10 100 unlimited"
              - row "Event history 24 hours 7 days 30 days 90 days"
              - row "JWT exchange no yes yes yes"
    - contentinfo:
      - link "API description":
        - /url: /openapi.json
  `);
});

test('the dashboard of somebody new has the key, the first steps and no reservations', async ({ page, email }) => {
  await signIn(page, email);
  await expect(page.locator('body')).toMatchAriaSnapshot(`
    - link "Skip to content"
    - banner:
      - navigation "Main":
        - link "Dashboard"
        - text: /ada\\.\\w+@example\\.com/
        - button "Sign out"
    - main:
      - heading [level=1]
      - text: /Free/
      - status: Live
      - button "Pause"
      - region "First steps":
        - heading "First steps" [level=2]
        - text: 0 of 3
        - list:
          - listitem:
            - paragraph: "/Reserve ?: to do/"
          - listitem:
            - paragraph: "/Be refused ?: to do/"
          - listitem:
            - paragraph: "/Release ?: to do/"
      - region "API key":
        - heading "API key" [level=2]
        - code: /coop_sk_\\w{4}…\\w{4}/
        - button "Reveal"
        - button "Copy"
        - status
        - alert
        - group: Rotate key…
      - region "The first calls":
        - heading "The first calls" [level=2]
        - list:
          - listitem:
            - heading "Reserve a resource" [level=3]
            - region "Reserve"
          - listitem:
            - heading "Ask for it as somebody else" [level=3]
            - region "Conflict"
          - listitem:
            - heading "Give it back" [level=3]
            - region "Release"
      - region "Active reservations":
        - heading "Active reservations" [level=2]
        - text: 0 of 500
        - paragraph: Nothing is reserved
      - region "Last events":
        - heading "Last events" [level=2]
        - link "All events"
        - paragraph: Nothing has happened yet
      - region "Against the limits":
        - heading "Against the limits" [level=2]
        - list:
          - listitem:
            - text: /Operations today/
            - meter "Operations today"
  `);
});

test('the list of reservations is still a table where a phone stacks its cells', async ({ page, email }) => {
  await signIn(page, email);
  await dashboard(page).reveal.click();
  const key = await keyIn(dashboard(page).key);
  await reserve(key, { requester: 'ada', resource: 'scanner', ttlSeconds: 600 }, { requester: 'ada', resource: 'stand' });
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page, '/dashboard');
  await expect(dashboard(page).reservations).toMatchAriaSnapshot(`
    - table "Active reservations":
      - rowgroup:
        - row:
          - columnheader "Resource"
          - columnheader "Requester"
          - columnheader "API key"
          - columnheader "Held for"
          - columnheader "Expires"
      - rowgroup:
        - row:
          - cell /Resource scanner fencing token \\d+/
          - cell "Requester ada"
          - cell "API key default"
          - cell /Held for/
          - cell /Expires in (9|10) min/
        - row:
          - cell /Resource stand fencing token \\d+/
          - cell "Requester ada"
          - cell "API key default"
          - cell /Held for/
          - cell "Expires never"
  `);
});
