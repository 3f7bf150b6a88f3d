/** From this width on the column stands beside the conversation. */
const WIDE = '(min-width: 56rem)';

/**
 * The part of the column that a narrow window shows only when it is asked for, over all else. Escape, a press beside
 * it and a choice in it close it.
 */
export class Drawer {
  #part;
  #button;
  #behind;
  #media = matchMedia(WIDE);

  /**
   * @param part the element
   * @param button what opens it
   * @param behind what cannot be reached while it is open
   */
  constructor(part, button, behind) {
    this.#part = part;
    this.#button = button;
    this.#behind = behind;
    button.addEventListener('click', () => this.toggle());
    // Where the focus goes back to must be free before.
    part.addEventListener('beforetoggle', ({ newState }) => newState === 'closed' && this.#toggled(false));
    part.addEventListener('toggle', ({ newState }) => this.#toggled(newState === 'open'));
    this.#media.addEventListener('change', () => this.#fit());
    this.#fit();
  }

  get open() {
    return this.#part.popover !== null && this.#part.matches(':popover-open');
  }

  toggle() {
    if (this.open) this.close();
    else if (this.#part.popover !== null) this.#part.showPopover();
  }

  close() {
    if (this.open) this.#part.hidePopover();
  }

  #fit() {
    this.close();
    this.#part.popover = this.#media.matches ? null : 'auto';
    this.#toggled(false);
  }

  #toggled(open) {
    this.#button.setAttribute('aria-expanded', String(open));
    for (const element of this.#behind) element.inert = open;
    if (open) this.#part.querySelector('a, button')?.focus();
  }
}
