import { html, nothing } from 'lit';
import { get, part } from './ask.js';
import { binaryBound, decimalBound } from './chart.js';
import { formatBytes, formatClock, formatNumber, formatSpan, formatTime } from './figures.js';
import { LastHour } from './last-hour.js';
import { LoadingView } from './loading-view.js';
import { words } from './words.js';

/** How often the numbers are read, in ms. */
const INTERVAL = 5_000;

/** What has a bound that it should not come near: the name of a number, and how it is shown. */
const BUDGETS = [
  ['connections', formatNumber],
  ['sockets', formatNumber],
  ['heap_bytes', formatBytes],
  ['direct_bytes', formatBytes],
  ['send_queue_bytes', formatBytes],
  ['inbound_bytes', formatBytes],
];

/** From this share of a bound on, it is said that it is nearly reached. */
const NEARLY = 0.85;

/** How long before the end of the certificate it is warned of, in ms. */
const NOTICE = 14 * 86_400_000;

/** How the server is: now, and in the last hour. Reads it again as long as somebody can see it. */
class OverviewView extends LoadingView {
  static properties = { overview: { state: true } };

  #hour = new LastHour();

  constructor() {
    super();
    this.overview = null;
  }

  connected(signal) {
    super.connected(signal);
    const timer = setInterval(() => {
      if (!document.hidden && !this.loading) this.refresh();
    }, INTERVAL);
    signal.addEventListener('abort', () => clearInterval(timer));
    document.addEventListener('visibilitychange', () => document.hidden || this.refresh(), { signal });
  }

  async load() {
    const [overview] = await Promise.all([get('admin/overview'), this.#hour.refresh()]);
    this.overview = overview;
  }

  content() {
    if (!this.overview) return nothing;
    const { health, now, time, started, version, transport, event_loops: loops } = this.overview;
    const perSecond = (column) => formatNumber(this.#hour.rates(column).at(-1)?.value ?? 0);
    return html`
      <p id="health" class="health ${health.status}">
        <strong>${words.health[health.status] ?? health.status}</strong>
        ${health.cause ? html`<span>${health.cause}</span>` : nothing}
      </p>
      ${this.#certificate()}
      <dl class="tiles">
        ${this.#tile('connections', formatNumber(now.connections), words.ofClients(formatNumber(now.clients)))}
        ${this.#tile('rooms', formatNumber(now.rooms), words.roomsNote)}
        ${this.#tile('messages', perSecond('messages'), words.perSecondNote(formatNumber(now.messages)))}
        ${this.#tile('notifications', perSecond('notifications'), words.perSecondNote(formatNumber(now.notifications)))}
        ${this.#tile('slow_connections', formatNumber(now.slow_connections), words.waitingNote(formatBytes(now.send_queue_bytes)))}
        ${this.#tile('refusals', formatNumber(now.refusals), words.sinceStart)}
      </dl>
      <section aria-labelledby="budgets"><h2 id="budgets">${words.budgets}</h2>${this.#budgets()}</section>
      <section aria-labelledby="hour"><h2 id="hour">${words.lastHour}</h2><div class="charts">${this.#charts()}</div></section>
      <section aria-labelledby="slowest"><h2 id="slowest">${words.slowest}</h2>${this.#slowest()}</section>
      <section aria-labelledby="limits"><h2 id="limits">${words.limits}</h2>${this.#limits()}</section>
      <p class="note">
        ${words.about(version, formatSpan(time - started), transport, loops)}
        <span id="as-of">${words.asOf(formatClock(time))}</span>
      </p>
    `;
  }

  /** A warning if the certificate of the server ends soon, or has ended. */
  #certificate() {
    const { time, certificate_expires: expires } = this.overview;
    if (!expires || expires - time >= NOTICE) return nothing;
    return html`<p id="certificate" class="health degraded">
      <strong>${expires > time ? words.certificateExpires(formatTime(expires)) : words.certificateExpired(formatTime(expires))}</strong>
      <span>${words.renewCertificate}</span>
    </p>`;
  }

  #tile(name, value, note) {
    return html`<div data-gauge=${name}><dt>${words.gauges[name]}</dt><dd><b>${value}</b> <small>${note}</small></dd></div>`;
  }

  #budgets() {
    const { now, most } = this.overview;
    return html`<ul class="budgets">
      ${BUDGETS.filter(([name]) => most[name] > 0).map(([name, format]) => {
        const share = now[name] / most[name];
        return html`<li data-gauge=${name}>
          <span id=${`budget-${name}`}>${words.gauges[name]}</span>
          <span class="numbers">${words.outOf(format(now[name]), format(most[name]))}${share >= NEARLY ? html` <strong>${words.nearly}</strong>` : nothing}</span>
          <meter aria-labelledby=${`budget-${name}`} min="0" max="1" high=${NEARLY} optimum="0" .value=${Math.min(1, share)}></meter>
        </li>`;
      })}
    </ul>`;
  }

  #charts() {
    const hour = this.#hour;
    const chart = (name, format, ...series) => html`<hour-chart .heading=${words.charts[name]} .format=${format} .bound=${format === formatBytes ? binaryBound : decimalBound} .series=${series}></hour-chart>`;
    const line = (name, points) => ({ name: words.gauges[name], points });
    return [
      chart('connections', formatNumber, line('connections', hour.values('connections')), line('clients', hour.values('clients'))),
      chart('rates', formatNumber, line('messages', hour.rates('messages')), line('notifications', hour.rates('notifications'))),
      chart('memory', formatBytes, line('heap_bytes', hour.values('heap_bytes')), line('direct_bytes', hour.values('direct_bytes'))),
      chart('waiting', formatBytes, line('send_queue_bytes', hour.values('send_queue_bytes')), line('inbound_bytes', hour.values('inbound_bytes'))),
      chart('slow', formatNumber, line('slow_connections', hour.values('slow_connections'))),
      chart('refusals', formatNumber, line('refusals', hour.rates('refusals'))),
    ];
  }

  #slowest() {
    const { slowest } = this.overview;
    if (slowest.length === 0) return html`<p class="note">${words.nobodySlow}</p>`;
    return html`<table>
      <thead><tr><th scope="col">${words.client}</th><th scope="col">${words.protocol}</th><th scope="col">${words.openFor}</th><th scope="col">${words.waiting}</th></tr></thead>
      <tbody>
        ${slowest.map((slow) => html`<tr>
          <th scope="row"><a href="#/clients/${part(slow.client)}" translate="no">${slow.client}</a></th>
          <td>${slow.protocol}</td><td>${formatSpan(slow.open_for)}</td><td>${formatBytes(slow.waiting_bytes)}</td>
        </tr>`)}
      </tbody>
    </table>`;
  }

  #limits() {
    const reached = Object.entries(this.overview.limits).filter(([, count]) => count > 0);
    if (reached.length === 0) return html`<p class="note">${words.noLimit}</p>`;
    return html`<dl class="pairs">${reached.map(([name, count]) => html`<div><dt><code translate="no">limits.${name}</code></dt><dd>${formatNumber(count)}</dd></div>`)}</dl>`;
  }
}

customElements.define('overview-view', OverviewView);
