import { select } from 'd3-selection';
import 'd3-transition';
import { type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import type { Box } from '../draw/shape.ts';

/** Below this zoom, small texts aren't legible: names are drawn larger instead of all that is beside them. */
const FAR = { compact: 0.8, full: 0.5 };
const CLOSEST = 4;

const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Zoom and pan of a drawing: by wheel, pinch and drag, and by these methods. */
export class Viewport {
  private readonly behavior: ZoomBehavior<SVGSVGElement, unknown>;
  private transform: ZoomTransform = zoomIdentity;
  private size = { width: 1, height: 1 };
  private compact = false;
  private printing = false;

  /** @param content what moves in it */
  constructor(
    private readonly svg: SVGSVGElement,
    private readonly content: SVGGElement,
  ) {
    this.behavior = zoom<SVGSVGElement, unknown>()
      .extent(() => [
        [0, 0],
        [svg.clientWidth, svg.clientHeight],
      ])
      .scaleExtent([0.05, CLOSEST])
      .on('zoom', ({ transform }: { transform: ZoomTransform }) => this.apply(transform));
    select(svg).call(this.behavior).on('dblclick.zoom', null);
  }

  private apply(transform: ZoomTransform): void {
    this.transform = transform;
    if (this.printing) return;
    this.content.setAttribute('transform', String(transform));
    this.svg.classList.toggle('compact', this.compact);
    this.svg.classList.toggle('far', transform.k < (this.compact ? FAR.compact : FAR.full));
  }

  private go(transform: ZoomTransform, slowly: boolean): void {
    if (slowly && !calm())
      select(this.svg).transition().duration(250).call(this.behavior.transform, transform);
    else select(this.svg).call(this.behavior.transform, transform);
  }

  /** Shows all of a drawing of this size. */
  fit(layout: { width: number; height: number; compact?: boolean } = this.size, slowly = false): void {
    const size = { width: layout.width, height: layout.height };
    this.size = size;
    this.compact = layout.compact ?? this.compact;
    const [width, height] = [this.svg.clientWidth || 1, this.svg.clientHeight || 1];
    const scale = Math.min(1.25, width / size.width, height / size.height);
    const x = (width - size.width * scale) / 2;
    const y = Math.max(0, Math.min((height - size.height * scale) / 2, 60));
    this.behavior.scaleExtent([Math.min(0.2, scale * 0.6), CLOSEST]);
    this.go(zoomIdentity.translate(x, y).scale(scale), slowly);
  }

  /** Makes all larger by a factor. */
  by(factor: number): void {
    select(this.svg).call(this.behavior.scaleBy, factor);
  }

  /** Moves the drawing by pixels. */
  pan(x: number, y: number): void {
    select(this.svg).call(this.behavior.translateBy, x / this.transform.k, y / this.transform.k);
  }

  /** Shows a part of the drawing in the middle, legible. @param right pixels at the right that something covers */
  show({ x, y, width, height }: Box, right = 0): void {
    const [across, down] = [this.svg.clientWidth - right, this.svg.clientHeight];
    const largest = Math.min((across * 0.8) / width, (down * 0.8) / height);
    const scale = Math.min(Math.max(this.transform.k, 1.1), Math.max(largest, 0.1));
    const [cx, cy] = [across / 2 - (x + width / 2) * scale, down / 2 - (y + height / 2) * scale];
    this.go(zoomIdentity.translate(cx, cy).scale(scale), true);
  }

  /** Moves the drawing so far that a part of it is visible, if it isn't. */
  reveal({ x, y, width, height }: Box): void {
    const { k } = this.transform;
    const [left, top] = this.transform.apply([x, y]);
    const [right, bottom] = [left + width * k, top + height * k];
    const [across, down] = [this.svg.clientWidth, this.svg.clientHeight];
    if (left >= 0 && top >= 0 && right <= across && bottom <= down) return;
    const moveBy = (low: number, high: number, most: number) =>
      high > most ? Math.max(most - high - 40, -low + 40) : low < 0 ? -low + 40 : 0;
    this.pan(moveBy(left, right, across), moveBy(top, bottom, down));
  }

  /** For a printer: all of it, whatever is shown now. */
  print(on: boolean): void {
    this.printing = on;
    if (on) {
      this.svg.setAttribute('viewBox', `0 0 ${Math.ceil(this.size.width)} ${Math.ceil(this.size.height)}`);
      this.content.removeAttribute('transform');
      this.svg.classList.remove('far');
    } else {
      this.svg.removeAttribute('viewBox');
      this.apply(this.transform);
    }
  }
}
