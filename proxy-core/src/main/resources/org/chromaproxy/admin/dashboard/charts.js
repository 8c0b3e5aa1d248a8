// Figures over time, kept in this page alone: the last twenty minutes, one point for each answer.
import uPlot from '/dashboard/uplot.js';
import { find } from '/dashboard/view.js';

const POINTS = 600;
const HEIGHT = 180;
const LEAST_SECONDS = 60;
const DARK = matchMedia('(prefers-color-scheme: dark)');
const charts = [];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// A dot on what is now; it also shows a figure that has no neighbour to draw a line to.
function newest(plot, series) {
  const last = plot.data[series].findLastIndex(value => value !== null);
  return last < 0 ? [] : [last];
}

// From the first answer to the newest; a minute at least, or the axis has nothing to say.
function span(plot) {
  const at = plot.data?.[0] ?? [];
  const end = at.at(-1) ?? Date.now() / 1000;
  return [Math.min(at[0] ?? end, end - LEAST_SECONDS), end];
}

function axis() {
  return {
    stroke: () => colour('--soft'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { stroke: () => colour('--line'), width: 1 },
  };
}

class Chart {
  constructor(id, lines) {
    this.place = find(id);
    this.lines = lines;
    this.data = [[], ...lines.map(() => [])];
    this.plot = new uPlot({
      width: this.place.clientWidth || 300,
      height: HEIGHT,
      series: [{}, ...lines.map(([label, variable]) => ({
        label, stroke: () => colour(variable), width: 2, spanGaps: true, points: { size: 6, filter: newest },
        value: (plot, value) => (value === null ? '–' : value.toFixed(1)),
      }))],
      axes: [{ ...axis(), space: 80, values: (plot, at) => at.map(second => new Date(second * 1000).toLocaleTimeString('sv')) }, { ...axis(), size: 56 }],
      scales: { x: { range: span }, y: { range: (plot, low, high) => [0, Math.max(1, (high || 0) * 1.1)] } },
      legend: { live: false },
    }, this.data, this.place);
    new ResizeObserver(() => {
      if (this.place.clientWidth > 0) {
        this.plot.setSize({ width: this.place.clientWidth, height: HEIGHT });
      }
    }).observe(this.place);
    charts.push(this);
  }

  recolour() {
    this.place.querySelectorAll('.u-marker').forEach((marker, i) => { marker.style.borderColor = colour(this.lines[i][1]); });
    this.plot.redraw();
  }

  add(at, ...values) {
    [at, ...values].forEach((value, i) => {
      this.data[i].push(value);
      if (this.data[i].length > POINTS) {
        this.data[i].shift();
      }
    });
    this.plot.setData(this.data);
    const said = this.lines.map(([label], i) => `${label}: ${values[i] === null ? 'none' : values[i].toFixed(1)}`);
    this.place.setAttribute('aria-label', said.join(', '));
  }
}

const rate = new Chart('rate-chart', [['all', '--accent'], ['failed', '--bad']]);
const latency = new Chart('latency-chart', [['mean', '--accent']]);
const pending = new Chart('pending-chart', [['writes', '--warn']]);
DARK.addEventListener('change', () => charts.forEach(chart => chart.recolour()));

let before = null;

// Takes an answer of /status; returns the rates since the one before, or null.
export function record(status) {
  const { client_requests: requests, client_requests_failed: failed, client_seconds: seconds } = status.stats;
  const now = { at: Date.parse(status.timestamp) / 1000, requests, failed, seconds };
  const last = before;
  before = now;
  if (last === null || now.at <= last.at || requests < last.requests) {
    return null;
  }
  const passed = now.at - last.at;
  const done = requests - last.requests;
  const rates = {
    all: done / passed,
    failed: (failed - last.failed) / passed,
    latency: done === 0 ? null : (seconds - last.seconds) * 1000 / done,
  };
  rate.add(now.at, rates.all, rates.failed);
  latency.add(now.at, rates.latency);
  pending.add(now.at, status.unified_wal.pending_writes);
  return rates;
}
