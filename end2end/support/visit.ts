// Ways through the pages that several tests share.
import { expect, type Locator, type Page } from '@playwright/test';
import { KEY, saw, world } from './world.ts';

/** Opens a page of the server and waits until its islands are awake. */
export async function open(page: Page, path: string, base = world().base): Promise<void> {
  await page.goto(base + path);
  await awake(page);
}

/** Waits until the islands of the page are awake: before that, its buttons are plain forms. */
export async function awake(page: Page): Promise<void> {
  await expect(page.locator('body[data-hydrated]')).toBeAttached();
}

export interface SignIn {
  /** Whether scripts run; otherwise there is nothing to wait for. */
  script?: boolean;
}

/** From the landing page to the dashboard, through the provider's login and consent. */
export async function signIn(page: Page, email: string, { script = true }: SignIn = {}): Promise<void> {
  const { base, issuer } = world();
  await page.goto(base);
  if (script) await awake(page);
  await page.getByRole('main').getByRole('link', { name: 'Sign in with Google' }).click();
  await atProvider(page, email, issuer);
  await expect(page).toHaveURL(`${base}/dashboard`);
  if (script) await awake(page);
}

/** The provider's own two pages. */
export async function atProvider(page: Page, email: string, issuer = world().issuer): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Login at the provider' })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(issuer);
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: 'Consent at the provider' })).toBeVisible();
  await page.getByRole('button', { name: 'Allow' }).click();
}

/** The parts of the dashboard. */
export function dashboard(page: Page) {
  const card = page.getByRole('region', { name: 'API key', exact: true });
  return {
    card,
    /** The value or its mask. */
    key: card.locator('code.key'),
    reveal: card.getByRole('button', { name: 'Reveal' }),
    hide: card.getByRole('link', { name: 'Hide' }),
    copy: card.getByRole('button', { name: 'Copy', exact: true }),
    said: card.getByRole('status'),
    openRotate: card.getByText('Rotate key…'),
    dialog: page.getByRole('dialog', { name: 'Rotate this key?' }),
    reservations: page.getByRole('region', { name: 'Active reservations' }),
    steps: page.getByRole('region', { name: 'First steps' }),
    example: (label: 'Reserve' | 'Conflict' | 'Release') => page.getByRole('region', { name: label, exact: true }),
    signOut: page.getByRole('button', { name: 'Sign out' }),
  };
}

/** The key value that `shown` has in it; kept, so that the last check can look for it where it must not be. */
export async function keyIn(shown: Locator): Promise<string> {
  await expect(shown).toHaveText(new RegExp(`^\\s*${KEY.source}\\s*$`));
  return remember((await shown.innerText()).trim());
}

/** What the clipboard holds, which has to be a key. */
export async function copiedKey(page: Page): Promise<string> {
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toMatch(new RegExp(`^${KEY.source}$`));
  return remember(text);
}

function remember(key: string): string {
  saw('keys', key);
  return key;
}
