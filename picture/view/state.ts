import type { Filter } from '../filter.ts';

/** What the user has set: kept in the address's fragment, so that a reload or a link shows the same. */
export interface State {
  readonly filter: Filter;
  readonly query: string;
  /** The id of the object whose details are open. */
  readonly selected?: string | undefined;
  readonly table: boolean;
  readonly theme?: 'light' | 'dark';
}

/** The state of a fragment. What it can't be is ignored. */
export function readState(fragment: string): State {
  const values = new URLSearchParams(fragment.replace(/^#/, ''));
  const text = (name: string) => values.get(name) || undefined;
  const vlan = Number(text('vlan'));
  const theme = text('theme');
  const [group, network, host, selected] = ['group', 'network', 'host', 'at'].map(text);
  return {
    filter: {
      ...(group === undefined ? {} : { group }),
      ...(network === undefined ? {} : { network }),
      ...(host === undefined ? {} : { host }),
      ...(Number.isInteger(vlan) && vlan > 0 ? { vlan } : {}),
      ...(values.has('drift') ? { drift: true } : {}),
      ...(values.has('stopped') ? { stopped: true } : {}),
    },
    query: values.get('q') ?? '',
    table: values.has('table'),
    ...(selected === undefined ? {} : { selected }),
    ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
  };
}

/** The fragment of a state, without `#`. */
export function writeState({ filter, query, selected, table, theme }: State): string {
  const values = new URLSearchParams();
  const set = (name: string, value: string | number | boolean | undefined) => {
    if (value !== undefined && value !== '' && value !== false)
      values.set(name, value === true ? '1' : String(value));
  };
  for (const [name, value] of Object.entries(filter)) set(name, value);
  set('q', query);
  set('at', selected);
  set('table', table);
  set('theme', theme);
  return values.toString();
}
