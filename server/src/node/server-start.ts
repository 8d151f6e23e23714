import module from 'node:module';

// Node 22 and later keep the compiled code between starts; this must be asked for before the server's code is loaded.
module.enableCompileCache?.();
void import('./server-main.ts').then(() => {
  // Node writes it when the process exits by itself; an editor may end the server otherwise.
  setTimeout(() => module.flushCompileCache?.(), 3000).unref();
});
