import { render } from 'preact';
import type { Cloud } from '../cloud.ts';
import { App } from './app.tsx';

// The page's script: it reads the data in the page, and draws.

/** The data in the page. @throws Error that says what is wrong with it */
function readCloud(): Cloud {
  const cloud: unknown = JSON.parse(document.getElementById('cloud')?.textContent ?? 'null');
  if (typeof cloud !== 'object' || cloud === null || !('version' in cloud)) {
    throw new Error('This page has no data: the playbook piecewise.cloud.picture writes it with them.');
  }
  if (cloud.version !== 1)
    throw new Error(`This page can't show data of version ${cloud.version}: write both again.`);
  return cloud as Cloud;
}

const root = document.getElementById('app') as HTMLElement;
try {
  render(<App cloud={readCloud()} />, root);
  // Two frames later, all is on the screen.
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('drawn')));
} catch (error) {
  root.textContent = error instanceof Error ? error.message : String(error);
}
