// Every text that is shown with a contrast below what WCAG asks for (4.5:1), as "ratio: text".
const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

/** Any CSS colour as [red, green, blue, alpha]. */
function rgba(colour) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

const over = (top, ground) => top.map((value, i) => (i === 3 ? 1 : value * top[3] + ground[i] * (1 - top[3])));

/** What is behind an element: its own ground on that of all it stands in. */
function groundOf(element) {
  const behind = element.parentElement ? groundOf(element.parentElement) : [255, 255, 255, 1];
  return over(rgba(getComputedStyle(element).backgroundColor), behind);
}

function luminance(colour) {
  const [red, green, blue] = colour.slice(0, 3).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(element, pseudo) {
  const ground = groundOf(element);
  const text = luminance(over(rgba(getComputedStyle(element, pseudo).color), ground));
  const light = luminance(ground);
  return (Math.max(text, light) + 0.05) / (Math.min(text, light) + 0.05);
}

const low = [];
let seen = 0;
function check(element, text, pseudo) {
  seen++;
  const found = ratio(element, pseudo);
  if (found < 4.5) low.push(`${found.toFixed(2)}: ${text}`);
}

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const text = texts.currentNode.data.trim();
  const element = texts.currentNode.parentElement;
  if (text && element.checkVisibility()) check(element, text);
}
for (const field of document.querySelectorAll('[placeholder]')) {
  if (field.checkVisibility()) check(field, field.placeholder, '::placeholder');
}
if (seen < 10) low.push(`only ${seen} texts were found`);
return low;
