import { setMaxListeners } from 'node:events';
import { inspect } from 'node:util';
import type { CampaignArguments } from './arguments.ts';
import { UsageError } from '../program/usage.ts';
import { campaignArguments, help } from './arguments.ts';
import { runCampaign } from './run-campaign.ts';

async function run(chosen: CampaignArguments): Promise<number> {
  if (chosen.help) {
    process.stdout.write(help);
    return 0;
  }
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  const report = (line: string) => void process.stderr.write(`[campaign] ${line}\n`);
  const line = await runCampaign({ chosen, signal: stopping.signal, report });
  process.stdout.write(
    chosen.json ? `${JSON.stringify(line)}\n` : `${inspect(line, { depth: 5 })}\n`,
  );
  report(`${line.verdict}: ${line.broken?.kills ?? 0} kills, ${line.violations.length} violations`);
  if (line.verdict === 'stopped') return 130;
  return line.verdict === 'held' ? 0 : 1;
}

try {
  // Nothing that is left of the log's connections may keep a finished campaign alive.
  process.exit(await run(campaignArguments(process.argv.slice(2))));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
