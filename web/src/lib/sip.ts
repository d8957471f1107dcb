// A message's text cut into the pieces that are shown in different colours. No parser: only what the eye wants.

export type Piece = { kind: 'start' | 'name' | 'value' | 'body'; text: string };

export function lines(text: string): Piece[][] {
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/);
  const [start = '', ...headers] = head.split(/\r?\n/);
  const body = rest.join('\n\n').replace(/\s+$/, '');
  const out: Piece[][] = [[{ kind: 'start', text: start }]];
  for (const header of headers) {
    const colon = header.indexOf(':');
    const folded = /^[ \t]/.test(header) || colon < 0;
    out.push(
      folded
        ? [{ kind: 'value', text: header }]
        : [
            { kind: 'name', text: header.slice(0, colon + 1) },
            { kind: 'value', text: header.slice(colon + 1) },
          ],
    );
  }
  if (body) out.push([], ...body.split(/\r?\n/).map((line): Piece[] => [{ kind: 'body', text: line }]));
  return out;
}
