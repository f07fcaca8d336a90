import type { JSX } from 'preact';
import type { Choices, Filter } from '../filter.ts';
import { isEmpty } from '../filter.ts';

interface SelectProps {
  readonly label: string;
  /** What is written while nothing is chosen. */
  readonly all: string;
  readonly prefix?: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}

const Select = ({ label, all, prefix = '', value, options, onChange }: SelectProps): JSX.Element => (
  <select
    aria-label={label}
    value={value}
    disabled={options.length === 0}
    class={value ? 'set' : ''}
    onChange={(event) => onChange(event.currentTarget.value)}
  >
    <option value="">{all}</option>
    {options.map((option) => (
      <option key={option} value={option}>
        {`${prefix}${option}`}
      </option>
    ))}
  </select>
);

interface Props {
  readonly choices: Choices;
  readonly vlans: readonly number[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

/** Which part of the cloud is shown. */
export function Filters({ choices, vlans, filter, onFilter }: Props): JSX.Element {
  const set = (name: keyof Filter, value: string | number | boolean) => {
    const { [name]: _, ...rest } = filter;
    onFilter(value === '' || value === false ? rest : { ...rest, [name]: value });
  };
  const toggle = (name: 'drift' | 'stopped', label: string) => (
    <button
      type="button"
      class="button"
      aria-pressed={filter[name] === true}
      onClick={() => set(name, !filter[name])}
    >
      {label}
    </button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a legend that takes room
    <div class="filters" role="group" aria-label="Filters">
      <Select
        label="Host"
        all="All hosts"
        value={filter.host ?? ''}
        options={choices.hosts}
        onChange={(value) => set('host', value)}
      />
      <Select
        label="Group"
        all="All groups"
        value={filter.group ?? ''}
        options={choices.groups}
        onChange={(value) => set('group', value)}
      />
      <Select
        label="Network"
        all="All networks"
        value={filter.network ?? ''}
        options={choices.networks}
        onChange={(value) => set('network', value)}
      />
      <Select
        label="VLAN"
        all="All VLANs"
        prefix="VLAN "
        value={filter.vlan === undefined ? '' : String(filter.vlan)}
        options={vlans.map(String)}
        onChange={(value) => set('vlan', value === '' ? '' : Number(value))}
      />
      {toggle('drift', 'Drift')}
      {toggle('stopped', 'Stopped')}
      <button type="button" class="button" disabled={isEmpty(filter)} onClick={() => onFilter({})}>
        Reset
      </button>
    </div>
  );
}
