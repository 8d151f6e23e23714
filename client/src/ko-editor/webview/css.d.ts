/** The bundler makes a style sheet beside the script of each imported one. */
declare module '*.css';
