export * from './pipeline.ts';
export * from './protocol.ts';
export * from './report.ts';
export * from './symvers-report.ts';
export * from './verify.ts';
