import { Component, createElement, type JSX, type VNode } from 'preact';
import type { Shape } from '../draw/shape.ts';

// The shapes as elements of SVG. They are made once for each layout: what is selected or found is marked by classes later.

/** An element for a shape. It isn't a component: a thousand guests would need ten thousand of them. */
function elementOf(shape: Shape): VNode {
  const classes = [shape.look ? `k-${shape.look}` : '', shape.id ? 'object' : ''].filter(Boolean).join(' ');
  const object = shape.id
    ? { 'data-id': shape.id, role: 'button', tabindex: -1, 'aria-label': shape.label ?? '' }
    : {};
  const attributes: Record<string, string | number> = { ...shape.at, ...object };
  if (classes) attributes.class = classes;
  return createElement(shape.tag as string, attributes, shape.text ?? shape.children?.map(elementOf));
}

interface Props {
  readonly shapes: readonly Shape[];
}

/** All shapes; not made again while they are the same. */
export class Picture extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    return next.shapes !== this.props.shapes;
  }
  override render({ shapes }: Props): JSX.Element {
    return <g>{shapes.map(elementOf)}</g>;
  }
}
