'use strict';

/*
 * Each peer has one of seven colours, the same everywhere in the page, and in every page if it is one of those known here.
 * Others (such as "2 sinks") take one that no other peer of their scenario has. The colours themselves are in page.css.
 */

const COLOURS = 7;
const KNOWN_PEERS = {
  sluice: 0,
  pg_recvlogical: 1,
  pgjdbc: 2,
  debezium: 3,
  'debezium-server': 4,
  subscription: 5,
  COPY: 6,
};

/* Beside the colour, so that lines can be told apart without it. */
const DASHES = [[], [9, 4], [3, 3], [12, 3, 3, 3], [6, 2], [2, 5], [14, 5]];

const colourOfPeer = new Map(Object.entries(KNOWN_PEERS));

function assignColours(scenarios) {
  for (const scenario of scenarios) {
    const names = new Set(scenario.comparisons.flatMap((comparison) => comparison.peers.map((peer) => peer.name)));
    const taken = new Set([...names].filter((name) => colourOfPeer.has(name)).map((name) => colourOfPeer.get(name)));
    for (const name of names) {
      if (!colourOfPeer.has(name)) {
        let free = 0;
        while (taken.has(free)) {
          free++;
        }
        taken.add(free);
        colourOfPeer.set(name, free % COLOURS);
      }
    }
  }
}

function colourVariable(peer) {
  return '--peer-' + colourOfPeer.get(peer.name);
}

/* For canvases: what the theme says now. */
function colour(variable) {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

function dashes(peer) {
  return DASHES[colourOfPeer.get(peer.name)];
}

function peerLabel(peer) {
  const mark = element('span', { class: 'mark' });
  mark.style.background = `var(${colourVariable(peer)})`;
  return element('span', { class: 'peer' }, mark, peer.name);
}
