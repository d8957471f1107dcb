// JsSIP for a page, as tests that need a stranger's SIP in a browser have it.
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';

const web = createRequire(new URL('../../web/package.json', import.meta.url));
const esbuild = createRequire(web.resolve('vite'))('esbuild');

/** JsSIP as one script, and a page that 127.0.0.1 makes a secure context of. */
export async function servePage() {
  const bundle = esbuild.buildSync({
    entryPoints: [web.resolve('jssip')], bundle: true, write: false, format: 'iife', globalName: 'JsSIP', define: { global: 'window' },
  }).outputFiles[0].text;
  const server = http.createServer((request, response) => {
    const script = request.url === '/jssip.js';
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ? bundle : '<!doctype html><title>t</title><script src="/jssip.js"></script>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
