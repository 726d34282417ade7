import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/**
 * GraphiQL's style sheet carries 360 kB of Latin fonts as data URIs. The pages are Chinese and use
 * the fonts of the system, so the fonts stay out of the binary.
 */
const withoutFonts: Plugin = {
  name: 'without-fonts',
  enforce: 'pre',
  transform: {
    filter: { id: /graphiql\/dist\/style\.css/ },
    handler: (code) => ({ code: code.replace(/@font-face\s*\{[^}]*\}/g, ''), map: null }),
  },
};

// The server that answers /graphql and /session while `npx vite` serves the pages.
const backend = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [withoutFonts, react()],
  build: {
    // Offices run browsers that lag years behind; Windows 7 stops at Chrome 109.
    target: ['chrome87', 'firefox78', 'safari14'],
    rolldownOptions: { input: ['index.html', 'graphiql.html'] },
    // GraphiQL is one large page on its own; a warning at 500 kB would only be noise.
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { '/graphql': { target: backend, ws: true }, '/session': backend, '/healthz': backend } },
});
