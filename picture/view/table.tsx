import type { JSX } from 'preact';
import { bytes } from '../format.ts';
import { guestsOf, type Model } from '../model/model.ts';

interface Props {
  readonly model: Model;
  readonly found?: ReadonlySet<string> | undefined;
  readonly onOpen: (id: string) => void;
}

/** The same as a table: for those who read better than they look, and for the printer. */
export const Table = ({ model, found, onOpen }: Props): JSX.Element => (
  <div class="tables">
    {model.hosts.map((host) => (
      <section key={host.id} aria-label={`Hypervisor ${host.name}`}>
        <h2>
          <button type="button" class="link" onClick={() => onOpen(host.id)}>
            {host.name}
          </button>
          {host.cloud.info ? <small>{host.cloud.info.host.release}</small> : null}
        </h2>
        {host.cloud.problems.map((problem) => (
          <p key={problem} class="notice bad">
            {problem}
          </p>
        ))}
        <ul class="links">
          {host.bridges.flatMap((bridge) =>
            [bridge, ...bridge.networks].map((item) => (
              <li key={item.id}>
                <button type="button" class="link" onClick={() => onOpen(item.id)}>
                  {`${item.kind} ${item.name}`}
                </button>
              </li>
            )),
          )}
        </ul>
        {guestsOf(host).length > 0 ? (
          <table>
            <thead>
              <tr>
                {[
                  'Guest',
                  'State',
                  'Addresses',
                  'Bridges',
                  'VLANs',
                  'Memory',
                  'CPUs',
                  'Drift',
                  'Restart',
                ].map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {guestsOf(host)
                .filter(({ id }) => found === undefined || found.size === 0 || found.has(id))
                .map((guest) => (
                  <tr key={guest.id}>
                    <th scope="row">
                      <button type="button" class="link" onClick={() => onOpen(guest.id)}>
                        {guest.name}
                      </button>
                    </th>
                    <td>{guest.isContainer ? `${guest.stateText}, container` : guest.stateText}</td>
                    <td>{guest.addresses.join(', ')}</td>
                    <td>{guest.bridges.join(', ')}</td>
                    <td>{guest.vlans.join(', ')}</td>
                    <td>{guest.info ? bytes(guest.info.memory) : ''}</td>
                    <td>{guest.info?.vcpus ?? ''}</td>
                    <td>{guest.drift.flatMap(({ changes }) => changes).join('; ')}</td>
                    <td>{guest.restart.length > 0 ? 'pending' : ''}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        ) : null}
      </section>
    ))}
  </div>
);
