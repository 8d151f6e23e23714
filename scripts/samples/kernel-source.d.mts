export function kernelSource(series: string): string;
export function sourceVersion(folder: string): string;
