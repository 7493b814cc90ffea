// The timeline of backups and the curve of a series. Horizontal places are percentages, so that they fit any width.
import {drawing, element} from './dom.js';

const percent = share => `${Math.round(share * 1e4) / 100}%`;

// What is drawn at one place of a picture, around (0, 0).
const placed = (x, y, ...children) => drawing('svg', {x, y, overflow: 'visible'}, children);

const marks = {
  proven: () => drawing('circle', {r: 5, class: 'proven'}),
  unproven: () => drawing('path', {d: 'M0-6.5 6.5 0 0 6.5-6.5 0Z', class: 'unproven'}),
};
export const mark = proven => drawing('svg', {class: 'mark', viewBox: '-8 -8 16 16', 'aria-hidden': 'true'},
                                      marks[proven ? 'proven' : 'unproven']());

// Stems as high as backups are large: one that came out small is seen.
export function timeline({backups, from, to, label, titleOf}) {
  const [top, ground] = [12, 76];
  const largest = Math.max(1, ...backups.map(backup => backup.bytes));
  const length = Math.max(1, to - from);
  const stems = backups.map(backup => {
    const x = percent(0.015 + 0.97 * (backup.time - from) / length);
    const y = ground - (ground - top) * backup.bytes / largest;
    return drawing('g', {}, drawing('title', {}, titleOf(backup)),
                   drawing('line', {x1: x, x2: x, y1: ground, y2: y, class: 'stem'}),
                   placed(x, y, marks[backup.proven ? 'proven' : 'unproven']()));
  });
  return drawing('svg', {class: 'timeline', height: ground + 8, role: 'img', 'aria-label': label},
                 drawing('line', {x1: 0, x2: '100%', y1: ground, y2: ground, class: 'ground'}), stems);
}

// A curve is drawn in a square of 100 that is stretched; its last point, which must stay round, beside it.
export function curve({points, label}) {
  const height = 72;
  const times = points.map(point => point.time.getTime());
  const values = points.map(point => point.value);
  const [from, to] = [times[0], times.at(-1)];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const x = time => (time - from) / Math.max(1, to - from);
  // What does not change is drawn in the middle.
  const y = value => most > least ? 0.9 - 0.8 * (value - least) / (most - least) : 0.5;
  const line = points.map((point, index) =>
    `${index ? 'L' : 'M'}${(100 * x(times[index])).toFixed(2)} ${(100 * y(point.value)).toFixed(2)}`).join('');
  return drawing('svg', {class: 'curve', height, role: 'img', 'aria-label': label},
                 drawing('svg', {width: '100%', height, viewBox: '0 0 100 100', preserveAspectRatio: 'none'},
                         drawing('path', {d: `${line}V100H0Z`, class: 'under'}),
                         drawing('path', {d: line, class: 'line', 'vector-effect': 'non-scaling-stroke'})),
                 placed('100%', height * y(values.at(-1)), drawing('circle', {r: 4, class: 'last'})));
}

export const scale = (...labels) => element('div', {class: 'scale', 'aria-hidden': 'true'}, labels.map(label => element('span', {}, label)));
