import { words } from './words';

export interface Me {
  name: string;
  unit: string | null;
  roles: string[];
  /** What must be done before anything else is answered. */
  must: string[];
  /** Whether sensitive acts need no confirmation just now. */
  confirmed: boolean;
}

const json = { 'content-type': 'application/json', accept: 'application/json' };

const texts = (it: unknown): string[] => (Array.isArray(it) ? it.filter((one) => typeof one === 'string') : []);

const isRecord = (it: unknown): it is Record<string, unknown> => typeof it === 'object' && it !== null;

/** Who is signed in; nobody, if the server cannot or will not say. */
export async function whoAmI(): Promise<Me | null> {
  try {
    const res = await fetch('/graphql', {
      method: 'POST',
      credentials: 'same-origin',
      headers: json,
      body: JSON.stringify({ query: '{ me { name unit { name } roles must confirmedUntil } }' }),
    });
    const body: unknown = await res.json();
    const me = isRecord(body) && isRecord(body.data) ? body.data.me : null;
    if (!isRecord(me) || typeof me.name !== 'string') return null;
    return {
      name: me.name,
      unit: isRecord(me.unit) && typeof me.unit.name === 'string' ? me.unit.name : null,
      roles: texts(me.roles),
      must: texts(me.must),
      confirmed: typeof me.confirmedUntil === 'string',
    };
  } catch {
    return null;
  }
}

/** A provider that signs people in besides us. */
export interface Provider {
  button: string;
  path: string;
}

/** Who signs people in besides us; nobody, if the server cannot or will not say. */
export async function whoElse(): Promise<Provider | null> {
  try {
    const res = await fetch('/session/offered', { credentials: 'same-origin', headers: { accept: json.accept } });
    const body: unknown = await res.json();
    const it = isRecord(body) ? body.provider : null;
    if (!isRecord(it) || typeof it.button !== 'string' || it.path !== '/session/oidc') return null;
    return { button: it.button, path: it.path };
  } catch {
    return null;
  }
}

/** What a refused request says to its reader: the server's own sentence, if it sent one. */
async function refusal(res: Response): Promise<string> {
  const problem: unknown = await res.json().catch(() => null);
  if (isRecord(problem)) {
    const sentence = problem.detail ?? problem.title;
    if (typeof sentence === 'string' && sentence !== '') return sentence;
  }
  if (res.status === 401) return words.wrong;
  if (res.status === 429) return words.tooMany;
  return words.failed(res.status);
}

async function session(init: RequestInit, path = '/session'): Promise<string | null> {
  try {
    const res = await fetch(path, { credentials: 'same-origin', headers: json, ...init });
    return res.ok ? null : await refusal(res);
  } catch {
    return words.unreachable;
  }
}

/** Signs in; answers why not, or null. The cookie it sets is out of reach of any script. */
export const signIn = (name: string, password: string, code: string): Promise<string | null> =>
  session({ method: 'POST', body: JSON.stringify(code === '' ? { name, password } : { name, password, code }) });

/**
 * Confirms who it is, for the sensitive acts of the next minutes; answers why not, or null. What looks like a code or a
 * recovery code is one, all else is the password.
 */
export const confirm = (proof: string): Promise<string | null> => {
  const isCode = /^\d{3}\s?\d{3}$/.test(proof) || /^(\w{4}-){3}\w{4}$/.test(proof);
  return session({ method: 'POST', body: JSON.stringify(isCode ? { code: proof } : { password: proof }) }, '/session/confirm');
};

/** Signs out; answers why not, or null. */
export const signOut = (): Promise<string | null> => session({ method: 'DELETE' });
