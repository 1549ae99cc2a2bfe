'use strict';

/* The page from top to bottom. */

function start() {
  const report = JSON.parse(document.getElementById('report').textContent);
  assignColours(report.scenarios);
  const page = document.getElementById('page');
  page.replaceChildren(
    header(report),
    overview(report),
    ...report.scenarios.map((scenario, n) => scenarioSection(scenario, n, report.notes[scenario.name])));
  drawCharts();
}

function header(report) {
  const machine = report.environment;
  const when = new Date(report.startedAt).toISOString().replace('T', ' ').slice(0, 16) + ' UTC';
  return element('header', null,
    element('h1', null, 'Sluice benchmarks'),
    element('p', { class: 'command' }, element('code', null, report.command)),
    definitions({
      'measured on': when,
      processor: `${machine.processor}, ${machine.processors} for us`,
      memory: machine.memoryBytes < 0 ? 'unknown' : hundredths.format(machine.memoryBytes / 2 ** 30) + ' GiB',
      system: machine.system,
      Java: machine.java,
      PostgreSQL: machine.postgres,
    }),
    details('Settings of PostgreSQL', definitions(machine.postgresSettings)));
}

function overview(report) {
  const rows = report.scenarios.flatMap((scenario, n) => [
    ...scenario.comparisons.map((comparison) => [
      element('a', { href: '#' + comparisonId(n, comparison) }, comparison.name),
      oursInShort(comparison),
      ratios(comparison),
    ]),
    ...(scenario.failure === undefined ? [] : [[scenario.name, 'broke off', scenario.failure]]),
  ]);
  return element('section', null,
    element('h2', null, 'At a glance'),
    element('p', { class: 'muted' },
      'Medians. A ratio is Sluice over the peer, for latencies the peer over Sluice: above 1 Sluice is better.'),
    table('overview', ['comparison', 'Sluice', 'ratio to'], rows));
}

function oursInShort(comparison) {
  const ours = comparison.peers[0];
  return ours.failure === undefined ? `${figure(ours.figure.median, comparison)} ${comparison.unit}` : 'failed';
}

function ratios(comparison) {
  return element('span', { class: 'ratios' }, comparison.peers.slice(1).map((peer) =>
    element('span', null, peerLabel(peer), ' ',
      element('b', null, peer.ratio === undefined ? 'failed' : hundredths.format(peer.ratio)))));
}

function scenarioSection(scenario, n, notes) {
  return element('section', { id: 'scenario-' + n },
    element('h2', null, scenario.name),
    element('p', null, sentence(scenario.question)),
    element('p', { class: 'muted' }, Object.entries(scenario.settings).map(([name, value]) =>
      `${name}: ${typeof value === 'number' ? whole.format(value) : value}`).join(' · ')),
    scenario.failure === undefined ? null : element('p', { class: 'failure' }, 'Broke off: ' + scenario.failure),
    notes === undefined ? null : element('div', { class: 'notes' }, notes),
    ...scenario.comparisons.map((comparison) => comparisonCard(comparison, n)),
    ...Object.entries(scenario.skipped).map(([peer, reason]) =>
      element('p', { class: 'muted' }, element('b', null, 'Skipped: ' + peer), ', because: ' + reason)),
    details('Closing lines', element('pre', null, scenario.lines.join('\n'))));
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + '.';
}

function comparisonId(n, comparison) {
  return `comparison-${n}-${comparison.name.replace(/[^a-z0-9]+/gi, '-')}`;
}

function comparisonCard(comparison, n) {
  const worked = comparison.peers.filter((peer) => peer.failure === undefined);
  return element('article', { id: comparisonId(n, comparison) },
    element('h3', null, comparison.name),
    element('p', { class: 'muted' },
      `${whole.format(comparison.rows)} rows; ${comparison.unit}, ${comparison.lessIsBetter ? 'less' : 'more'} is better`),
    results(comparison),
    latencyTable(worked),
    worked.length === 0 ? null : element('div', { class: 'charts' },
      latencyChart(worked), throughputChart(worked), memoryChart(worked)),
    worked.length === 0 ? null : element('p', { class: 'muted' }, 'Charts and percentiles show the median round.'),
    details('Versions and settings', ...comparison.peers.map((peer) =>
      element('div', { class: 'about' }, peerLabel(peer), definitions(peer.about)))),
    details('All rounds', allRounds(comparison)));
}

function results(comparison) {
  const most = Math.max(...comparison.peers.map((peer) => (peer.failure === undefined ? peer.figure.most : 0)));
  const rows = comparison.peers.map((peer) => (peer.failure === undefined
    ? [
      peerLabel(peer),
      bar(peer, most),
      figure(peer.figure.median, comparison),
      figure(peer.figure.least, comparison),
      figure(peer.figure.most, comparison),
      peer.ratio === undefined ? '' : hundredths.format(peer.ratio),
      megabytes(peer.peakMemoryBytes),
    ]
    : [peerLabel(peer), element('span', { class: 'failure' }, 'failed: ' + peer.failure), '', '', '', '',
      megabytes(peer.peakMemoryBytes)]));
  return table('results', ['peer', comparison.unit, 'median', 'least', 'most', 'ratio', 'peak memory'], rows);
}

/* As long as the median; the thin line goes from the least to the most. */
function bar(peer, most) {
  const per = (value) => (most > 0 ? (100 * value) / most : 0) + '%';
  const body = element('span', { class: 'bar-body' });
  body.style.width = per(peer.figure.median);
  body.style.background = `var(${colourVariable(peer)})`;
  const spread = element('span', { class: 'bar-spread' });
  spread.style.left = per(peer.figure.least);
  spread.style.width = per(peer.figure.most - peer.figure.least);
  return element('span', { class: 'bar', 'aria-hidden': 'true' }, body, spread);
}

function latencyTable(peers) {
  const measured = peers.filter((peer) => shownRound(peer).latency !== undefined);
  if (measured.length === 0) {
    return null;
  }
  const keys = ['p50Millis', 'p90Millis', 'p99Millis', 'p999Millis', 'maxMillis'];
  return table('figures', ['latency in ms', '50 %', '90 %', '99 %', '99.9 %', 'longest', 'changes'], measured.map((peer) => [
    peerLabel(peer),
    ...keys.map((key) => hundredths.format(shownRound(peer).latency[key])),
    whole.format(shownRound(peer).latency.count),
  ]));
}

function allRounds(comparison) {
  const every = comparison.peers.flatMap((peer) => peer.rounds.map((round, n) => ({ peer, round, n })));
  const keys = [...new Set(every.flatMap(({ round }) => Object.keys(round.details)))];
  const latencies = every.some(({ round }) => round.latency !== undefined);
  return table('figures',
    ['peer', 'round', 'rows', 'seconds', 'rows/s', ...(latencies ? ['p50 ms', 'p99 ms'] : []), ...keys],
    every.map(({ peer, round, n }) => [
      peerLabel(peer),
      String(n + 1),
      whole.format(round.rows),
      hundredths.format(round.seconds),
      whole.format(round.rowsPerSecond),
      ...(latencies ? ['p50Millis', 'p99Millis'].map((key) => (round.latency ? hundredths.format(round.latency[key]) : '')) : []),
      ...keys.map((key) => detail(round.details[key])),
    ]));
}

function detail(value) {
  if (value === undefined || value === -1) {
    return '';
  }
  if (typeof value !== 'number') {
    return String(value);
  }
  return (Number.isInteger(value) ? whole : hundredths).format(value);
}

start();
