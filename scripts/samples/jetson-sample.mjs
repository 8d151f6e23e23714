// Fills samples/jetson-rt with kernel facts and modules; samples/README.md says what each stands for.
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheDirectory, headersDirectory, headersWithSymvers, newestRelease, run } from './debian-kernels.mjs';
import { writeKernelFacts } from './kernel-facts.mjs';
import { buildModules, copySymvers, editSymvers, importedSymbols } from './module-build.mjs';

const sample = resolve(import.meta.dirname, '../../samples/jetson-rt');

function readText(path) {
  return readFileSync(path, 'utf8');
}

/** Signs with a key that is made here and thrown away: no keyring of the world has it. */
function signWithThrowAwayKey(headers, module) {
  const directory = join(cacheDirectory, 'build', 'throw-away-key');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const key = join(directory, 'key.pem');
  const certificate = join(directory, 'certificate.pem');
  run('openssl', [
    ...['req', '-new', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', '36500', '-batch'],
    ...['-subj', '/O=Vermagic samples/CN=Skua bench signing key', '-keyout', key, '-out', certificate],
  ]);
  run(join(headers, 'scripts', 'sign-file'), ['sha256', key, certificate, module]);
  rmSync(directory, { recursive: true, force: true });
}

/** Where each module of the image comes from: every line is one cause a real image has gone wrong by. */
function buildAll(rt, stock, host) {
  const orca = join(sample, 'source', 'orca');
  const skua = join(sample, 'source', 'skua');
  const arm64 = { headers: rt, architecture: 'arm64' };
  const symvers = readText(join(rt, 'Module.symvers'));

  const orcaRt = buildModules({
    ...arm64,
    name: 'orca-rt',
    source: orca,
    modules: ['orca_npu', 'orca_stream'],
  });
  const fabric = buildModules({ ...arm64, name: 'orca-fabric', source: orca, modules: ['orca_fabric'] });
  const ring = buildModules({
    ...arm64,
    name: 'orca-ring',
    source: orca,
    modules: ['orca_ring'],
    extraSymbols: [join(fabric, 'Module.symvers')],
  });

  const onceOpen = join(cacheDirectory, 'build', 'once-open.symvers');
  const orcaSymvers = readText(join(orcaRt, 'Module.symvers'));
  writeFileSync(onceOpen, orcaSymvers.replaceAll('EXPORT_SYMBOL_GPL', 'EXPORT_SYMBOL'));
  const telemetry = buildModules({
    ...arm64,
    name: 'orca-telemetry',
    source: orca,
    modules: ['orca_telemetry'],
    extraSymbols: [onceOpen],
  });

  const otherCrc = (columns) => [
    `0x${((Number(columns[0]) ^ 0x5a5a5a5a) >>> 0).toString(16).padStart(8, '0')}`,
    ...columns.slice(1),
  ];
  const drifted = editSymvers(symvers, '__get_free_pages', otherCrc);
  const dma = buildModules({
    ...arm64,
    headers: headersWithSymvers(rt, join(cacheDirectory, 'build', 'headers-drifted'), drifted),
    name: 'orca-dma',
    source: orca,
    modules: ['orca_dma'],
  });
  const debugfs = buildModules({
    ...arm64,
    headers: headersWithSymvers(rt, join(cacheDirectory, 'build', 'headers-no-symvers'), undefined),
    name: 'orca-debugfs',
    source: orca,
    modules: ['orca_debugfs'],
  });
  const hostLink = buildModules({
    headers: host,
    architecture: 'amd64',
    name: 'orca-host',
    source: orca,
    modules: ['orca_host'],
  });

  const skuaRt = buildModules({
    ...arm64,
    name: 'skua-rt',
    source: skua,
    modules: ['skua_deser', 'skua_cam', 'skua_ctl', 'skua_led', 'skua_lens', 'skua_sync'],
  });
  const onceUnnamed = join(cacheDirectory, 'build', 'once-unnamed.symvers');
  writeFileSync(onceUnnamed, readText(join(skuaRt, 'Module.symvers')).replaceAll('\tSKUA_LINK', '\t'));
  const trigger = buildModules({
    ...arm64,
    name: 'skua-trigger',
    source: skua,
    modules: ['skua_trigger'],
    extraSymbols: [onceUnnamed],
  });
  const imu = buildModules({ ...arm64, headers: stock, name: 'skua-imu', source: skua, modules: ['skua_imu'] });
  const referenceStock = buildModules({
    ...arm64,
    headers: stock,
    name: 'reference-stock',
    source: orca,
    modules: ['orca_npu'],
  });
  signWithThrowAwayKey(rt, join(skuaRt, 'skua_led.ko'));
  return { orcaRt, ring, telemetry, dma, debugfs, hostLink, skuaRt, trigger, imu, referenceStock };
}

export function buildJetsonSample() {
  const rtRelease = newestRelease('6.1', 'rt-arm64', 'arm64');
  const stockRelease = newestRelease('6.1', 'arm64', 'arm64');
  const hostRelease = newestRelease('6.1', 'amd64', 'amd64');
  const rt = headersDirectory(rtRelease, 'arm64');
  const stock = headersDirectory(stockRelease, 'arm64');
  const host = headersDirectory(hostRelease, 'amd64');
  const built = buildAll(rt, stock, host);

  rmSync(join(sample, 'rootfs', 'lib'), { recursive: true, force: true });
  const updates = join(sample, 'rootfs', 'lib', 'modules', rtRelease, 'updates');
  const install = (directory, folder, names) => {
    mkdirSync(join(updates, folder), { recursive: true });
    for (const name of names) copyFileSync(join(directory, `${name}.ko`), join(updates, folder, `${name}.ko`));
  };
  install(built.orcaRt, 'orca', ['orca_npu', 'orca_stream']);
  install(built.ring, 'orca', ['orca_ring']);
  install(built.telemetry, 'orca', ['orca_telemetry']);
  install(built.dma, 'orca', ['orca_dma']);
  install(built.debugfs, 'orca', ['orca_debugfs']);
  install(built.hostLink, 'orca', ['orca_host']);
  install(built.skuaRt, 'skua', ['skua_deser', 'skua_cam', 'skua_ctl', 'skua_led']);
  install(built.trigger, 'skua', ['skua_trigger']);
  install(built.imu, 'skua', ['skua_imu']);

  run('xz', ['--force', '--check=crc32', '--lzma2=dict=1MiB', join(updates, 'skua', 'skua_cam.ko')]);
  const whole = readFileSync(join(built.skuaRt, 'skua_sync.ko'));
  writeFileSync(join(updates, 'skua', 'skua_sync.ko'), whole.subarray(0, whole.length >> 1));
  writeFileSync(join(updates, 'skua', 'skua_lens.ko'), Buffer.alloc(statSync(join(built.skuaRt, 'skua_lens.ko')).size));

  for (const provider of [
    ['orca', built.orcaRt],
    ['skua', built.skuaRt],
  ]) {
    copySymvers(provider[1], join(sample, 'source', provider[0]));
  }

  const used = new Set(['module_layout']);
  const linked = [
    built.orcaRt,
    built.ring,
    built.telemetry,
    built.dma,
    built.debugfs,
    built.skuaRt,
    built.trigger,
    built.imu,
  ];
  for (const directory of linked) for (const symbol of importedSymbols(directory)) used.add(symbol);
  for (const [folder, headers, release, reference] of [
    ['build-rt', rt, rtRelease, join(built.orcaRt, 'orca_npu.ko')],
    ['build-stock', stock, stockRelease, join(built.referenceStock, 'orca_npu.ko')],
  ]) {
    const directory = join(sample, 'kernel', folder);
    rmSync(directory, { recursive: true, force: true });
    writeKernelFacts({ headers, directory, release, used, referenceModule: reference });
  }

  writePins(rtRelease);
  console.log(`samples/jetson-rt: modules for ${rtRelease}, one for ${stockRelease}, one for ${hostRelease}`);
}

/** The release written where the project pins it; everything else in those files is by hand. */
function writePins(release) {
  const vermagic = `${release} SMP preempt_rt mod_unload modversions aarch64`;
  const match = /^(\d+\.\d+\.\d+)(.*)$/.exec(release);
  if (match === null) throw new Error(`${release} is no kernel release`);
  const [, base, local] = match;
  writeFileSync(join(sample, 'EXPECTED_VERMAGIC'), `${vermagic}\n`);
  const pins = join(sample, 'versions.env');
  const text = readText(pins)
    .replace(/^KERNEL_BASE_VERSION=.*$/m, `KERNEL_BASE_VERSION=${base}`)
    .replace(/^LOCALVERSION=.*$/m, `LOCALVERSION=${local}`);
  writeFileSync(pins, text);
  const expectations = join(sample, '..', 'expectations.json');
  writeFileSync(expectations, readText(expectations).replaceAll(/lib\/modules\/[^/"]+\//g, `lib/modules/${release}/`));
  const manifest = join(sample, 'BUILD_MANIFEST.json');
  const content = JSON.parse(readText(manifest));
  writeFileSync(manifest, `${JSON.stringify({ ...content, kernel_release: release, vermagic }, null, 2)}\n`);
}
