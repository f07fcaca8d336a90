import type { JSX, RefObject } from 'preact';

interface Props {
  readonly box: RefObject<HTMLInputElement | null>;
  readonly query: string;
  readonly count?: number | undefined;
  /** The rank of the one that is shown, from 1; 0 before the first. */
  readonly at: number;
  readonly onQuery: (query: string) => void;
  readonly onNext: (step: 1 | -1) => void;
}

/** What is said of a search. */
function resultText(count: number | undefined, at: number): string {
  if (count === undefined) return '';
  if (count === 0) return 'Nothing found';
  return at > 0 ? `${at} of ${count}` : `${count} found`;
}

/** The search: Enter shows the first match, and the next ones. */
export const SearchBox = ({ box, query, count, at, onQuery, onNext }: Props): JSX.Element => (
  <search class="search">
    <input
      ref={box}
      type="search"
      aria-label="Search by name, address or MAC address"
      placeholder="Search  ( / )"
      title="Name, address or MAC address"
      autocomplete="off"
      spellcheck={false}
      value={query}
      onInput={(event) => onQuery(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onNext(event.shiftKey ? -1 : 1);
      }}
    />
    <output aria-live="polite">{resultText(count, at)}</output>
  </search>
);
