// A sign for each state, told apart by its shape too.
import {drawing} from './dom.js';

const stroke = {fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round'};
const triangle = 'M12 3.5 22 20.5H2Z';
const bang = 'M12 9.5v5M12 17.4v.1';

const shapes = {
  ok: () => [drawing('circle', {cx: 12, cy: 12, r: 9.5, ...stroke}), drawing('path', {d: 'm7.8 12.4 2.9 2.9 5.6-6.1', ...stroke})],
  warning: () => [drawing('path', {d: triangle, ...stroke}), drawing('path', {d: bang, ...stroke})],
  critical: () => [
    drawing('path', {d: triangle, ...stroke, fill: 'currentColor'}),
    drawing('path', {d: bang, ...stroke, stroke: 'var(--card)', 'stroke-width': 2.4}),
  ],
  unknown: () => [
    drawing('circle', {cx: 12, cy: 12, r: 9.5, ...stroke, 'stroke-dasharray': '3 3'}),
    drawing('path', {d: 'M9.4 9.5a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.3 1-1.3 2M12 17.2v.1', ...stroke}),
  ],
  unreachable: () => [
    drawing('path', {d: 'M2.5 9.5a14 14 0 0 1 19 0M6 13.3a9 9 0 0 1 12 0M9.3 16.9a4.3 4.3 0 0 1 5.4 0M4 4l16 16', ...stroke}),
  ],
};

export const icon = status =>
  drawing('svg', {class: `icon ${status}`, viewBox: '0 0 24 24', 'aria-hidden': 'true'}, shapes[status]());
