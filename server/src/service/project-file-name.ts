/** The project's own file: its kernels, its law, how it is built. */
export const projectFileName = 'vermagic.json';
