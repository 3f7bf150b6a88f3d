import { sheet } from './dom.js';

/**
 * The colours and the type of the elements for other pages. A page changes them by the custom properties
 * `--tertulia-…`, and everything else by `::part(…)`. Which theme it is follows the `color-scheme` of the page.
 */
export const commonStyle = sheet(`
:host {
  --ground: var(--tertulia-ground, light-dark(#fffcf6, #1b1613));
  --ink: var(--tertulia-ink, light-dark(#2b211a, #f3e8db));
  --quiet: var(--tertulia-quiet, light-dark(#6c5a4b, #b8a696));
  --line: var(--tertulia-line, light-dark(#e3d5c1, #3b3029));
  --edge: var(--tertulia-edge, light-dark(#8a7561, #8d7969));
  --accent: var(--tertulia-accent, light-dark(#a13f22, #e39a72));
  --on-accent: var(--tertulia-on-accent, light-dark(#fff8f0, #2c1408));
  --bubble: var(--tertulia-bubble, light-dark(#f3eadb, #2a221d));
  --own: var(--tertulia-own, light-dark(#f8dfd3, #4a2417));
  --personal: var(--tertulia-personal, light-dark(#fdf0cd, #362b12));
  --broadcast: var(--tertulia-broadcast, light-dark(#e0eff0, #152d30));
  --radius: var(--tertulia-radius, 0.8rem);
  box-sizing: border-box;
  color: var(--ink);
  font: var(--tertulia-font, 1rem/1.45 system-ui, sans-serif);
  text-align: start;
}

:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
p, h2, ol { margin: 0; padding: 0; list-style: none; font: inherit; overflow-wrap: anywhere; }
button, textarea { margin: 0; font: inherit; color: inherit; }
button { cursor: pointer; touch-action: manipulation; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.icon { inline-size: 1.5rem; block-size: 1.5rem; fill: none; stroke: currentcolor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
.link { min-block-size: 1.75rem; padding: 0.1rem; border: 0; border-radius: 0.25rem; background: none; color: var(--accent); font-weight: 600; text-decoration: underline; text-underline-offset: 0.2em; }
.link:disabled { color: var(--quiet); text-decoration: none; cursor: default; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
time { color: var(--quiet); font-size: 0.8em; white-space: nowrap; }
`);
