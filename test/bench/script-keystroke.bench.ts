import { nodeGrammarLoader } from '../../server/src/node/node-grammar-loader.ts';
import { Policy } from '../../server/src/rules/policy.ts';
import { lintDocument } from '../../server/src/service/lint-document.ts';
import { ShellParser } from '../../server/src/text/shell/shell-parser.ts';

/** Milliseconds of processor time that a keystroke in a script of 5,000 lines may cost until its findings are there. */
const budgetMs = 15;
const lines = 5_000;
const keystrokes = 120;
/** Keystrokes before the measured ones: they also pay for the compiler that makes the next ones fast. */
const warmUp = 60;

export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms';
  readonly budget: number;
}

/** What a maintainer's installer looks like: variables, functions, loops, tests, here-documents, packages, modules. */
export function longScript(): string {
  const block = (at: number): string => `
# Step ${at}: the driver of board ${at % 7}
STEP_${at}="step ${at}"
PKGS_${at}="libfoo${at} linux-libc-dev"
install_${at}() {
  local dir="/opt/vendor/\${BOARD:-generic}/${at}" name="driver_${at}"
  if [ ! -d "$dir" ]; then
    mkdir -p "$dir"
    echo "creating $dir for $name" >&2
  elif [ -e "$dir/$name.ko" ]; then
    log "already there: $(basename "$dir") of $STEP_${at}"
    return 0
  fi
  for file in a.conf b.conf "$name.rules"; do
    cp -v "\${SOURCE}/$file" "$dir/$file" || return 1
    sed -i "s/@NAME@/$name/g" "$dir/$file"
  done
  case "$BOARD" in
    orin*) depmod -a && modprobe "$name" debug=1 ;;
    nano) insmod "$dir/$name.ko" ;;
    *) log "nothing to load on $BOARD" ;;
  esac
  cat > "/etc/modprobe.d/$name.conf" <<EOF
options $name debug=\${DEBUG:-0}
EOF
  if ! systemctl is-active --quiet "vendor-${at}.service"; then
    sudo systemctl restart "vendor-${at}.service" | tee -a "$LOG" >/dev/null
  fi
}
apt-get install -y $PKGS_${at}
install_${at} "$1" "\${2:-none}" && log "done with \${STEP_${at}}"
`;
  const head = '#!/bin/bash\nset -eu\nLOG=/var/log/vendor.log\nlog() { printf "%s\\n" "$*" | tee -a "$LOG"; }\n';
  const blocks = Array.from({ length: Math.ceil(lines / 33) }, (_, at) => block(at));
  return `${head}${blocks.join('')}`;
}

/** Processor time of a keystroke, median of `keystrokes` at a place in the script (0 to 1), in milliseconds. */
export async function keystrokeMs(script: string, place: number, typed: string): Promise<number> {
  const shell = await ShellParser.create(nodeGrammarLoader());
  const policy = new Policy({ packs: ['jetson-l4t'] });
  const uri = 'file:///w/install.sh';
  const line = script.indexOf('\n# Step ', Math.floor(script.length * place)) + 1;
  const lint = (text: string) => lintDocument({ uri, text }, { policy, shell, workspaceUri: 'file:///w' });
  const times: number[] = [];
  let findings = 0;
  for (let count = 0; count < warmUp + keystrokes; count++) {
    const text = `${script.slice(0, line)}${typed.slice(0, (count % typed.length) + 1)}\n${script.slice(line)}`;
    const before = process.cpuUsage();
    findings += (await lint(text)).length;
    const { user, system } = process.cpuUsage(before);
    if (count >= warmUp) times.push((user + system) / 1000);
  }
  shell.dispose();
  if (findings < keystrokes / 2) throw new Error('the script has findings; a run without any measures nothing');
  return times.toSorted((one, two) => one - two)[keystrokes >> 1] ?? Number.NaN;
}

/** A keystroke at the head of the script (all the rest may depend on it), in the middle, and near the end. */
export async function run(): Promise<readonly Measured[]> {
  const script = `${longScript()}\nsudo insmod -f "$DIR/x.ko"\n# Step last\n`;
  const results: Measured[] = [];
  for (const [where, place] of [
    ['at the head', 0],
    ['in the middle', 0.5],
    ['near the end', 0.99],
  ] as const) {
    const value = await keystrokeMs(script, place, 'sudo modprobe --first-time "$X"');
    results.push({ name: `keystroke ${where} of a 5,000-line script`, value, unit: 'ms', budget: budgetMs });
  }
  return results;
}

if (import.meta.main) {
  for (const { name, value, unit, budget } of await run()) {
    console.log(`${name}: ${value.toFixed(1)} ${unit} (budget ${budget})`);
  }
}
