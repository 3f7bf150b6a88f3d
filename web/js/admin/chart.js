import { html, nothing, svg } from 'lit';
import { LightElement } from '../light-element.js';
import { formatClock, formatNumber } from './figures.js';
import { words } from './words.js';

/** The drawing is that large, in units of its own; the style sheet stretches it. */
const WIDTH = 600;
const HEIGHT = 150;

/** How many rows the table beside a drawing has. */
const MOST_ROWS = 12;

/**
 * A chart of the last hour: lines, with a sentence that says the same, and a table.
 *
 * `series` are `{name, points}` with points `{time, value}`, oldest first. `format` shows a value; `bound` finds the upper
 * end of the scale for the largest.
 */
class HourChart extends LightElement {
  static properties = { heading: {}, series: { attribute: false }, format: { attribute: false }, bound: { attribute: false } };

  constructor() {
    super();
    this.heading = '';
    this.series = [];
    this.format = formatNumber;
    this.bound = decimalBound;
  }

  render() {
    const points = this.series.flatMap((each) => each.points);
    const heading = html`<h3>${this.heading}</h3>`;
    if (points.length < 2) return html`<figure>${heading}<p class="note">${words.noSamples}</p></figure>`;
    const most = this.bound(Math.max(...points.map(({ value }) => value)));
    const begin = Math.min(...points.map(({ time }) => time));
    const end = Math.max(...points.map(({ time }) => time));
    return html`<figure>
      ${heading}
      ${this.series.length > 1 ? this.#legend() : nothing}
      <div class="plot">
        <span class="bound" aria-hidden="true">${this.format(most)}</span>
        <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${this.#summary()}>
          ${[0.25, 0.5, 0.75].map((y) => svg`<line class="grid" x1="0" x2=${WIDTH} y1=${y * HEIGHT} y2=${y * HEIGHT}></line>`)}
          ${this.series.map(({ points: line }, i) => svg`<path class="line line-${i}" d=${pathOf(line, begin, end, most)}></path>`)}
        </svg>
        <span class="from" aria-hidden="true">${formatClock(begin)}</span>
        <span class="to" aria-hidden="true">${formatClock(end)}</span>
      </div>
      ${this.#table()}
    </figure>`;
  }

  #legend() {
    return html`<ul class="legend">
      ${this.series.map(({ name }, i) => html`<li>
        <svg class="sign" viewBox="0 0 24 8" aria-hidden="true"><line class="line line-${i}" x1="0" x2="24" y1="4" y2="4"></line></svg>
        ${name}
      </li>`)}
    </ul>`;
  }

  /** What is drawn, in words. */
  #summary() {
    return this.series
      .filter(({ points }) => points.length > 0)
      .map(({ name, points }) => {
        const values = points.map(({ value }) => value);
        return words.chart(name, this.format(values.at(-1)), this.format(Math.min(...values)), this.format(Math.max(...values)));
      })
      .join(' ');
  }

  #table() {
    const times = thinned(this.series[0].points.map(({ time }) => time));
    return html`<details>
      <summary>${words.asTable}</summary>
      <table>
        <caption class="unseen">${this.heading}</caption>
        <thead><tr><th scope="col">${words.time}</th>${this.series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>
          ${times.map((time) => html`<tr>
            <th scope="row">${formatClock(time)}</th>
            ${this.series.map(({ points }) => html`<td>${cell(points, time, this.format)}</td>`)}
          </tr>`)}
        </tbody>
      </table>
    </details>`;
  }
}

/** The line through the points. */
function pathOf(points, begin, end, most) {
  const x = (time) => ((time - begin) / Math.max(1, end - begin)) * WIDTH;
  const y = (value) => HEIGHT - (value / most) * (HEIGHT - 4) - 2;
  return points.map(({ time, value }, i) => `${i === 0 ? 'M' : 'L'}${x(time).toFixed(1)} ${y(value).toFixed(1)}`).join('');
}

/** The next power of two, for sizes; 1 for nothing. */
export function binaryBound(most) {
  return 2 ** Math.ceil(Math.log2(Math.max(1, most)));
}

/** The next number of the form 1, 2 or 5 times a power of ten; 1 for nothing. */
export function decimalBound(most) {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return power * ([1, 2, 5].find((factor) => factor * power >= most) ?? 10);
}

/** Some of the times, evenly, and always the last. */
function thinned(times) {
  const step = Math.max(1, Math.ceil(times.length / MOST_ROWS));
  return times.filter((_, i) => (times.length - 1 - i) % step === 0).reverse();
}

function cell(points, time, format) {
  const point = points.find((each) => each.time === time);
  return point ? format(point.value) : '–';
}

customElements.define('hour-chart', HourChart);
