// What is wrong and what to do about it, in words.
import { count, duration } from '/dashboard/view.js';

export const STATES = {
  up: ['up', 'good'],
  suspect: ['suspect', 'warn'],
  catching_up: ['catching up', 'warn'],
  starting: ['starting', 'warn'],
  draining: ['draining', 'warn'],
  maintenance: ['maintenance', 'warn'],
  down: ['down', 'bad'],
  needs_resync: ['needs resync', 'bad'],
};

// One sentence on an instance that is not simply up, or nothing.
export function advice(instance) {
  const { name, url, reason, lag } = instance;
  const why = reason ? ` (${reason})` : '';
  switch (instance.state) {
    case 'down':
      return `${name} is down${why}. Start the Chroma server at ${url}, or find out why it does not answer. `
        + 'What is written meanwhile waits in the log and is applied when it is back.';
    case 'needs_resync':
      return `${name} needs a resync${why}: its data is not what the log left there. `
        + 'Nothing is read from it. Press Resync at the instance below to fill it from another one.';
    case 'starting':
      return `${name} was not reached yet${why}. It is used once it answers; check that ${url} is right.`;
    case 'suspect':
      return `${name} has just failed a request or a probe${why}. Wait a few seconds: it is up again or down then.`;
    case 'catching_up':
      return `${name} is catching up: ${count(lag.records, 'write', 'writes')} to go${left(instance)}. `
        + 'Nothing needs to be done; reads of what it lacks are answered by others.';
    case 'draining':
      return `${name} is being drained. Wait until it says maintenance before you stop its server.`;
    case 'maintenance':
      return `${name} is in maintenance. Its server may be stopped; press Resume when it is ready again.`;
    default:
      return '';
  }
}

export function left(instance) {
  const seconds = instance.estimated_seconds_left;
  return typeof seconds === 'number' && instance.lag.records > 0 ? `, about ${duration(seconds)}` : '';
}

// [tone, verdict, sentences]
export function headline(health, status, letters) {
  if (health.status === 'standby') {
    const owner = health.log_owner ? ` Its owner is ${health.log_owner}.` : '';
    return ['warn', 'This proxy stands by.', [
      'It serves nothing and takes over by itself when the active proxy is gone.' + owner,
      'Open the dashboard of the active proxy to see the instances and the collections.']];
  }
  const instances = status.instances || [];
  const sentences = [];
  if (health.log && health.log !== 'open') {
    sentences.push(...(health.reasons || []).slice(0, 1), log(health.log));
  } else if (health.status === 'unhealthy' && (health.reasons || []).length > 0) {
    sentences.push(health.reasons[0]);
  }
  sentences.push(...instances.map(advice).filter(text => text));
  const diverged = status.performance_stats?.critical_mapping_failures || 0;
  if (diverged > 0) {
    sentences.push(`${count(diverged, 'collection has a copy', 'collections have a copy')} known to differ. Such a copy is `
      + 'not read: another one serves. Find it below under Collections with mapping "partial", and press Repair there.');
  }
  if (letters > 0) {
    sentences.push(`${count(letters, 'write was', 'writes were')} given up and `
      + `${letters === 1 ? 'waits' : 'wait'} for your decision under Dead letters.`);
  }
  const whole = health.healthy_instances || '';
  if (health.status === 'unhealthy') {
    return ['bad', 'Clients are not served.', sentences];
  }
  if (health.log && health.log !== 'open') {
    return ['bad', 'Reads go on; writes do not.', sentences];
  }
  if (health.status !== 'healthy') {
    return ['bad', `Clients are served by ${whole.replace('/', ' of ')} instances.`, sentences];
  }
  return sentences.length === 0
    ? ['good', 'All is well.', [`${instances.length === 2 ? 'Both' : `All ${instances.length}`} instances are up and the log commits.`]]
    : ['warn', 'Clients are served; something wants your attention.', sentences];
}

// What may be said to somebody who has shown no token, or one that is not enough: what /health tells everybody.
export function locked(health) {
  const served = { healthy: 'Clients are served by all instances.', degraded: 'Clients are served, not all is well.' };
  return [health.status === 'healthy' ? 'good' : health.status === 'degraded' ? 'warn' : 'bad',
    served[health.status] || 'Clients are not served.',
    ['The rest is told to those who give a token: with the role read to look, admin to act.']];
}

function log(state) {
  return {
    unavailable: 'Check that PostgreSQL runs and that DATABASE_URL reaches it. The proxy connects again by itself.',
    fenced: 'Restart this proxy: it stands by then.',
    truncated: 'Do not restart anything before you know which PostgreSQL node is the primary and what it lost.',
    closed: 'This proxy is being stopped.',
  }[state] || '';
}
