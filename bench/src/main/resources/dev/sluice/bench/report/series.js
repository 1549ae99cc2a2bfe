'use strict';

/* What charts show, reckoned from what was measured; nothing here draws. */

const MOST_POINTS = 50;
const LEAST_STEP_SECONDS = 0.1;

function shownRound(peer) {
  return peer.failure === undefined ? peer.rounds[peer.medianRound] : undefined;
}

/* Samples hold [milliseconds, rows, resident bytes]; the clock starts at 0 rows. */
function cumulativeRows(round) {
  const points = [[0, 0], ...round.samples.map(([millis, rows]) => [millis / 1e3, rows])];
  return points.filter(([seconds], n) => n === 0 || seconds > points[n - 1][0]);
}

function interpolated(points, x) {
  const after = points.findIndex(([at]) => at >= x);
  if (after < 0) {
    return points[points.length - 1][1];
  }
  if (after === 0 || points[after][0] === x) {
    return points[after][1];
  }
  const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

/* Equal steps over the time of the slowest peer, not shorter than what was sampled. */
function timeSteps(rounds) {
  const end = Math.max(...rounds.map((round) => round.seconds));
  const step = Math.max(LEAST_STEP_SECONDS, end / MOST_POINTS);
  return { step, count: Math.max(1, Math.ceil(end / step)) };
}

/*
 * Rows a second within each step, at the middle of the step; null once a peer is done. Of a peer that nobody could look into,
 * its average.
 */
function throughput(round, { step, count }) {
  const points = cumulativeRows(round);
  const sampled = round.samples.length > 1;
  const end = sampled ? points[points.length - 1][0] : round.seconds;
  const rates = [];
  for (let n = 0; n < count; n++) {
    const from = n * step;
    const to = Math.min(end, from + step);
    if (n > 0 && to - from < step / 2) {
      rates.push(null);
    } else if (sampled) {
      rates.push((interpolated(points, to) - interpolated(points, from)) / (to - from));
    } else {
      rates.push(round.rowsPerSecond);
    }
  }
  return rates;
}

/* In MB at the middle of each step. */
function memory(round, { step, count }) {
  const points = round.samples.filter((sample) => sample[2] >= 0).map((sample) => [sample[0] / 1e3, sample[2] / 1e6]);
  const end = points[points.length - 1][0];
  return middles({ step, count }).map((at, n) => (n > 0 && at > end ? null : interpolated(points, at)));
}

function middles({ step, count }) {
  return Array.from({ length: count }, (_, n) => (n + 0.5) * step);
}

function knowsMemory(round) {
  return round.samples.some((sample) => sample[2] >= 0);
}

/* The limits of all buckets, ascending, and per round the share of its changes, in per cent, from each limit on. */
function histogram(rounds) {
  const buckets = rounds.map((round) => round.latency.buckets.map(([from, to, count]) =>
    ({ from: from > 0 ? from : to / 1.2, to, share: (100 * count) / round.latency.count })));
  const limits = [...new Set(buckets.flat().flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const shares = buckets.map((own) => limits.map((limit) => {
    const bucket = own.find(({ from, to }) => from <= limit && limit < to);
    return bucket === undefined ? 0 : bucket.share;
  }));
  return { limits, shares };
}
