/** The name of the file that a URL leads to: the last part of its path, or its host when the path is empty. */
export function fileNameOf(url: string): string {
  const { pathname, host } = new URL(url);
  const [last = host] = decoded(pathname).split('/').filter(Boolean).reverse();
  return last;
}

// A lone percent sign is valid for servers.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
