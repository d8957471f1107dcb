import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `npm run dev` serves the page from source beside a running `offhook demo`.
const demo = process.env.OFFHOOK_DEMO ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  // assets/ holds what carries a hash in its name: the server lets browsers keep it for good.
  build: { target: 'es2021', assetsDir: 'assets', sourcemap: false },
  // The demo refuses pages of other origins, so the request says it is of the demo's own.
  server: { proxy: { '/api': { target: demo, ws: true, changeOrigin: true, headers: { origin: demo } } } },
});
