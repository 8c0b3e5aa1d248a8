// Writes that were given up, and what may be decided about them.
import { act, get } from '/dashboard/api.js';
import { confirmed, count, element, find, show, table, tell, time } from '/dashboard/view.js';

const MEANING = {
  retry: ['Log it anew', 'The write is appended at the end of the log as a new record, once, and applied on every '
    + 'instance after what was written since. If it fails again, it comes back here.'],
  discard: ['Discard', 'The write is marked as discarded and never executed. Its record stays in the log until that is '
    + 'cleaned up.'],
};

// A reason may be the answer that a client got, in JSON.
function words(reason) {
  try {
    return JSON.parse(reason).message || reason;
  } catch {
    return reason;
  }
}

function decisions(row) {
  const buttons = Object.entries(MEANING).map(([action, [label]]) => element('button',
    { type: 'button', 'data-action': action, 'data-id': row.transaction_id }, label));
  return element('span', { class: 'bar' }, ...buttons);
}

async function decide(action, id) {
  const [label, meaning] = MEANING[action];
  if (!await confirmed(`${label}?`, `${id}: ${meaning}`, label)) {
    return;
  }
  try {
    const answer = await act('/admin/reset_stuck_transactions', { action, ids: [id] });
    tell(answer.message || 'Done.');
  } catch (error) {
    tell(error.message);
  }
  await showLetters().catch(error => tell(error.message));
}

// Returns how many wait for a decision.
export async function showLetters() {
  const answer = await get('/admin/dead_letters?limit=25');
  find('letter-count').textContent = `${count(answer.total, 'waits', 'wait')} for a decision`
    + (answer.total > answer.dead_letters.length ? `; the newest ${answer.dead_letters.length} are shown` : '');
  show(find('letter-table'), table('Dead letters', [
    ['Given up', row => time(row.abandoned_at), 'when'],
    ['Request', row => `${row.method || ''} ${row.path || ''}`.trim() || '–', 'long'],
    ['Why', row => words(row.reason), 'long'],
    ['Id', row => row.transaction_id, 'id'],
    ['Decision', decisions],
  ], answer.dead_letters, 'No write has been given up.'));
  return answer.total;
}

export function listen() {
  find('letter-table').addEventListener('click', event => {
    const { action, id } = event.target.dataset;
    if (action) {
      decide(action, id);
    }
  });
}
