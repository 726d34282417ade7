// A real OpenID Connect provider for the tests of sign-in, on a free port of 127.0.0.1.
//
//   node oidc.mjs --redirect URI [--tls] [--secret SECRET] [--post]
//
//   --redirect  where its one client, `chuishao`, is sent back to
//   --secret    the client's secret; without one it is a public client
//   --post      takes the secret in the body alone
//   --tls       speaks TLS with a certificate that nobody else has
//
// It prints a line of JSON when it is ready, {"issuer", "cert"}. It is told what to do by lines of JSON, each answered by
// {"ok": true}:
//
//   {"person": {"sub", "amr", "acr", "groups", "preferred_username", "name", "email", "ago"}}
//                     who signs in from now on, without being asked; null is turned away; `ago` is seconds
//   {"token": "…"}    what is wrong with tokens from now on: "audience", "expired", "unknown_key", "unsigned", "by_secret",
//                     "nonce", "issuer", "tampered", "other_subject"; null is nothing
//   {"rotate": true}  signs with another key from now on, and forgets the first
//   {"slow": true}    answers nothing more, and keeps whoever asks waiting
//
// It stops when its standard input closes.

import { execFileSync } from 'node:child_process';
import { createServer as plain } from 'node:http';
import { createServer as encrypted } from 'node:https';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK } from 'jose';
import Provider, { interactionPolicy } from 'oidc-provider';

const { values: options } = parseArgs({
  options: {
    redirect: { type: 'string' },
    secret: { type: 'string' },
    post: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
  },
});

const print = (it) => process.stdout.write(`${JSON.stringify(it)}\n`);
let person = null;
let wrong = null;
let slow = false;
let app;

async function newKey(kid) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
}

let key = await newKey('first');
const stranger = await newKey('stranger');

/** A token as somebody would make it who means no good. */
async function spoilt(token) {
  const claims = decodeJwt(token);
  const header = decodeProtectedHeader(token);
  const signed = async (it, by = key, kid = header.kid) =>
    new SignJWT(it).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(await importJWK(by, 'RS256'));
  switch (wrong) {
    case 'audience': return signed({ ...claims, aud: 'another-program' });
    case 'expired': return signed({ ...claims, iat: claims.iat - 7200, exp: claims.exp - 7200 - 3600 });
    case 'nonce': return signed({ ...claims, nonce: 'another-attempt' });
    case 'issuer': return signed({ ...claims, iss: 'https://another.example' });
    case 'unknown_key': return signed(claims, stranger, 'stranger');
    case 'tampered': {
      const [head, , signature] = token.split('.');
      return [head, Buffer.from(JSON.stringify({ ...claims, sub: 'somebody-else' })).toString('base64url'), signature].join('.');
    }
    case 'unsigned': return new UnsecuredJWT(claims).encode();
    case 'by_secret':
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(options.secret ?? 'x'));
    default: return token;
  }
}

function make(issuer) {
  const policy = interactionPolicy.base();
  const method = options.secret === undefined ? 'none' : options.post ? 'client_secret_post' : 'client_secret_basic';
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'chuishao',
      client_secret: options.secret,
      redirect_uris: [options.redirect],
      token_endpoint_auth_method: method,
      require_auth_time: true,
    }],
    clientAuthMethods: [method],
    jwks: { keys: [key] },
    cookies: { keys: ['kept by nobody'] },
    claims: {
      openid: ['sub', 'amr', 'acr'],
      profile: ['name', 'preferred_username'],
      email: ['email'],
      groups: ['groups'],
    },
    scopes: ['openid', 'profile', 'email', 'groups'],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { policy, url: (_ctx, it) => `/interaction/${it.uid}` },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...person, sub }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: 'chuishao', accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid profile email groups');
      await grant.save();
      return grant;
    },
    renderError(ctx, out) { ctx.body = out; },
  });
  provider.use(async (ctx, next) => {
    if (slow) await new Promise(() => {});
    const path = /^\/interaction\/([^/]+)$/.exec(ctx.path);
    if (path) {
      const result = person === null
        ? { error: 'access_denied' }
        : { login: { accountId: person.sub, amr: person.amr, acr: person.acr, ts: Math.floor(Date.now() / 1000) - (person.ago ?? 0) } };
      ctx.respond = false;
      await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
      return;
    }
    await next();
    if (ctx.path === '/token' && ctx.body?.id_token !== undefined) ctx.body.id_token = await spoilt(ctx.body.id_token);
    if (ctx.path === '/me' && wrong === 'other_subject') ctx.body = { ...ctx.body, sub: 'somebody-else' };
  });
  return provider.callback();
}

/** A certificate that nobody else has, in a folder of its own. */
function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'chuishao-oidc-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [keyFile, cert] = ['key.pem', 'cert.pem'].map((it) => join(folder, it));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const plainly = ['-addext', 'basicConstraints=critical,CA:FALSE'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...name, ...plainly, '-keyout', keyFile, '-out', cert], { stdio: 'pipe' });
  return { file: cert, keys: { key: readFileSync(keyFile), cert: readFileSync(cert) } };
}

const certificate = options.tls ? makeCertificate() : null;
const answer = (req, res) => app(req, res);
const server = certificate ? encrypted(certificate.keys, answer) : plain(answer);
server.listen(0, '127.0.0.1', () => {
  const issuer = `${certificate ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
  app = make(issuer);
  print({ issuer, cert: certificate?.file ?? null });
  createInterface({ input: process.stdin }).on('line', async (line) => {
    const told = JSON.parse(line);
    if ('person' in told) person = told.person;
    if ('token' in told) wrong = told.token;
    if ('slow' in told) slow = told.slow;
    if (told.rotate) {
      key = await newKey('second');
      app = make(issuer);
    }
    print({ ok: true });
  }).on('close', () => process.exit(0));
});
