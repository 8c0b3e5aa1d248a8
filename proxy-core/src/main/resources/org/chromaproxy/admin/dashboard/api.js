// Requests to this proxy, and the session they belong to. The token is given once, to begin it; the cookie that shows it from then on
// is the browser's alone, and what stands here is of no use without that.
const KEY = 'chroma-proxy-session';
const PROOF = 'X-Chroma-Proxy-Session';
const SESSION = '/dashboard/session';
const PATIENCE_MS = 15000;

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
    // Asked again without another token, it is refused again, and each time counts against this address.
    this.final = status === 401 || status === 403;
    this.denied = this.final || status === 429;
  }
}

let whenDenied = () => {};

export function onDenied(listener) {
  whenDenied = listener;
}

async function ask(path, options, accepted) {
  const proof = sessionStorage.getItem(KEY);
  const headers = { Accept: 'application/json', [PROOF]: proof || 'none', ...options.headers };
  const answer = await fetch(path, {
    ...options, headers, cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    // An answer that is not JSON has no message of its own.
  }
  if (answer.ok || accepted.includes(answer.status)) {
    return body;
  }
  const why = body.message || `the proxy answered ${answer.status}`;
  const refused = new Refused(answer.status, why);
  if (answer.status === 401) {
    sessionStorage.removeItem(KEY);
  }
  if (refused.denied) {
    const looks = options.method === 'GET';
    whenDenied(options.method, answer.status === 401 && !proof && looks
      ? 'This proxy asks for a token: "chroma-proxy token new" makes one.' : why);
  }
  throw refused;
}

// A page of the proxy's; a proxy that is not well tells so with 503 and the same fields.
export const get = (path, accepted = []) => ask(path, { method: 'GET' }, accepted);

export const act = (path, body) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, []);

// Who has signed in: {signed_in, name, role, tokens}.
export const who = () => get(SESSION);

export async function signIn(token) {
  const answer = await ask(SESSION, { method: 'POST', headers: { Authorization: `Bearer ${token}` } }, []);
  sessionStorage.setItem(KEY, answer.proof);
  return answer;
}

export async function signOut() {
  try {
    await ask(SESSION, { method: 'DELETE' }, [401]);
  } finally {
    sessionStorage.removeItem(KEY);
  }
}
