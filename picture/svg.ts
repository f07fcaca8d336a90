import type { Cloud } from './cloud.ts';
import { draw } from './draw/draw.ts';
import { legendOf } from './draw/legend.ts';
import { LOOKS } from './draw/looks.ts';
import { LIGHT } from './draw/palette.ts';
import { rect, type Shape, words } from './draw/shape.ts';
import { minute } from './format.ts';
import { layoutOf } from './layout/layout.ts';
import { modelOf } from './model/make.ts';
import { xml } from './xml.ts';

const MARGIN = 28;
const TITLE = 56;

/** The cloud as a file of SVG that stands alone: light, with a title and a legend, without scripts and references. */
export function svgOf(cloud: Cloud): string {
  const model = modelOf(cloud);
  const layout = layoutOf(model);
  const legend = legendOf(model, MARGIN, layout.height + TITLE, Math.max(layout.width, 640) - 2 * MARGIN);
  const width = Math.ceil(Math.max(layout.width, 640));
  const height = Math.ceil(layout.height + TITLE + legend.height + MARGIN);
  const title = `Cloud of ${cloud.hosts.map(({ name }) => name).join(', ')}`;
  const shapes: Shape[] = [
    rect('page', { x: 0, y: 0, width, height }),
    words('title', MARGIN, 42, 'Cloud'),
    words('subtitle', MARGIN + 72, 41, `as of ${minute(cloud.read_at)}`),
    { tag: 'g', at: { transform: `translate(0 ${TITLE - 8})` }, children: draw(layout, model) },
    ...legend.shapes,
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${xml(title)}</title>`,
    ...shapes.map(markupOf),
    '</svg>\n',
  ].join('\n');
}

function markupOf(shape: Shape): string {
  const all = [...Object.entries(lookOf(shape.look)), ...Object.entries(shape.at ?? {})];
  const attributes = all.map(([name, value]) => ` ${name}="${xml(String(value))}"`).join('');
  const inside = [
    ...(shape.label === undefined ? [] : [`<title>${xml(shape.label)}</title>`]),
    ...(shape.text === undefined ? [] : [xml(shape.text)]),
    ...(shape.children ?? []).map(markupOf),
  ].join('');
  return inside ? `<${shape.tag}${attributes}>${inside}</${shape.tag}>` : `<${shape.tag}${attributes}/>`;
}

/** The attributes of a look, in light colours. */
function lookOf(look: string | undefined): Record<string, string | number> {
  if (look === undefined) return {};
  if (look === 'page') return { fill: LIGHT.page ?? '' };
  return Object.fromEntries(
    Object.entries(LOOKS[look] ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' && value.startsWith('@') ? (LIGHT[value.slice(1)] ?? '') : value,
    ]),
  );
}
