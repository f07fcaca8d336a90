import { Component, createRef, Fragment, type JSX } from 'preact';
import type { Cloud } from '../cloud.ts';
import { detailsOf } from '../details.ts';
import { draw } from '../draw/draw.ts';
import { choicesOf, type Filter, filtered } from '../filter.ts';
import { counted, minute } from '../format.ts';
import { layoutOf } from '../layout/layout.ts';
import { mermaidOf } from '../mermaid.ts';
import { modelOf, vlansOf } from '../model/make.ts';
import { guestsOf, itemsOf } from '../model/model.ts';
import { search } from '../search.ts';
import { svgOf } from '../svg.ts';
import { Canvas } from './canvas.tsx';
import { CopyButton } from './copy.tsx';
import { download } from './download.ts';
import { Legend } from './legend.tsx';
import { Panel } from './panel.tsx';
import { SearchBox } from './search-box.tsx';
import { readState, type State, writeState } from './state.ts';
import { Table } from './table.tsx';
import { Filters } from './toolbar.tsx';

/** The width of the panel of details, as theme.css has it. */
const PANEL = 420;

/** The width of the buttons beside the legend. */
const ZOOM = 150;

interface Props {
  readonly cloud: Cloud;
}

type Local = State & { readonly at: number; readonly printing: boolean; readonly width: number };

/** All that follows from the data and a filter. */
function pictureOf(cloud: Cloud, filter: Filter, vlans: readonly number[]) {
  const shown = filtered(cloud, filter);
  // A VLAN keeps its colour whatever is filtered.
  const model = { ...modelOf(shown), vlans };
  const layout = layoutOf(model);
  return { shown, filter, model, layout, items: itemsOf(model), shapes: draw(layout, model) };
}

const isDark = (theme: State['theme']) =>
  theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';

/** The page. */
export class App extends Component<Props, Local> {
  override state: Local = { ...readState(location.hash), at: 0, printing: false, width: innerWidth };
  private readonly canvas = createRef<Canvas>();
  private readonly box = createRef<HTMLInputElement>();
  private readonly vlans = vlansOf(this.props.cloud);
  private readonly choices = choicesOf(this.props.cloud);
  private picture = pictureOf(this.props.cloud, this.state.filter, this.vlans);

  override componentDidMount(): void {
    this.applyTheme();
    addEventListener('keydown', this.onKey);
    addEventListener('resize', () => this.setState({ width: innerWidth }));
    addEventListener('beforeprint', () => this.print(true));
    addEventListener('afterprint', () => this.print(false));
    const { selected } = this.state;
    if (selected !== undefined) this.canvas.current?.show(selected, PANEL);
  }

  override componentDidUpdate(): void {
    this.applyTheme();
    const fragment = writeState(this.state);
    if (fragment !== location.hash.slice(1)) history.replaceState(null, '', fragment ? `#${fragment}` : '#');
  }

  private applyTheme(): void {
    const { theme } = this.state;
    if (theme === undefined) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }

