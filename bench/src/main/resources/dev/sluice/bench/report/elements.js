'use strict';

/* Elements and numbers. Whatever comes from the report goes in as text, never as markup. */

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/* Rows are lists of cells; a cell is text or an element. On a narrow screen each cell is led by its heading. */
function table(kind, headings, rows) {
  const cells = (row) => row.map((cell, column) => element('td', { 'data-heading': headings[column] }, cell));
  return element('div', { class: 'scroll' },
    element('table', { class: kind },
      element('thead', null, element('tr', null, headings.map((heading) => element('th', { scope: 'col' }, heading)))),
      element('tbody', null, rows.map((row) => element('tr', null, cells(row))))));
}

function details(summary, ...children) {
  return element('details', null, element('summary', null, summary), ...children);
}

function definitions(values) {
  return element('dl', null, Object.entries(values).flatMap(([name, value]) => [
    element('dt', null, name),
    element('dd', null, String(value)),
  ]));
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const hundredths = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

function figure(value, comparison) {
  return (comparison.unit === 'rows/s' ? whole : hundredths).format(value);
}

function megabytes(bytes) {
  return bytes === undefined || bytes < 0 ? '' : whole.format(bytes / 1e6) + ' MB';
}
