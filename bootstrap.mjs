/**
 * The one entry of the root scripts: checks the tools, installs, builds, runs. It has no dependency
 * and runs on any Node, so that it can say what is missing on a machine that has nothing yet.
 *
 *   node bootstrap.mjs <demo|start|test|stack|cli|bench|simulate|truth|campaign> [arguments of the command]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const manifest = createRequire(import.meta.url)('./package.json');

/** What each command runs, and the package that must be built for it (all, if none is named). */
const commands = {
  demo: { main: 'infra/demo/dist/main.js' },
  start: { main: 'infra/local/dist/main.js', first: ['start'] },
  // Whether the rest builds is one of the checks that it counts.
  test: { main: 'infra/testing/dist/main.js', build: '@plumbline/testing' },
  stack: { main: 'infra/local/dist/main.js', first: ['stack'], build: '@plumbline/local' },
  cli: { main: 'infra/cli/dist/main.js', build: '@plumbline/cli' },
  bench: { main: 'infra/bench/dist/main.js' },
  simulate: { main: 'infra/integrity/dist/simulation/main.js', build: '@plumbline/integrity' },
  truth: { main: 'infra/integrity/dist/truth/main.js', build: '@plumbline/integrity' },
  campaign: { main: 'infra/integrity/dist/campaign/main.js' },
};

const nodeMin = [20, 19];
const javaMin = 17;
const mavenMin = [3, 8];

const say = (text) => process.stderr.write(`${text}\n`);

class Stop extends Error {}

/** Runs a program quietly; resolves with its exit code and everything it wrote. */
function capture(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 127, output: String(error.message) }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function atLeast(version, min) {
  const [major = 0, minor = 0] = version;
  return major > min[0] || (major === min[0] && minor >= (min[1] ?? 0));
}

const numbersOf = (text) => text.split('.').map((part) => Number.parseInt(part, 10));

function nodeProblem() {
  const version = process.versions.node;
  if (atLeast(numbersOf(version), nodeMin)) return null;
  return `Node ${nodeMin.join('.')} or later is needed, and this is ${version}.
    Get it from https://nodejs.org, or with a version manager: nvm install 22`;
}

async function javaProblem() {
  const home = process.env.JAVA_HOME;
  const ofHome = home && join(home, 'bin', 'java');
  const java = ofHome && existsSync(ofHome) ? ofHome : 'java';
  const { code, output } = await capture(java, ['-version']);
  const found = /version "(?:1\.)?(\d+)/.exec(output);
  if (code === 0 && found && Number(found[1]) >= javaMin) return null;
  return `A JDK of version ${javaMin} or later is needed for Kafka and the schema registry; ${found ? `${java} is version ${found[1]}` : 'there is no java on the PATH and none in JAVA_HOME'}.
    Debian, Ubuntu: apt-get install openjdk-17-jdk-headless   macOS: brew install openjdk   others: https://adoptium.net`;
}

async function mavenProblem() {
  const { code, output } = await capture('mvn', ['-version']);
  // The version stands between colour codes when Maven thinks that it writes to a terminal.
  const found = /Apache Maven (\d+)\.(\d+)/.exec(output);
  if (code === 0 && found && atLeast([Number(found[1]), Number(found[2])], mavenMin)) return null;
  const why = found
    ? `mvn is version ${found[1]}.${found[2]}`
    : code === 127
      ? 'there is no mvn on the PATH'
      : `mvn -version fails: ${output.trim().split('\n')[0]}`;
  return `Maven ${mavenMin.join('.')} or later is needed to fetch Kafka and the schema registry; ${why}.
    Debian, Ubuntu: apt-get install maven   macOS: brew install maven   others: https://maven.apache.org/download.cgi`;
}

/** True if the command starts the local stack; only that needs Java and Maven. */
function startsStack(command, args) {
  const asksForHelp = args.some((arg) => ['--help', '-h', '--list'].includes(arg));
  if (['cli', 'simulate', 'truth'].includes(command) || asksForHelp) return false;
  if (command === 'stack') return args.includes('up');
  if (command === 'start' || command === 'demo') return !process.env.PLUMBLINE_KAFKA_BROKERS;
  if (command === 'test') {
    const only = args.join(' ').match(/--only[ =](\S+)/)?.[1];
    return !only || /\b(int|e2e)\b/.test(only);
  }
  return true;
}

async function checkTools(command, args) {
  const problems = await Promise.all([
    nodeProblem(),
    ...(startsStack(command, args) ? [javaProblem(), mavenProblem()] : []),
  ]);
  const found = problems.filter(Boolean);
  if (found.length === 0) return;
  throw new Stop(`Plumbline cannot run here yet:\n${found.map((p) => `  - ${p}`).join('\n')}`);
}

/** Changes with everything that an install depends on. */
function installStamp() {
  const hash = createHash('sha256').update(`node ${process.versions.modules} ${process.platform}`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const folder of ['schemas', 'infra', 'streams', 'services'])
    for (const name of readdirSync(join(root, folder)).sort())
      files.push(join(folder, name, 'package.json'));
  for (const file of files)
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** pnpm as the root package.json pins it; npx puts it on the PATH, where turbo looks for it. */
const pnpm = (...args) => ['npx', ['--yes', manifest.packageManager, ...args]];

const quietEnv = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
  // What pnpm would otherwise ask on a terminal that nobody looks at.
  CI: process.env.CI ?? 'true',
};

/** Runs a step with a line after three seconds, one every five, and its output if it fails. */
async function step(title, [program, args]) {
  const begin = Date.now();
  const seconds = () => Math.round((Date.now() - begin) / 1000);
  const first = setTimeout(() => say(`${title} …`), 3000);
  const ticker = setInterval(() => say(`${title} … ${seconds()} s`), 5000);
  const { code, output } = await capture(program, args, { env: quietEnv });
  clearTimeout(first);
  clearInterval(ticker);
  if (code === 0) {
    if (seconds() >= 5) say(`${title} … done in ${seconds()} s`);
    return;
  }
  throw new Stop(`${output.trimEnd()}\n\n${title} failed (code ${code}); its output is above.`);
}

async function install() {
  const stampFile = join(root, 'node_modules', '.plumbline-install');
  const stamp = installStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  await step('Installing packages', pnpm('install', '--frozen-lockfile'));
  writeFileSync(stampFile, stamp);
}

function build(only) {
  const filter = only ? [`--filter=${only}`] : [];
  return step('Building', pnpm('exec', 'turbo', 'run', 'build', ...filter));
}

/** Runs the entry with this terminal, and ends as it ends. */
function run({ main, first = [] }, args) {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(root, main), ...first, ...args],
    {
      stdio: 'inherit',
    },
  );
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

async function main() {
  const [name, ...args] = process.argv.slice(2);
  const command = commands[name];
  if (!command)
    throw new Stop(`Usage: node bootstrap.mjs <${Object.keys(commands).join('|')}> [arguments]`);
  await checkTools(name, args);
  await install();
  await build(command.build);
  return run(command, args);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  say(error.message);
  process.exitCode = 1;
}
