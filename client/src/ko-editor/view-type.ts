/** The `viewType` of `contributes.customEditors` in package.json. */
export const editorViewType = 'vermagic.kernelModule';
