// The instances, their events and repairs, and what may be done to an instance.
import { act } from '/dashboard/api.js';
import { bytes, confirmed, count, duration, element, find, pairs, show, table, tell, time } from '/dashboard/view.js';
import { STATES, left } from '/dashboard/words.js';

const ACTIONS = {
  drain: ['Drain', 'New requests go to other instances, and leadership moves there. Then its server may be stopped. '
    + 'What is written meanwhile is kept in the log.'],
  resume: ['Resume', 'It is probed, catches up and takes requests again.'],
  resync: ['Resync', 'All that this instance holds is deleted and copied anew from others, while clients go on.'],
};

const OFFERED = {
  up: ['drain'], catching_up: ['drain'], suspect: ['drain'],
  draining: ['resume'], maintenance: ['resume'], needs_resync: ['resync'],
};

// Whether its speed says anything of the time left.
const CATCHES_UP = new Set(['up', 'suspect', 'catching_up', 'draining']);

async function decide(name, what) {
  const [label, meaning] = ACTIONS[what];
  if (!await confirmed(`${label} ${name}?`, meaning, label)) {
    return;
  }
  try {
    const answer = await act(`/admin/instances/${encodeURIComponent(name)}/${what}`, {});
    tell(answer.message || `${name}: ${what} begun.`);
  } catch (error) {
    tell(error.message);
  }
}

function behind({ lag }) {
  return lag.records === 0 ? 'nothing'
    : `${count(lag.records, 'write', 'writes')}, ${bytes(lag.bytes)}, the oldest ${duration(lag.seconds)} old`;
}

function card(instance) {
  const [word, tone] = STATES[instance.state] || [instance.state, 'warn'];
  const list = pairs(element('dl', { class: 'pairs' }), [
    ['Address', instance.url],
    ['Since', time(instance.state_since)],
    ...(instance.reason ? [['Reason', instance.reason]] : []),
    ['Behind by', behind(instance)],
    ...(instance.lag.records > 0 && CATCHES_UP.has(instance.state)
      ? [['Catching up', `${instance.catch_up_rate} writes/s${left(instance) || ', time left unknown'}`]] : []),
    ['Collections', `${instance.collections_whole} whole`
      + (instance.lanes_diverged > 0 ? `, ${instance.lanes_diverged} known to differ` : '')],
    ['Answers', `${instance.success_rate} of ${instance.total_requests.toLocaleString('en')} succeeded`],
    ['Under way', instance.outstanding_requests],
  ]);
  const buttons = (OFFERED[instance.state] || []).map(what => element('button',
    { type: 'button', 'data-instance': instance.name, 'data-action': what, 'aria-label': `${ACTIONS[what][0]} ${instance.name}` },
    ACTIONS[what][0]));
  return element('article', { class: 'card', 'data-state': instance.state, 'aria-label': instance.name },
    element('div', { class: 'card-head' }, element('h3', {}, instance.name), element('span', { class: `badge ${tone}` }, word)),
    list, ...buttons);
}

find('instance-cards').addEventListener('click', event => {
  const { instance, action } = event.target.dataset;
  if (action) {
    decide(instance, action);
  }
});

export function showInstances(status) {
  const focused = document.activeElement?.dataset;
  show(find('instance-cards'), ...status.instances.map(card));
  if (focused?.instance) {
    find('instance-cards').querySelector(
      `button[data-instance="${CSS.escape(focused.instance)}"][data-action="${CSS.escape(focused.action)}"]`)?.focus();
  }
  const repairs = status.repairs || [];
  show(find('repairs'), ...(repairs.length === 0 ? [] : [element('h3', {}, 'Repairs'), table('Repairs', [
    ['Repair', row => row.what, 'long'],
    ['Instance', row => row.instance],
    ['Step', row => (row.failure ? `stopped: ${row.failure}` : row.ended ? 'done' : row.step)],
    ['Began', row => time(row.began), 'when'],
    ['Ended', row => (row.ended ? time(row.ended) : 'under way'), 'when'],
  ], repairs, '')]));
}

export function showEvents(answer) {
  show(find('event-table'), table('Events', [
    ['Time', row => time(row.time), 'when'],
    ['Instance', row => row.instance],
    ['What', row => (row.kind === 'leadership'
      ? `leadership of ${count(row.count, 'collection', 'collections')} moved from ${row.from} to ${row.to}`
      : `${STATES[row.from]?.[0] || row.from} → ${STATES[row.to]?.[0] || row.to}`)],
    ['Why', row => row.reason || '–', 'long'],
  ], answer.events, 'Nothing has happened since the proxy started.'));
}
