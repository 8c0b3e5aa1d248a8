// Collections, searched and paged by the proxy, and transactions.
import { act, get } from '/dashboard/api.js';
import { confirmed, count, element, find, pairs, show, table, tell, time } from '/dashboard/view.js';

const PAGE = 25;
let offset = 0;

function places(row) {
  const all = Object.entries(row.places || {}).map(([name, place]) => {
    const sync = place.in_sync ? 'in sync' : place.state === 'ready' ? 'behind' : place.state;
    return element('span', { class: 'copy' }, `${name}: ${sync}${place.reason ? ` (${place.reason})` : ''}`,
      place.state === 'diverged' ? element('button', { type: 'button', 'data-repair': row.public_id, 'data-instance': name,
        'data-name': row.collection_name, 'data-tenant': row.tenant, 'data-database': row.database,
        'aria-label': `Repair ${row.collection_name} on ${name}` }, 'Repair') : null);
  });
  return all.length === 0 ? 'on no instance' : element('span', { class: 'copies' }, ...all);
}

async function repair({ repair: id, instance, name, tenant, database }) {
  if (!await confirmed(`Repair ${name} on ${instance}?`, `What ${instance} holds of this collection is deleted and copied anew `
    + 'from the instance that leads it, while clients go on.', 'Repair')) {
    return;
  }
  try {
    const answer = await act(`/admin/collections/${encodeURIComponent(id)}/repair`, { instance, tenant, database });
    tell(answer.message);
  } catch (error) {
    tell(error.message);
  }
  await showCollections();
}

const COLLECTIONS = [
  ['Name', row => row.collection_name + (row.protected ? ' (protected)' : ''), 'name'],
  ['Database', row => `${row.tenant} / ${row.database}`],
  ['Mapping', row => row.status],
  ['Copies', places, 'long'],
  ['Leader', row => row.leader],
  ['Id', row => row.public_id, 'id'],
];

export async function showCollections() {
  const wanted = new URLSearchParams({ limit: PAGE, offset });
  const text = find('collection-text').value.trim();
  const status = find('collection-status').value;
  if (text) {
    wanted.set('search', text);
  }
  if (status) {
    wanted.set('status', status);
  }
  const answer = await get(`/admin/collection_mappings?${wanted}`);
  const rows = answer.collection_mappings;
  const found = answer.matching_mappings;
  const range = rows.length === 0 ? '' : `${offset + 1} to ${offset + rows.length} of `;
  find('collection-count').textContent = `${range}${count(found, 'collection', 'collections')}`
    + (found === answer.total_mappings ? '' : ` that match, of ${answer.total_mappings.toLocaleString('en')}`);
  show(find('collection-table'), table('Collections', COLLECTIONS, rows, 'None matches.'));
  find('collection-previous').disabled = offset === 0;
  find('collection-next').disabled = offset + rows.length >= found;
}

export function showStrangers(list) {
  show(find('strangers'), ...(list.length === 0 ? [] : [
    element('h3', {}, 'Not as the catalog says'),
    table('Unmapped collections', [
      ['Name', row => row.collection_name],
      ['Instance', row => row.instance],
      ['Why', row => row.reason, 'long'],
      ['Id', row => row.id, 'id'],
    ], list.slice(0, PAGE), ''),
    element('p', { class: 'hint' }, list.length > PAGE ? `and ${(list.length - PAGE).toLocaleString('en')} more` : '')]));
}

async function lookUp() {
  const id = find('transaction-id').value.trim();
  if (!id) {
    return;
  }
  try {
    const found = await get(`/transactions/${encodeURIComponent(id)}`);
    const applied = Object.entries(found.applied || {}).map(([name, yes]) => `${name}: ${yes ? 'yes' : 'not yet'}`);
    pairs(find('transaction'), [
      ['Id', found.transaction_id],
      ['State', found.status],
      ['Request', `${found.method} ${found.path}`],
      ['Logged', time(found.created_at)],
      ['Applied', applied.join(', ') || '–'],
      ['Answer', found.response_status ?? 'none yet'],
      ...(found.failure_reason ? [['Reason', found.failure_reason]] : []),
    ]);
  } catch (error) {
    pairs(find('transaction'), [['Not found', error.message]]);
  }
}

const KINDS = {
  recent: async () => (await get('/admin/wal_debug')).recent_writes,
  waiting: async () => (await get('/admin/transaction_safety_status')).pending_recovery_transactions,
  failed: async () => (await get('/admin/wal_errors')).recent_errors,
};

const TRANSACTIONS = [
  ['Id', row => row.write_id || row.transaction_id, 'id'],
  ['Logged', row => time(row.created_at || row.timestamp), 'when'],
  ['Request', row => `${row.method} ${row.path}`, 'long'],
  ['State', row => row.status || 'logged'],
  ['Reason', row => row.error || '–', 'long'],
];

export async function showTransactions() {
  const rows = await KINDS[find('transaction-kind').value]();
  find('transaction-count').textContent = count(rows.length, 'transaction', 'transactions');
  show(find('transaction-table'), table('Transactions', TRANSACTIONS, rows, 'There are none.'));
}

// Runs what a user asked for and says why it could not be done.
function run(work) {
  work().catch(error => tell(error.message));
}

export function listen() {
  const search = event => {
    event.preventDefault();
    offset = 0;
    run(showCollections);
  };
  find('collection-search').addEventListener('submit', search);
  find('collection-status').addEventListener('change', search);
  find('collection-next').addEventListener('click', () => { offset += PAGE; run(showCollections); });
  find('collection-previous').addEventListener('click', () => { offset = Math.max(0, offset - PAGE); run(showCollections); });
  find('collection-table').addEventListener('click', event => {
    if (event.target.dataset.repair) {
      run(() => repair(event.target.dataset));
    }
  });
  find('transaction-search').addEventListener('submit', event => { event.preventDefault(); run(lookUp); });
  find('transaction-refresh').addEventListener('click', () => run(showTransactions));
  find('transaction-kind').addEventListener('change', () => run(showTransactions));
}
