import { html, render } from 'lit';
import { words } from './words.js';

/** Asks in a dialog; resolves with whether the answer was yes. The focus goes back to where it was. */
export function ask({ title, text, yes }) {
  const dialog = Object.assign(document.createElement('dialog'), { className: 'box', id: 'question' });
  dialog.setAttribute('role', 'alertdialog');
  dialog.setAttribute('aria-labelledby', 'question-title');
  dialog.setAttribute('aria-describedby', 'question-text');
  render(
    html`<form method="dialog">
      <h2 id="question-title">${title}</h2>
      <p id="question-text">${text}</p>
      <div class="box-foot">
        <button value="no" class="quiet">${words.cancel}</button>
        <button value="yes" class="main">${yes}</button>
      </div>
    </form>`,
    dialog,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
