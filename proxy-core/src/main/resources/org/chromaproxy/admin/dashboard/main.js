// Asks the proxy every two seconds while the page is seen, and shows what it says.
import { Refused, get, onDenied, signIn, signOut, who } from '/dashboard/api.js';
import { bytes, element, find, show, tell, time } from '/dashboard/view.js';
import { headline, locked } from '/dashboard/words.js';
import { record } from '/dashboard/charts.js';
import { showEvents, showInstances } from '/dashboard/instances.js';
import { listen as listenToTables, showCollections, showStrangers, showTransactions } from '/dashboard/tables.js';
import { listen as listenToLetters, showLetters } from '/dashboard/letters.js';

const EVERY_MS = 2000;
const SLOWLY = 5;
let round = 0;
let letters = 0;
let asked;
// What needs a token was refused: nothing but /health is asked until one is given.
let closed = false;

function say([tone, verdict, sentences]) {
  find('headline').className = tone;
  show(find('headline'), element('p', { class: 'verdict' }, verdict),
    ...(sentences.length === 0 ? [] : [element('ul', {}, ...sentences.map(text => element('li', {}, text)))]));
  document.title = `${tone === 'good' ? '' : '! '}chroma-proxy: ${verdict}`;
}

function figure(name, value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, value));
}

function showFigures(status, rates) {
  const { stats, high_volume_config: config, performance_stats: performance, unified_wal: wal } = status;
  show(find('figures'),
    figure('requests/s', rates ? rates.all.toFixed(1) : '–'),
    figure('mean latency', rates && rates.latency !== null ? `${rates.latency.toFixed(1)} ms` : '–'),
    figure('answered with 5xx', stats.client_requests_failed.toLocaleString('en')),
    figure('writes logged', stats.total_wal_writes.toLocaleString('en')),
    figure('not yet everywhere', wal.pending_writes.toLocaleString('en')),
    figure('waiting in line', performance.requests_waiting.toLocaleString('en')),
    figure(`of ${bytes(config.max_memory_mb * 2 ** 20)} memory`, `${Math.round(config.current_memory_percent)} %`));
}

// What the proxy is open to, by its settings.
function showOpen(sentences) {
  find('security').hidden = sentences.length === 0;
  show(find('security-list'), ...sentences.map(text => element('li', {}, text)));
}

// There is nothing to see in a section that nothing is known of.
function offer(known) {
  if (!known) {
    showOpen([]);
  }
  for (const id of ['sections', 'instances', 'load', 'events', 'collections', 'transactions', 'letters']) {
    find(id).hidden = !known;
  }
}

async function update() {
  const health = await get('/health', [503]);
  find('footer').textContent = `As of ${time(new Date().toISOString())}`;
  if (health.status === 'standby') {
    offer(false);
    say(headline(health, {}, 0));
    return;
  }
  if (closed) {
    say(locked(health));
    return;
  }
  let status;
  let events;
  try {
    [status, events] = await Promise.all([get('/status'), get('/admin/events?limit=50')]);
  } catch (error) {
    if (!(error instanceof Refused) || !error.denied) {
      throw error;
    }
    closed = error.final;
    offer(false);
    say(locked(health));
    return;
  }
  offer(true);
  say(headline(health, status, letters));
  showOpen(status.security?.open || []);
  showInstances(status);
  showEvents(events);
  showFigures(status, record(status));
  showStrangers(status.unmapped_collections || []);
  if (find('access').dataset.denied === 'GET') {
    find('access').hidden = true;
  }
  if (round++ % SLOWLY === 0) {
    // What these read from the log may fail while the rest is known.
    const slow = await Promise.allSettled([showLetters(), showCollections(), round === 1 ? showTransactions() : null]);
    if (slow[0].status === 'fulfilled') {
      letters = slow[0].value;
      say(headline(health, status, letters));
    }
  }
}

async function turn() {
  clearTimeout(asked);
  if (!document.hidden) {
    try {
      await update();
    } catch (error) {
      if (error instanceof Refused) {
        say(['bad', 'The proxy does not tell.', [error.message]]);
      } else {
        // It may come back with other settings.
        closed = false;
        say(['bad', 'The proxy does not answer.', [
          'Check that it runs and that this machine reaches it; systemctl status chroma-proxy and its log say more.']]);
      }
    }
  }
  asked = setTimeout(turn, EVERY_MS);
}

function begin() {
  round = 0;
  closed = false;
  turn();
}

function showWho(session) {
  find('who-name').textContent = session.signed_in ? `Signed in: ${session.name}, ${session.role}` : '';
  find('sign-in').hidden = session.signed_in === true;
  find('sign-out').hidden = session.signed_in !== true;
}

async function enter() {
  const token = find('token').value.trim();
  find('token').value = '';
  try {
    showWho(await signIn(token));
    find('access').hidden = true;
    begin();
  } catch (error) {
    find('access-why').textContent = error.message;
  }
}

async function leave() {
  try {
    await signOut();
  } catch (error) {
    tell(error.message);
  }
  showWho({});
  begin();
}

// method: what was denied. A reader who may look and not act keeps the form until the next try.
onDenied((method, why) => {
  who().then(showWho, () => {});
  if (find('access-why').textContent !== why) {
    find('access-why').textContent = why;
  }
  if (find('access').hidden) {
    find('access').hidden = false;
    if (document.activeElement === document.body) {
      find('token').focus();
    }
  }
  find('access').dataset.denied = method;
});
find('access').addEventListener('submit', event => { event.preventDefault(); enter(); });
find('sign-in').addEventListener('click', () => {
  find('access').hidden = false;
  find('access').dataset.denied = '';
  find('token').focus();
});
find('sign-out').addEventListener('click', leave);
document.addEventListener('visibilitychange', () => { if (!document.hidden) { turn(); } });
listenToTables();
listenToLetters();
who().then(showWho, () => {});
turn();
