'use strict';

/* Lines over time and histograms, by uPlot. Colours are asked for at each drawing, so that a change of theme is a redraw. */

const HEIGHT = 230;
const charts = [];

function axis(label, more) {
  return {
    label,
    labelSize: 20,
    labelGap: 2,
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    stroke: () => colour('--muted'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { stroke: () => colour('--line'), width: 1, size: 4 },
    ...more,
  };
}

function line(peer, label, data, format, more) {
  const points = data.filter((value) => value !== null).length < 4;
  return {
    label,
    stroke: () => colour(colourVariable(peer)),
    width: 2,
    dash: dashes(peer),
    points: { show: points, size: 6, fill: () => colour(colourVariable(peer)) },
    value: (chart, value) => (value === null || value === undefined ? '' : format(value)),
    ...more,
  };
}

/* A sample of the line, in the page's own colour, so that a change of theme reaches it too. */
function markers(peers) {
  return {
    width: 3,
    stroke: (chart, n) => `var(${colourVariable(peers[n - 1])})`,
    fill: () => 'transparent',
    dash: (chart, n) => (dashes(peers[n - 1]).length === 0 ? 'solid' : dashes(peers[n - 1])[0] < 5 ? 'dotted' : 'dashed'),
  };
}

function chart(title, description, peers, x, columns, series, axes, more) {
  const place = element('div', { class: 'canvas', role: 'img', 'aria-label': title + ': ' + description });
  const figureElement = element('figure', null, element('figcaption', null, title), place);
  charts.push({
    place,
    draw: () => new uPlot({
      width: place.clientWidth || 480,
      height: HEIGHT,
      padding: [12, 12, 0, 0],
      cursor: { drag: { x: false, y: false }, y: false },
      legend: { markers: markers(peers) },
      ...more,
      series: [x, ...series],
      axes,
    }, columns, place),
  });
  return figureElement;
}

const fromZero = { range: (chart, least, most) => [0, (most || 1) * 1.08] };
const seconds = { label: 'time', value: (chart, value) => (value === null || value === undefined ? '' : hundredths.format(value) + ' s') };

function timeScales(steps) {
  return { x: { time: false, range: () => [0, steps.step * steps.count] }, y: fromZero };
}

function timeAxes(unit) {
  return [
    axis('seconds since the start', { size: 32 }),
    axis(unit, { size: 52, values: (chart, values) => values.map((value) => short.format(value)) }),
  ];
}

function throughputChart(peers) {
  const rounds = peers.map(shownRound);
  const steps = timeSteps(rounds);
  const columns = rounds.map((round) => throughput(round, steps));
  const series = peers.map((peer, n) => line(
    peer,
    rounds[n].samples.length > 1 ? peer.name : peer.name + ' (average)',
    columns[n],
    (value) => whole.format(value) + ' rows/s'));
  return chart(
    'Throughput over time', 'rows a second of ' + peers.map((peer) => peer.name).join(', '),
    peers, seconds, [middles(steps), ...columns], series, timeAxes('rows/s'), { scales: timeScales(steps) });
}

function memoryChart(all) {
  const peers = all.filter((peer) => knowsMemory(shownRound(peer)));
  if (peers.length === 0) {
    return null;
  }
  const rounds = peers.map(shownRound);
  const steps = timeSteps(rounds);
  const columns = rounds.map((round) => memory(round, steps));
  const series = peers.map((peer, n) => line(
    peer,
    peer.peakMemoryBytes < 0 ? peer.name : `${peer.name}, peak ${megabytes(peer.peakMemoryBytes)}`,
    columns[n],
    (value) => whole.format(value) + ' MB'));
  const peak = Math.max(...peers.map((peer) => peer.peakMemoryBytes / 1e6));
  const scales = timeScales(steps);
  scales.y = { range: (chart, least, most) => [0, Math.max(most || 1, peak) * 1.08] };
  return chart(
    'Resident memory; thin line: peak', 'megabytes of ' + series.map((each) => each.label).join(', '),
    peers, seconds, [middles(steps), ...columns], series, timeAxes('MB'),
    { scales, hooks: { draw: [(drawn) => peakLines(drawn, peers)] } });
}

function stroke(drawn, peer, path) {
  const context = drawn.ctx;
  context.save();
  context.strokeStyle = colour(colourVariable(peer));
  context.lineWidth = devicePixelRatio;
  context.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  context.beginPath();
  path(context);
  context.stroke();
  context.restore();
}

function peakLines(drawn, peers) {
  const { left, width } = drawn.bbox;
  for (const peer of peers.filter((each) => each.peakMemoryBytes >= 0)) {
    const y = drawn.valToPos(peer.peakMemoryBytes / 1e6, 'y', true);
    stroke(drawn, peer, (context) => {
      context.moveTo(left, y);
      context.lineTo(left + width, y);
    });
  }
}

/* 1, 2 and 5 of each power of ten. */
function roundValues(least, most) {
  const values = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++) {
    values.push(...[1, 2, 5].map((value) => value * 10 ** power));
  }
  return values.filter((value) => value >= least && value <= most);
}

function latencyChart(all) {
  const peers = all.filter((peer) => shownRound(peer).latency !== undefined);
  if (peers.length === 0) {
    return null;
  }
  const rounds = peers.map(shownRound);
  const { limits, shares } = histogram(rounds);
  const series = peers.map((peer, n) => line(peer, peer.name, shares[n], (value) => hundredths.format(value) + ' %', {
    paths: uPlot.paths.stepped({ align: 1 }),
    points: { show: false },
    fill: () => colour(colourVariable(peer)) + '22',
  }));
  const millis = { label: 'from', value: (chart, value) => (value === null || value === undefined ? '' : hundredths.format(value) + ' ms') };
  const axes = [
    axis('milliseconds, logarithmic', {
      size: 32,
      splits: (chart, n, least, most) => roundValues(least, most),
      filter: (chart, splits) => (chart.width < 420 ? splits.map((value) => (isPowerOfTen(value) ? value : null)) : splits),
      values: (chart, values) => values.map((value) => (value === null ? null : String(Number(value.toPrecision(1))))),
    }),
    axis('% of changes', { size: 52 }),
  ];
  const scales = { x: { time: false, distr: 3, range: () => [limits[0], limits[limits.length - 1]] }, y: fromZero };
  return chart(
    'Latency; thin line: 99 %', 'share of changes by milliseconds of ' + peers.map((peer) => peer.name).join(', '),
    peers, millis, [limits, ...shares], series, axes,
    { scales, hooks: { draw: [(drawn) => percentileLines(drawn, peers)] } });
}

function isPowerOfTen(value) {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

function percentileLines(drawn, peers) {
  const { top, height } = drawn.bbox;
  for (const peer of peers) {
    const x = drawn.valToPos(shownRound(peer).latency.p99Millis, 'x', true);
    stroke(drawn, peer, (context) => {
      context.moveTo(x, top);
      context.lineTo(x, top + height);
    });
  }
}

/* Once they are in the page, and so have a width. */
function drawCharts() {
  for (const each of charts) {
    each.drawn = each.draw();
  }
  addEventListener('resize', fitCharts);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts);
  addEventListener('beforeprint', () => printing(true));
  addEventListener('afterprint', () => printing(false));
}

function fitCharts() {
  for (const { place, drawn } of charts) {
    drawn.setSize({ width: place.clientWidth, height: HEIGHT });
  }
}

function redrawCharts() {
  for (const { drawn } of charts) {
    drawn.redraw(false, true);
  }
}

/* Paper is white, whatever the screen is. */
function printing(on) {
  document.documentElement.classList.toggle('printing', on);
  redrawCharts();
}
