import { sheet } from './dom.js';

/** The look of `<tertulia-inbox>`. */
export const inboxStyle = sheet(`
:host { position: relative; display: inline-block; }
.bell { position: relative; display: grid; place-items: center; inline-size: 2.75rem; block-size: 2.75rem; padding: 0; border: 0; border-radius: var(--radius); background: none; }
.count { position: absolute; inset-block-start: 0.1rem; inset-inline-end: 0; min-inline-size: 1.25rem; padding-inline: 0.3rem; border-radius: 0.7rem; background: var(--accent); color: var(--on-accent); font: 700 0.75rem/1.25rem system-ui, sans-serif; font-variant-numeric: tabular-nums; text-align: center; }
.panel { position: absolute; z-index: 10; inset-block-start: 100%; inset-inline-end: 0; display: grid; grid-template-rows: auto minmax(0, 1fr); inline-size: min(24rem, calc(100vw - 1rem)); max-block-size: min(34rem, 80vh); border: 1px solid var(--line); border-radius: var(--radius); background: var(--ground); box-shadow: 0 0.4rem 1.6rem rgb(0 0 0 / 18%); }
.head { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; padding: 0.6rem 0.6rem 0.5rem 1rem; border-block-end: 1px solid var(--line); }
.title { font-size: 1.15rem; font-weight: 650; }
.title:focus { outline: none; }
.close { display: grid; place-items: center; inline-size: 2.5rem; block-size: 2.5rem; padding: 0; border: 0; border-radius: var(--radius); background: none; color: var(--quiet); }
.all { justify-self: start; font-size: 0.9rem; }
.body { overflow: hidden auto; padding: 0.25rem 0.75rem 0.75rem; overscroll-behavior: contain; }
.empty { padding-block: 1.5rem; color: var(--quiet); text-align: center; }
.older { display: block; margin: 0.6rem auto 0; }
.notification { margin-block-start: 0.5rem; padding: 0.5rem 0.8rem; border: 1px solid var(--line); border-inline-start: 0.35rem solid var(--accent); border-radius: var(--radius); }
.notification.unread { background: var(--personal); }
.notification.unread.broadcast { background: var(--broadcast); }
.notification.broadcast { border-inline-start-style: double; }
.notification.read { border-inline-start-color: var(--line); }
.heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 0.5rem; font-weight: 650; }
.read .heading { font-weight: 500; }
.urgent { padding-inline: 0.4rem; border-radius: 0.3rem; background: var(--accent); color: var(--on-accent); font-size: 0.8em; }
.low { color: var(--quiet); font-size: 0.8em; font-weight: 400; }
.text { max-block-size: 14em; overflow: hidden auto; white-space: pre-wrap; }
.about { display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.6rem; color: var(--quiet); font-size: 0.85rem; }
.about > * { min-inline-size: 0; overflow-wrap: anywhere; }
.about .link { margin-inline-start: auto; }
.category { padding-inline: 0.4rem; border: 1px solid currentcolor; border-radius: 0.6rem; font-size: 0.9em; }
@media (hover: hover) { .bell:hover, .close:hover { background: color-mix(in srgb, currentcolor 12%, transparent); } }
@media (forced-colors: active) { .count { border: 1px solid; } .notification.unread { border-color: Highlight; } }
`);
