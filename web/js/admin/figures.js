import { language } from '../words.js';

/** How numbers, sizes and times are shown. */

const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const SPANS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

export const formatNumber = (n) => number.format(n);
export const formatTime = (millis) => time.format(millis);
export const formatClock = (millis) => clock.format(millis);

export function formatBytes(bytes) {
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${number.format(size)} ${UNITS[unit]}`;
}

/** A span of time in its largest whole unit. */
export function formatSpan(millis) {
  const [unit, length] = SPANS.find(([, each]) => millis >= each) ?? SPANS.at(-1);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(millis / length));
}
