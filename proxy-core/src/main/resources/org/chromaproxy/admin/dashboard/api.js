// Requests to this proxy, and the token they carry. The token lives in this tab's session storage alone.
const KEY = 'chroma-proxy-token';
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

export function setToken(token) {
  if (token) {
    sessionStorage.setItem(KEY, token);
  } else {
    sessionStorage.removeItem(KEY);
  }
}

async function ask(path, options, accepted) {
  const headers = { Accept: 'application/json', ...options.headers };
  const token = sessionStorage.getItem(KEY);
  if (token) {
    headers.Authorization = `Bearer ${token}`;
  }
  const answer = await fetch(path, {
    ...options, headers, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(PATIENCE_MS),
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
  if (refused.denied) {
    whenDenied(options.method, answer.status === 401 && !token ? 'This proxy asks for a token: "chroma-proxy token new" makes one.' : why);
  }
  throw refused;
}

// A page of the proxy's; a proxy that is not well tells so with 503 and the same fields.
export const get = (path, accepted = []) => ask(path, { method: 'GET' }, accepted);

export const act = (path, body) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, []);
