import { Component, createRef, type JSX } from 'preact';
import type { Shape } from '../draw/shape.ts';
import { boxesOf } from '../layout/boxes.ts';
import type { Layout } from '../layout/placed.ts';
import { ARROWS, nearest } from './keys.ts';
import { Picture } from './picture.tsx';
import { Viewport } from './zoom.ts';

interface Props {
  /** Gets the canvas, by whose methods the page moves it: a component of Preact 11 gets `ref` as any other property. */
  readonly control: { current: Canvas | null };
  readonly layout: Layout;
  readonly shapes: readonly Shape[];
  readonly label: string;
  readonly selected?: string | undefined;
  /** The ids that a search has found; missing while nothing is searched for. */
  readonly found?: ReadonlySet<string> | undefined;
  readonly onOpen: (id: string) => void;
}

const STEP = 80;

const NOTHING: readonly Shape[] = [];

/** The drawing: it zooms, pans, and can be walked through by keys. */
export class Canvas extends Component<Props, { readonly ready: boolean }> {
  override state = { ready: false };
  private readonly svg = createRef<SVGSVGElement>();
  private readonly content = createRef<SVGGElement>();
  private viewport: Viewport | undefined;
  private boxes = boxesOf(this.props.layout);
  private current: string | undefined;
  private untouched = true;

  override componentDidMount(): void {
    this.props.control.current = this;
    if (!this.svg.current || !this.content.current) return;
    this.viewport = new Viewport(this.svg.current, this.content.current);
    this.viewport.fit(this.props.layout);
    this.svg.current.addEventListener('wheel', () => this.touch(), { passive: true });
    this.svg.current.addEventListener('pointerdown', () => this.touch());
    new ResizeObserver(() => this.untouched && this.viewport?.fit()).observe(this.svg.current);
    // The zoom is set before there is anything in the drawing: the browser measures a thousand texts once, not twice.
    this.setState({ ready: true });
  }

  override componentDidUpdate(before: Props): void {
    if (before.layout !== this.props.layout) {
      this.boxes = boxesOf(this.props.layout);
      this.current = undefined;
      this.fit();
    }
    this.mark();
  }

  private touch(): void {
    this.untouched = false;
  }

  private element(id: string | undefined): SVGGElement | null | undefined {
    return id === undefined
      ? undefined
      : this.svg.current?.querySelector<SVGGElement>(`[data-id="${CSS.escape(id)}"]`);
  }

  /** Marks what is selected and what is found, and which object the tab key reaches. */
  private mark(): void {
    const { selected, found } = this.props;
    const svg = this.svg.current;
    if (!svg) return;
    svg.classList.toggle('searching', found !== undefined);
    for (const element of svg.querySelectorAll<SVGGElement>('.object')) {
      const id = element.dataset.id ?? '';
      element.classList.toggle('selected', id === selected);
      element.classList.toggle('found', found?.has(id) ?? false);
    }
    this.reach(this.current ?? this.boxes.keys().next().value);
  }

  private reach(id: string | undefined): void {
    this.element(this.current)?.setAttribute('tabindex', '-1');
    this.current = id;
    this.element(id)?.setAttribute('tabindex', '0');
  }

  private focusOn(id: string | undefined): void {
    const box = id === undefined ? undefined : this.boxes.get(id);
    if (!box) return;
    this.reach(id);
    this.element(id)?.focus({ preventScroll: true });
    this.touch();
    this.viewport?.reveal(box);
  }

  /** Gives an object the focus. */
  focus(id: string): void {
    this.reach(id);
    this.element(id)?.focus({ preventScroll: true });
  }

  fit(slowly = false): void {
    this.untouched = true;
    this.viewport?.fit(this.props.layout, slowly);
  }

  zoomBy(factor: number): void {
    this.touch();
    this.viewport?.by(factor);
  }

  print(on: boolean): void {
    this.viewport?.print(on);
  }

  /** Moves an object into the middle. @param focus whether it gets the focus as well */
  show(id: string, right = 0, focus = false): void {
    const box = this.boxes.get(id);
    if (!box) return;
    this.touch();
    this.viewport?.show(box, right);
    this.reach(id);
    if (focus) this.element(id)?.focus({ preventScroll: true });
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const id = (event.target as Element).closest<SVGGElement>('[data-id]')?.dataset.id;
    const arrow = ARROWS[event.key];
    const box = id === undefined ? undefined : this.boxes.get(id);
    if (arrow && box) this.focusOn(nearest(box, arrow, this.boxes));
    else if (arrow) {
      this.touch();
      this.viewport?.pan(-arrow[0] * STEP, -arrow[1] * STEP);
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (id === undefined) this.focusOn(this.current);
      else this.props.onOpen(id);
    } else return;
    event.preventDefault();
  };

  private readonly onClick = (event: MouseEvent): void => {
    const id = (event.target as Element).closest<SVGGElement>('[data-id]')?.dataset.id;
    if (id === undefined) return;
    this.reach(id);
    this.props.onOpen(id);
  };

  override render({ shapes, label }: Props, { ready }: { readonly ready: boolean }): JSX.Element {
    return (
      // biome-ignore lint/a11y/useSemanticElements: it is a group of objects in a drawing
      <svg
        ref={this.svg}
        class="canvas"
        role="group"
        aria-label={label}
        aria-describedby="canvas-keys"
        tabindex={0}
        onKeyDown={this.onKey}
        onClick={this.onClick}
      >
        <g ref={this.content}>
          <Picture shapes={ready ? shapes : NOTHING} />
        </g>
      </svg>
    );
  }
}
