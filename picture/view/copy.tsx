import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

/** Where the browser has no clipboard for pages. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'hidden';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

/** @returns whether the text is in the clipboard */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** A button that copies a text, and says so. */
export function CopyButton({
  text,
  children,
}: {
  readonly text: () => string;
  readonly children: string;
}): JSX.Element {
  const [said, say] = useState('');
  const onClick = async () => {
    say((await copy(text())) ? 'Copied' : 'Not copied');
    setTimeout(() => say(''), 2000);
  };
  return (
    <button type="button" class="button" onClick={onClick} aria-live="polite">
      {said || children}
    </button>
  );
}
