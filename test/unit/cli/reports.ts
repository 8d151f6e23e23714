import type { CheckReport, ScanReport } from '@vermagic/shared';

/** The report of one module that loads, with what a test changes of it. */
export function checked(change: Partial<CheckReport> = {}, path = 'rootfs/lib/modules/6.1.0/demo.ko'): CheckReport {
  return {
    module: { path, name: 'demo', vermagic: null, compression: 'none', srcversion: null },
    target: { name: 'board', release: null, vermagic: null, origins: [] },
    verdict: 'loads',
    errno: null,
    dmesg: [],
    taint: '',
    findings: [],
    missing: [],
    ...change,
  };
}

/** The report of a scan of one module without faults, with what a test changes of it. */
export function scanned(change: Partial<ScanReport> = {}): ScanReport {
  return {
    target: { name: 'board', release: null, vermagic: null, origins: [] },
    modules: 1,
    loads: 1,
    refused: 0,
    undetermined: 0,
    results: [],
    findings: [],
    unsigned: 0,
    unreadable: [],
    notes: [],
    durationMs: 0,
    ...change,
  };
}
