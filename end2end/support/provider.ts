// An OpenID provider that stands in for Google: real discovery, keys, PKCE and signed ID tokens, with a login and a
// consent page that need no script.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import Provider, { errors } from 'oidc-provider';
import { closing, type Closing } from './closing.ts';

export const CLIENT_ID = 'coop-locker';

/** Starts the provider at `issuer` for the one client that comes back to `redirectUri`. */
export async function startProvider(issuer: string, redirectUri: string, clientSecret: string): Promise<Closing> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT_ID, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    // As Google does: the e-mail address is in the ID token itself.
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: sub, email_verified: true, name: sub.split('@')[0] }),
    }),
    renderError: (context, out) => {
      context.type = 'text/plain';
      context.body = `${out.error}: ${out.error_description ?? ''}`;
    },
  });
  const standard = provider.callback();
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/interaction/')) {
      interact(provider, request, response).catch((error: unknown) => {
        response.writeHead(500, { 'Content-Type': 'text/plain' }).end(String(error));
      });
    } else {
      void standard(request, response);
    }
  });
  return closing(server, issuer);
}

/** Shows the page that the provider wants shown, or takes its answer. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(prompt.name === 'login' ? page('Login', LOGIN) : page('Consent', CONSENT));
    return;
  }
  const form = await posted(request);
  if (form.get('answer') === 'cancel') {
    const refusal = new errors.AccessDenied('the person said no');
    const result = { error: refusal.error, error_description: refusal.error_description };
    await provider.interactionFinished(request, response, result);
  } else if (prompt.name === 'login') {
    const result = { login: { accountId: form.get('email') ?? '' } };
    await provider.interactionFinished(request, response, result);
  } else {
    const grant = grantId ? await provider.Grant.find(grantId) : undefined;
    const given = grant ?? new provider.Grant({ accountId: session?.accountId, clientId: String(params['client_id']) });
    given.addOIDCScope(String(params['scope']));
    const result = { consent: { grantId: await given.save() } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  }
}

async function posted(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

const CANCEL = '<button name="answer" value="cancel" formnovalidate>Cancel</button>';
const LOGIN = `<label>E-mail <input type="email" name="email" required autofocus></label>
  <button name="answer" value="ok">Continue</button> ${CANCEL}`;
const CONSENT = `<p>Coop Locker wants to know your e-mail address.</p>
  <button name="answer" value="ok">Allow</button> ${CANCEL}`;

function page(title: string, fields: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
  <h1>${title} at the provider</h1><form method="post">${fields}</form></html>`;
}
