// Runs in a page under test and finds faults that a reader would see.
window.probe = {
  /** Pairs of overlapping texts. */
  overlaps() {
    const selector = 'h1, h2, h3, p, th, td, caption, figcaption, dt, dd, canvas';
    const boxes = [...document.querySelectorAll(selector)]
      .filter(element => element.checkVisibility() && !element.closest('noscript'))
      .map(element => ({ element, box: boxOf(element) }))
      .filter(({ box }) => box.width > 0);
    return boxes.flatMap((one, index) =>
      boxes
        .slice(index + 1)
        .filter(other => !one.element.contains(other.element) && overlap(one.box, other.box))
        .map(other => `${nameOf(one.element)} and ${nameOf(other.element)}`),
    );
  },

  /** Texts below the contrast of WCAG AA: 4.5, or 3 for large text. */
  pale() {
    return [...document.querySelectorAll('main *')]
      .filter(element => element.checkVisibility() && hasOwnText(element))
      .filter(element => {
        const { color, fontSize, fontWeight } = getComputedStyle(element);
        const size_px = Number.parseFloat(fontSize);
        const isLarge = size_px >= 24 || (size_px >= 18.66 && Number(fontWeight) >= 700);
        return contrast(color, backgroundOf(element)) < (isLarge ? 3 : 4.5);
      })
      .map(nameOf);
  },

  /** The lines of each chart: the number of pixels in their colour, and its contrast to the background. */
  lines() {
    return [...document.querySelectorAll('.chart')].map(box => {
      const canvas = box.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return [...box.querySelectorAll('.u-series:not(:first-child) .u-marker')].map(marker => {
        const { borderTopColor } = getComputedStyle(marker);
        return {
          chart: box.getAttribute('aria-label'),
          pixels: pixelsOf(data, channels(borderTopColor)),
          contrast: contrast(borderTopColor, backgroundOf(box)),
        };
      });
    });
  },

  /** Texts that are partly hidden until the table is scrolled. */
  cut() {
    return [...document.querySelectorAll('.table')].flatMap(table => {
      const { left, right } = table.getBoundingClientRect();
      return [...table.querySelectorAll('caption, th, td')]
        .filter(element => element.checkVisibility())
        .map(element => ({ element, box: boxOf(element) }))
        .filter(({ box }) => box.width > 0 && (box.left < left - 1 || box.right > right + 1))
        .map(({ element }) => nameOf(element));
    });
  },

  /** The width of the page beyond the window. */
  overflow_px() {
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  },
};

function boxOf(element) {
  if (element.tagName === 'CANVAS') return element.getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect();
}

function overlap(one, other) {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return width > 1 && height > 1;
}

const nameOf = element => `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 40)}"`;

const hasOwnText = element =>
  [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '');

const channels = colour => colour.match(/[\d.]+/g).map(Number);

function backgroundOf(element) {
  for (let node = element; node; node = node.parentElement) {
    const { backgroundColor } = getComputedStyle(node);
    if ((channels(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
  }
  return 'rgb(255, 255, 255)';
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one, other) {
  const [darker, lighter] = [one, other].map(luminance).sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = channels(colour).map(channel => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Counts pixels close to a colour: the edges of a line blend with the background. */
function pixelsOf(data, [red, green, blue]) {
  let pixels = 0;
  for (let at = 0; at < data.length; at += 4) {
    const distance =
      Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue);
    if (data[at + 3] > 200 && distance < 24) pixels += 1;
  }
  return pixels;
}
