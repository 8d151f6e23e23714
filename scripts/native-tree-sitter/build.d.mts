/** The program's path, built and kept in .cache; or in one line why there is none. */
export function nativeTreeSitter(): { readonly program: string } | { readonly reason: string };
