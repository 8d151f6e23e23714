import type { ExampleTarget, RuleExample } from '../rule-example.ts';

const orin: ExampleTarget = {
  name: 'orin-rt',
  vermagic: '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64',
};
const path = '/w/scripts/01_patch.sh';
const start = '#!/bin/bash\nset -e\n';

function forced(shows: string, text: string, ...at: readonly string[]): RuleExample {
  const finds = at.map((place) => ({ at: place, says: 'This script sets it in', noFix: true as const }));
  return { rule: 'force-load-enabled', shows, path, text: start + text, finds };
}

/** What scripts write into configurations: found by the rules for the configurations. */
export const scriptConfigExamples: readonly RuleExample[] = [
  forced('scripts/config', 'scripts/config --enable MODULE_FORCE_LOAD\n', '--enable MODULE_FORCE_LOAD'),
  forced(
    'scripts/config of a folder that only the shell knows, with short options, the full name and small letters',
    '"$KERNEL"/scripts/config --file "$OUT/.config" -d DEBUG_INFO -e CONFIG_module_force_load\n',
    '-e CONFIG_module_force_load',
  ),
  forced(
    'a value, and a place behind another symbol',
    'sudo ./scripts/config --set-val MODULE_FORCE_LOAD y\n./scripts/config -E MODULES MODULE_FORCE_LOAD\n',
    '--set-val MODULE_FORCE_LOAD y',
    '-E MODULES MODULE_FORCE_LOAD',
  ),
  forced(
    'a function and a loop',
    'enable() { ./scripts/config --enable "$1"; }\nenable MODULE_FORCE_LOAD\nfor o in IKCONFIG MODULE_FORCE_LOAD; do ./scripts/config -e $o; done\n',
    'MODULE_FORCE_LOAD',
    '-e $o',
  ),
  forced(
    'under a condition',
    'if [ "$DEBUG" = 1 ]; then\n  scripts/config -e MODULE_FORCE_LOAD\nfi\n',
    '-e MODULE_FORCE_LOAD',
  ),
  forced('echo', 'echo "CONFIG_MODULE_FORCE_LOAD=y" >> "$KERNEL/.config"\n', 'CONFIG_MODULE_FORCE_LOAD=y'),
  forced(
    'printf through tee into a file whose name only the shell knows',
    'printf "%s\\n" CONFIG_MODULE_FORCE_LOAD=y | sudo tee -a "$DEFCONFIG"\n',
    'CONFIG_MODULE_FORCE_LOAD=y',
  ),
  forced(
    'a here-document',
    'cat >> arch/arm64/configs/defconfig <<EOF\nCONFIG_PREEMPT_RT=y\nCONFIG_MODULE_FORCE_LOAD=y\nEOF\n',
    'CONFIG_MODULE_FORCE_LOAD=y',
  ),
  forced(
    'sed',
    "sed -i 's/# CONFIG_MODULE_FORCE_LOAD is not set/CONFIG_MODULE_FORCE_LOAD=y/' .config\n",
    "'s/# CONFIG_MODULE_FORCE_LOAD is not set/CONFIG_MODULE_FORCE_LOAD=y/'",
  ),
  forced(
    'sed with other delimiters, several expressions and an added line',
    "sed -i -e '/DEBUG_INFO/d' -e 's|.*CONFIG_MODULE_FORCE_LOAD.*|CONFIG_MODULE_FORCE_LOAD=y|' \"$CFG\"\nsed -i '$ a CONFIG_MODULE_FORCE_LOAD=y' .config\n",
    "'s|.*CONFIG_MODULE_FORCE_LOAD.*|CONFIG_MODULE_FORCE_LOAD=y|'",
    "'$ a CONFIG_MODULE_FORCE_LOAD=y'",
  ),
  forced('a later line that unsets it', 'scripts/config -e MODULE_FORCE_LOAD\nscripts/config -d MODULE_FORCE_LOAD\n'),
  forced(
    'a later line that unsets it in the configuration that is made of the defconfig',
    'echo CONFIG_MODULE_FORCE_LOAD=y >> defconfig\nmake defconfig\nscripts/config -d MODULE_FORCE_LOAD\n',
  ),
  forced(
    'a file that is written anew',
    'echo CONFIG_MODULE_FORCE_LOAD=y >> .config\nzcat /proc/config.gz > .config\nscripts/config -e IKCONFIG\n',
  ),
  forced(
    'a line that is taken out again',
    'scripts/config -e MODULE_FORCE_LOAD\nsed -i /CONFIG_MODULE_FORCE/d .config\n',
  ),
  forced('a value that only the shell knows', 'scripts/config --set-val MODULE_FORCE_LOAD "$FORCE"\n'),
  forced(
    'values that differ',
    'if [ "$1" = dbg ]; then V=y; else V=n; fi\nscripts/config --set-val MODULE_FORCE_LOAD $V\n',
  ),
  forced('questions', 'scripts/config --state MODULE_FORCE_LOAD\ngrep -q CONFIG_MODULE_FORCE_LOAD=y .config\n'),
  forced(
    'other files, other tools, text that is only shown',
    'echo CONFIG_MODULE_FORCE_LOAD=y\necho CONFIG_MODULE_FORCE_LOAD=y > notes.md\nconfig --enable MODULE_FORCE_LOAD\nsed s/x/CONFIG_MODULE_FORCE_LOAD=y/ .config\nsed -i s/x/CONFIG_MODULE_FORCE_LOAD=y/ README.md\n',
  ),
  {
    rule: 'force-load-enabled',
    shows: 'a Dockerfile',
    path: '/w/Dockerfile',
    text: 'FROM debian\nRUN cd /src && ./scripts/config -e MODULE_FORCE_LOAD\n',
    finds: [{ at: '-e MODULE_FORCE_LOAD', says: 'This script sets it in .config.' }],
  },
  {
    rule: 'force-unload-enabled',
    shows: 'removing modules by force, set by a script',
    path,
    text: `${start}scripts/config -e MODULE_FORCE_UNLOAD\n`,
    finds: [{ at: '-e MODULE_FORCE_UNLOAD', says: 'lets "rmmod -f" remove' }],
  },
  {
    rule: 'modversions-disabled',
    shows: 'a script takes the CRCs away',
    path,
    text: `${start}scripts/config --file .config --disable MODVERSIONS\n`,
    target: orin,
    finds: [{ at: '--disable MODVERSIONS', says: 'orin-rt has it' }],
  },
  {
    rule: 'modversions-disabled',
    shows: 'a script takes the CRCs away with sed',
    path,
    text: `${start}sed -i "s/^CONFIG_MODVERSIONS=.*/# CONFIG_MODVERSIONS is not set/" .config\n`,
    finds: [{ at: '"s/^CONFIG_MODVERSIONS=.*/# CONFIG_MODVERSIONS is not set/"', says: 'No symbol carries a CRC' }],
  },
  {
    rule: 'modversions-disabled',
    shows: 'a script that sets them',
    path,
    text: `${start}scripts/config -d MODVERSIONS -e MODVERSIONS\nsed -i 's/# CONFIG_MODVERSIONS is not set/CONFIG_MODVERSIONS=y/' .config\n`,
    finds: [],
  },
  {
    rule: 'mod-unload-differs',
    shows: 'modules that cannot be unloaded, on a target where they can',
    path,
    text: `${start}scripts/config -d MODULE_UNLOAD\n`,
    target: orin,
    finds: [{ at: '-d MODULE_UNLOAD', says: 'orin-rt has it' }],
  },
  {
    rule: 'preempt-drift',
    shows: 'another preemption model than the target has',
    path,
    text: `${start}./scripts/config -e PREEMPT -d PREEMPT_RT\n`,
    target: orin,
    finds: [{ at: '-d PREEMPT_RT', says: 'orin-rt has the word "preempt_rt"' }],
  },
  {
    rule: 'preempt-drift',
    shows: 'the preemption model of the target; a line of sed that says the same',
    path,
    text: `${start}scripts/config -d PREEMPT -e PREEMPT_RT\nsed -i 's/CONFIG_PREEMPT=y/CONFIG_PREEMPT_RT=y/' .config\n`,
    target: orin,
    finds: [],
  },
  {
    rule: 'preempt-drift',
    shows: 'variants, of which any may be the one that the target has',
    path,
    text: `${start}if [ "$RT" = 1 ]; then
  scripts/config -e PREEMPT_RT -d PREEMPT
else
  scripts/config -d PREEMPT_RT -e PREEMPT
fi
`,
    target: orin,
    finds: [],
  },
  {
    rule: 'preempt-drift',
    shows: 'variants that only set their own model, or come out of a variable',
    path,
    text: `${start}case $1 in rt) M=PREEMPT_RT ;; *) M=PREEMPT ;; esac
scripts/config -e $M
cat >> defconfig <<END
CONFIG_$M=y
END
echo "CONFIG_$M=y" >> .config
`,
    target: { ...orin, vermagic: '5.15.148-tegra SMP preempt mod_unload modversions aarch64' },
    finds: [],
  },
  {
    rule: 'preempt-drift',
    shows: 'a model out of a variable in a here-document alone',
    path,
    text: `${start}M=PREEMPT
[ "$1" = rt ] && M=PREEMPT_RT
cat >> defconfig <<END
CONFIG_$M=y
END
`,
    target: orin,
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'a suffix that the target does not have',
    path,
    text: `${start}scripts/config --set-str LOCALVERSION "-mine"\n`,
    target: orin,
    finds: [{ at: '--set-str LOCALVERSION "-mine"', says: 'CONFIG_LOCALVERSION adds "-mine" to the release' }],
  },
  {
    rule: 'localversion-drift',
    shows: 'a suffix out of a variable',
    path,
    text: `${start}SUFFIX=-tegra\nscripts/config --set-str LOCALVERSION "$SUFFIX"\n`,
    target: orin,
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'a suffix that only the shell knows, and an empty one',
    path,
    text: `${start}scripts/config --set-str LOCALVERSION "-rt$ANY"\necho "CONFIG_LOCALVERSION=\\"$ANY\\"" >> .config\nscripts/config --file a/.config --set-str LOCALVERSION ""\n`,
    target: orin,
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'against what the project pins',
    path,
    text: `${start}sed -i 's/^CONFIG_LOCALVERSION=.*/CONFIG_LOCALVERSION="-mine"/' .config\n`,
    files: { '/w/EXPECTED_VERMAGIC': `${orin.vermagic}\n` },
    finds: [{ at: `'s/^CONFIG_LOCALVERSION=.*/CONFIG_LOCALVERSION="-mine"/'`, says: 'EXPECTED_VERMAGIC' }],
  },
  {
    rule: 'localversion-plus',
    shows: 'the commit in the release, set by a script',
    path,
    text: `${start}scripts/config -e LOCALVERSION_AUTO\n`,
    finds: [{ at: '-e LOCALVERSION_AUTO', says: 'appends the commit' }],
  },
  {
    rule: 'sig-force-without-key',
    shows: 'enforced signatures with the key of the build',
    path,
    text: `${start}scripts/config -e MODULE_SIG_FORCE\n`,
    finds: [{ at: '-e MODULE_SIG_FORCE', says: 'the only key is the one this build makes' }],
  },
  {
    rule: 'sig-force-without-key',
    shows: 'enforced signatures with a key that only the shell knows',
    path,
    text: `${start}scripts/config -e MODULE_SIG_FORCE --set-str MODULE_SIG_KEY "$KEY"\n`,
    finds: [],
  },
];
