import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Drift } from '../cloud.ts';
import type { Details, Section } from '../details.ts';
import { unifiedDiff } from '../diff.ts';
import { CopyButton } from './copy.tsx';

const DiffView = ({ title, before, after }: Drift['diffs'][number]): JSX.Element => (
  <figure class="diff">
    <figcaption>{title}</figcaption>
    <pre>
      {unifiedDiff(before, after).map(({ kind, text }, index) => (
        <span key={index} class={`line ${kind}`}>
          {text}
          {'\n'}
        </span>
      ))}
    </pre>
  </figure>
);

const DriftView = ({ drift }: { readonly drift: Drift }): JSX.Element => (
  <li>
    <p>
      <strong>{drift.kind}</strong> {drift.name}
    </p>
    <ul>
      {drift.changes.map((change) => (
        <li key={change}>
          <code>{change}</code>
        </li>
      ))}
    </ul>
    {drift.diffs.map((diff) => (
      <DiffView key={diff.title} {...diff} />
    ))}
  </li>
);

function SectionView({
  section,
  onOpen,
}: {
  readonly section: Section;
  readonly onOpen: (id: string) => void;
}): JSX.Element {
  return (
    <section>
      <h3>{section.title}</h3>
      {section.facts ? (
        <dl>
          {section.facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {section.list ? (
        <ul class="plain">
          {section.list.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      ) : null}
      {section.links ? (
        <ul class="links">
          {section.links.map(({ id, text }) => (
            <li key={id}>
              <button type="button" class="link" onClick={() => onOpen(id)}>
                {text}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

interface Props {
  readonly details: Details;
  readonly onOpen: (id: string) => void;
  readonly onShow: () => void;
  readonly onClose: () => void;
}

/** All that is known of one object. It gets the focus when it opens. */
export function Panel({ details, onOpen, onShow, onClose }: Props): JSX.Element {
  const { kind, name, on, problems, command, restart, drift, sections } = details;
  const heading = useRef<HTMLHeadingElement>(null);
  const aside = useRef<HTMLElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    aside.current?.scrollTo(0, 0);
  }, [kind, name, on?.id]);
  return (
    <aside ref={aside} class="panel" aria-label="Details">
      <header>
        <p class="kind">
          {kind}
          {on ? (
            <>
              {' on '}
              <button type="button" class="link" onClick={() => onOpen(on.id)}>
                {on.text}
              </button>
            </>
          ) : null}
        </p>
        <h2 ref={heading} tabIndex={-1}>
          {name}
        </h2>
        <p class="actions">
          <button type="button" class="button" onClick={onShow}>
            Show in the picture
          </button>
          <button
            type="button"
            class="button"
            onClick={onClose}
            aria-label="Close details"
            title="Close (Esc)"
          >
            Close
          </button>
        </p>
      </header>
      {problems.map((problem) => (
        <p key={problem} class="notice bad">
          {problem}
        </p>
      ))}
      {command ? (
        <section>
          <h3>Reach it</h3>
          <p class="command">
            <code>{command}</code>
            <CopyButton text={() => command}>Copy</CopyButton>
          </p>
        </section>
      ) : null}
      {restart.length > 0 ? (
        <section class="notice restart">
          <h3>Restart pending</h3>
          <ul class="plain">
            {restart.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {drift.length > 0 ? (
        <section class="notice drift">
          <h3>Drift: a run would change</h3>
          <ul class="plain">
            {drift.map((one) => (
              <DriftView key={`${one.kind} ${one.name}`} drift={one} />
            ))}
          </ul>
        </section>
      ) : null}
      {sections.map((section) => (
        <SectionView key={section.title} section={section} onOpen={onOpen} />
      ))}
    </aside>
  );
}
