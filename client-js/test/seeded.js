/** Random numbers from a seed, which is printed: `TERTULIA_SEED` repeats a run. */
export function seeded(name) {
  let state = Number(process.env.TERTULIA_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${name}: TERTULIA_SEED=${state}`);
  /** From 0 to 1, as `Math.random` (mulberry32). */
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    random,
    /** An integer from `least` to `most`. */
    between: (least, most) => least + Math.floor(random() * (most - least + 1)),
    pick: (list) => list[Math.floor(random() * list.length)],
  };
}
