import { get } from './ask.js';

/** How much is shown, in ms. */
const HOUR = 3_600_000;

/**
 * The samples of the last hour, as the server has them: each time only those are asked for that are new.
 */
export class LastHour {
  #columns = [];

  /** Rows of numbers, oldest first. */
  #rows = [];

  /** Asks for what is new. */
  async refresh() {
    const last = this.#rows.at(-1)?.[0] ?? 0;
    const { columns, samples } = await get(`admin/samples?after=${last}`);
    this.#columns = columns;
    const rows = [...this.#rows, ...samples];
    const begin = (rows.at(-1)?.[0] ?? 0) - HOUR;
    this.#rows = rows.filter(([time]) => time > begin);
  }

  /** What a column was: points `{time, value}`. */
  values(column) {
    const index = this.#columns.indexOf(column);
    return this.#rows.map((row) => ({ time: row[0], value: row[index] }));
  }

  /** How fast a total grew, per second. The first sample has no rate, nor has the first one of a server that was restarted. */
  rates(column) {
    const totals = this.values(column);
    const rates = [];
    for (let i = 1; i < totals.length; i++) {
      const { time, value } = totals[i];
      const before = totals[i - 1];
      if (value >= before.value) rates.push({ time, value: ((value - before.value) * 1000) / (time - before.time) });
    }
    return rates;
  }
}
