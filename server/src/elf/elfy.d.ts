/** What this project uses of elfy 1.0.0, which brings no types of its own. */
declare module 'elfy' {
  interface Section {
    readonly name: string;
    readonly addr: number;
    readonly off: number;
    readonly size: number;
    readonly link: number;
    readonly info: number;
  }
  const elfy: {
    parse(image: Uint8Array): { readonly body: { readonly sections: readonly Section[] } };
  };
  export default elfy;
}
