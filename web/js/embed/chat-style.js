import { sheet } from './dom.js';

/** The look of `<tertulia-chat>`. */
export const chatStyle = sheet(`
:host { position: relative; display: flex; flex-direction: column; block-size: 28rem; min-block-size: 12rem; min-inline-size: 14rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--ground); overflow: hidden; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.8rem; padding: 0.4rem 0.9rem; border-block-end: 1px solid var(--line); background: var(--personal); font-size: 0.9rem; }
.log { flex: 1; min-block-size: 0; padding: 0.5rem 0.9rem; overflow: hidden auto; overflow-anchor: none; overscroll-behavior: contain; outline-offset: -3px; }
.older { display: block; margin: 0 auto; }
.empty { padding-block: 3rem; color: var(--quiet); text-align: center; }
.day { margin-block: 0.8rem 0.3rem; color: var(--quiet); font-size: 0.85rem; text-align: center; }
.message { display: flex; flex-direction: column; align-items: start; margin-block-start: 0.2rem; }
.message.first { margin-block-start: 0.7rem; }
.message.own { align-items: end; }
.who { display: flex; gap: 0.5rem; align-items: baseline; padding-inline: 0.2rem; font-size: 0.85rem; }
.sender { min-inline-size: 0; font-weight: 650; overflow-wrap: anywhere; }
.bubble { max-inline-size: min(85%, 34rem); padding: 0.4rem 0.75rem; border-radius: var(--radius); background: var(--bubble); overflow-wrap: anywhere; }
.own .bubble { background: var(--own); }
.message.goal .bubble { outline: 3px solid var(--accent); }
.text { white-space: pre-wrap; }
.text > *, .text p { white-space: pre-wrap; }
.text pre { max-inline-size: 100%; margin-block: 0.3rem; padding: 0.4rem 0.6rem; border-radius: 0.4rem; background: color-mix(in srgb, var(--ink) 8%, transparent); overflow: auto; }
.text :is(pre, code) { font-family: ui-monospace, monospace; font-size: 0.92em; }
.text blockquote { margin: 0.2rem 0; padding-inline-start: 0.6rem; border-inline-start: 3px solid var(--edge); }
.text a { color: inherit; }
.text .mention { font-weight: 650; }
.text .mention.me { color: var(--accent); }
.gone { color: var(--quiet); font-style: italic; }
.quote { display: block; max-inline-size: 100%; padding: 0 0 0 0.5rem; border: 0; border-inline-start: 3px solid var(--edge); background: none; color: var(--quiet); font-size: 0.85rem; text-align: start; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.marks { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.6rem; color: var(--quiet); font-size: 0.8rem; }
.reaction { min-block-size: 1.6rem; padding: 0 0.45rem; border: 1px solid var(--edge); border-radius: 0.8rem; background: none; color: var(--ink); font-size: 0.85rem; }
.reaction[aria-pressed='true'] { border-color: var(--accent); background: var(--own); }
[data-state='waiting'] .bubble { outline: 1px dashed var(--edge); }
[data-state='failed'] .bubble { outline: 2px dashed var(--accent); }
.jump { position: absolute; inset-block-end: 4.6rem; inset-inline: 0; inline-size: fit-content; margin-inline: auto; min-block-size: 2.25rem; padding-inline: 1rem; border: 0; border-radius: 1.2rem; background: var(--accent); color: var(--on-accent); font-weight: 600; box-shadow: 0 0.2rem 0.8rem rgb(0 0 0 / 25%); }
.typing { min-block-size: 1.3rem; padding-inline: 0.9rem; color: var(--quiet); font-size: 0.8rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.composer { display: flex; gap: 0.5rem; align-items: end; padding: 0.3rem 0.6rem 0.6rem; }
.field { flex: 1; min-inline-size: 0; max-block-size: 8rem; padding: 0.5rem 0.8rem; border: 1px solid var(--edge); border-radius: var(--radius); background: transparent; field-sizing: content; resize: none; }
.field::placeholder { color: var(--quiet); opacity: 1; }
.send { min-block-size: 2.6rem; padding: 0.4rem 1rem; border: 0; border-radius: var(--radius); background: var(--accent); color: var(--on-accent); font-weight: 650; }
@media (forced-colors: active) { .send, .jump { border: 1px solid; } .own .bubble { border: 1px solid; } }
`);
