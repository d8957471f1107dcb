// web/src/lib/ladder.ts by itself: columns, F numbers, the list of messages.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

// esbuild comes with vite; it takes the types off.
const web = createRequire(createRequire(new URL('../../web/package.json', import.meta.url)).resolve('vite'));
const built = web('esbuild').buildSync({
  entryPoints: [fileURLToPath(new URL('../../web/src/lib/ladder.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
});
const { columnsOf, marksOf, withMessage } = await import(
  `data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString('base64')}`
);

// "A>P INVITE 1" or "P>A 200 INVITE 1": the way, perhaps a status, method and CSeq number.
function messages(...lines) {
  return lines.map((line, i) => {
    const [way, ...words] = line.split(' ');
    const status = /^\d+$/.test(words[0]) ? Number(words.shift()) : undefined;
    const again = words[2] === 'again';
    const [from, to] = way.split('>');
    const [method, cseq] = [words[0], Number(words[1])];
    return { number: i + 1, from, to, method, cseq, status, request: !status, call_id: 'x', retransmission: again };
  });
}
const marked = (...lines) => {
  const marks = marksOf(messages(...lines));
  return lines.filter((_, i) => marks.has(i + 1)).map((line, i) => {
    assert.equal(marks.get(lines.indexOf(line) + 1), `F${i + 1}`);
    return line;
  });
};

test('the proxy stands between the first phone and the others', () => {
  assert.deepEqual(columnsOf(['A', 'B', 'C'], messages('A>P REGISTER 1')), ['A', 'P', 'B', 'C']);
});

test('without a proxy there is no column for one; strangers come last', () => {
  assert.deepEqual(columnsOf(['A', 'B'], messages('A>z:1 INVITE 1', 'y:2>A INVITE 1')), ['A', 'B', 'y:2', 'z:1']);
  assert.deepEqual(columnsOf([], []), []);
});

test('registration, 100 Trying and repeats have no number', () => {
  assert.deepEqual(
    marked('A>P REGISTER 1', 'P>A 200 REGISTER 1', 'A>P INVITE 1', 'P>A 100 INVITE 1', 'A>P INVITE 1 again', 'P>A 180 INVITE 1'),
    ['A>P INVITE 1', 'P>A 180 INVITE 1'],
  );
});

test('a request that was asked for its password is no step, nor are the answer and its ACK', () => {
  assert.deepEqual(marked('A>P INVITE 1', 'P>A 407 INVITE 1', 'A>P ACK 1', 'A>P INVITE 2', 'P>B INVITE 2'), [
    'A>P INVITE 2',
    'P>B INVITE 2',
  ]);
});

test('a challenge hides nothing that comes the other way with the same CSeq', () => {
  assert.deepEqual(marked('A>P INVITE 1', 'P>A 407 INVITE 1', 'A>P ACK 1', 'P>A INVITE 1', 'A>P 200 INVITE 1'), [
    'P>A INVITE 1',
    'A>P 200 INVITE 1',
  ]);
});

test('a message that is told again takes its own place', () => {
  const three = messages('A>P INVITE 1', 'P>B INVITE 1', 'B>P 180 INVITE 1');
  const lost = { ...three[1], lost: true };
  assert.deepEqual(withMessage(three, lost, 10), [three[0], lost, three[2]]);
  assert.deepEqual(withMessage([three[0], three[2]], three[1], 10), three);
  assert.deepEqual(withMessage([], three[0], 10), [three[0]]);
});

test('only the youngest messages are kept', () => {
  const three = messages('A>P INVITE 1', 'P>B INVITE 1', 'B>P 180 INVITE 1');
  assert.deepEqual(withMessage(three.slice(0, 2), three[2], 2), three.slice(1));
});
