// The text of /etc/network/interfaces and of the files that it reads, see interfaces(5).

const KEYWORD =
  /^\s*(iface|mapping|auto|allow-\S+|rename|source|source-directory|template|no-auto-down|no-scripts)\s/;
const RAISING = /^(\s*(?:auto|allow-\S+)\s+)(.*)$/;

/** A line with those that it continues on by a backslash at its end. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open = false;
  for (const line of text.split('\n')) {
    if (open) lines.push(`${lines.pop()}\n${line}`);
    else lines.push(line);
    open = line.endsWith('\\');
  }
  return lines;
}

const ofInterface = (line: string, name: string) => /^\s*iface\s+(\S+)/.exec(line)?.[1] === name;
const isOption = (line: string) => !/^\s*(#|$)/.test(line) && !KEYWORD.test(line);

interface Parts {
  /** The text without the interface. */
  readonly rest: string;
  /** The lines of the interface's stanzas. */
  readonly stanzas: readonly string[];
}

/** Splits a text into the stanzas of one interface and the rest, with its comments. */
export function partOf(text: string, name: string): Parts {
  const rest: string[] = [];
  const stanzas: string[] = [];
  let inside = false;
  for (const line of logicalLines(text)) {
    if (KEYWORD.test(line)) inside = ofInterface(line, name);
    if (inside && (KEYWORD.test(line) || isOption(line))) {
      stanzas.push(line);
      continue;
    }
    const [, head, names] = RAISING.exec(line) ?? [];
    const words = names?.split(/\s+/) ?? [];
    if (!head || !words.includes(name)) rest.push(line);
    else if (words.some((word) => word !== name && word !== '')) {
      rest.push(`${head}${words.filter((word) => word !== name).join(' ')}`);
    }
  }
  return { rest: rest.join('\n'), stanzas };
}