  private print(printing: boolean): void {
    this.canvas.current?.print(printing);
    this.setState({ printing });
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Escape') this.escape();
    if (typing || event.key === 'Escape') return;
    const actions: Record<string, () => void> = {
      '/': () => this.box.current?.focus(),
      '+': () => this.canvas.current?.zoomBy(1.3),
      '=': () => this.canvas.current?.zoomBy(1.3),
      '-': () => this.canvas.current?.zoomBy(1 / 1.3),
      '0': () => this.canvas.current?.fit(true),
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (!action) return;
    event.preventDefault();
    action();
  };

  /** Closes one thing: the menu, else the details, else the search. */
  private escape(): void {
    const { selected, query } = this.state;
    const menu = document.querySelector('.menu[open]');
    if (menu) menu.removeAttribute('open');
    else if (selected !== undefined) this.close();
    else if (query) this.setState({ query: '', at: 0 });
    else (document.activeElement as HTMLElement | null)?.blur();
  }

  private readonly open = (id: string): void => {
    if (this.picture.items.has(id)) this.setState({ selected: id });
  };

  private readonly close = (): void => {
    const { selected } = this.state;
    this.setState({ selected: undefined });
    if (selected !== undefined) this.canvas.current?.focus(selected);
  };

  private readonly onFilter = (filter: Filter): void => {
    this.picture = pictureOf(this.props.cloud, filter, this.vlans);
    this.setState({ filter, at: 0 });
  };

  private found(): string[] | undefined {
    const { query } = this.state;
    return query.trim() ? search(this.picture.items.values(), query) : undefined;
  }

  private readonly next = (step: 1 | -1): void => {
    const found = this.found() ?? [];
    if (found.length === 0) return;
    const { at } = this.state;
    const next =
      at === 0 ? (step > 0 ? 1 : found.length) : ((at - 1 + step + found.length) % found.length) + 1;
    this.setState({ at: next });
    const id = found[next - 1];
    if (id !== undefined) this.canvas.current?.show(id, this.state.selected === undefined ? 0 : PANEL);
  };

  override render({ cloud }: Props, state: Local): JSX.Element {
    const { model, layout, items, shapes, shown } = this.picture;
    const { filter, query, selected, table, theme, at, printing, width } = state;
    const found = this.found();
    const ids = found && new Set(found);
    const item = selected === undefined ? undefined : items.get(selected);
    const guests = model.hosts.flatMap(guestsOf);
    const summary = [
      counted(model.hosts.length, 'hypervisor'),
      counted(guests.length, 'guest'),
      ...(cloud.drift_checked
        ? [
            `${counted(
              model.hosts.reduce((sum, host) => sum + host.allDrift, 0),
              'object',
            )} with drift`,
          ]
        : ['drift not checked']),
    ].join(', ');
    const dark = isDark(theme);
    return (
      <Fragment>
        <header class="top">
          <h1>
            Cloud <small>{`${summary} \u00b7 as of ${minute(cloud.read_at)}`}</small>
          </h1>
          <div class="tools">
            <SearchBox
              box={this.box}
              query={query}
              count={found?.length}
              at={at}
              onQuery={(text) => this.setState({ query: text, at: 0 })}
              onNext={this.next}
            />
            <Filters choices={this.choices} vlans={this.vlans} filter={filter} onFilter={this.onFilter} />
            <div class="actions">
              <button
                type="button"
                class="button"
                aria-pressed={table}
                onClick={() => this.setState({ table: !table })}
              >
                Table
              </button>
              <button
                type="button"
                class="button"
                aria-pressed={dark}
                onClick={() => this.setState({ theme: dark ? 'light' : 'dark' })}
              >
                Dark
              </button>
              <details class="menu">
                <summary class="button">Export</summary>
                <div>
                  <button
                    type="button"
                    class="button"
                    onClick={() => download('cloud.svg', 'image/svg+xml', svgOf(shown))}
                  >
                    Download SVG
                  </button>
                  <button
                    type="button"
                    class="button"
                    onClick={() => download('cloud.mmd', 'text/plain', mermaidOf(shown))}
                  >
                    Download Mermaid
                  </button>
                  <CopyButton text={() => mermaidOf(shown)}>Copy Mermaid</CopyButton>
                  <button type="button" class="button" onClick={() => print()}>
                    Print
                  </button>
                </div>
              </details>
            </div>
          </div>
        </header>
        <main class={table ? 'with-table' : ''}>
          <p id="canvas-keys" class="hidden">
            Plus and minus zoom, 0 shows all, arrows move. Enter goes to the objects: there, arrows go from
            one to the next, and Enter opens details.
          </p>
          <Canvas
            control={this.canvas}
            layout={layout}
            shapes={shapes}
            label={`Picture of the cloud: ${summary}`}
            selected={item?.id}
            found={ids}
            onOpen={this.open}
          />
          {model.hosts.length === 0 ? (
            <p class="empty">Nothing in the cloud is like that. "Reset" shows all.</p>
          ) : null}
          {table ? <Table model={model} found={ids} onOpen={this.open} /> : null}
          {item ? (
            <Panel
              details={detailsOf(item, model)}
              onOpen={this.open}
              onShow={() => this.canvas.current?.show(item.id, PANEL)}
              onClose={this.close}
            />
          ) : null}
        </main>
        <footer>
          <Legend model={model} width={Math.max(320, width - 24 - ZOOM)} />
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
          <div class="zoom" role="group" aria-label="Zoom">
            <button
              type="button"
              class="button"
              title="Zoom in (+)"
              aria-label="Zoom in"
              onClick={() => this.canvas.current?.zoomBy(1.3)}
            >
              +
            </button>
            <button
              type="button"
              class="button"
              title="Zoom out (-)"
              aria-label="Zoom out"
              onClick={() => this.canvas.current?.zoomBy(1 / 1.3)}
            >
              {'\u2212'}
            </button>
            <button
              type="button"
              class="button"
              title="Fit all (0)"
              aria-label="Fit all"
              onClick={() => this.canvas.current?.fit(true)}
            >
              Fit
            </button>
          </div>
        </footer>
        {printing && !table ? <Table model={model} found={undefined} onOpen={this.open} /> : null}
      </Fragment>
    );
  }
}
