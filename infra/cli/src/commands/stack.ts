import type { Command } from 'commander';
import type { RunCommand } from './command.ts';

/** The stack has a command of its own, which needs none of the servers that this one talks to. */
export function addStack(program: Command, run: RunCommand): void {
  program
    .command('stack')
    .description('Say how to start and stop the local stack')
    .allowUnknownOption()
    .argument('[action...]', 'up, status, down, topics, reset')
    .action((action: readonly string[]) =>
      run(({ out }) => {
        out.line(`npm run stack -- ${action.join(' ') || '<up|status|down|topics|reset>'}`);
        return Promise.resolve(0);
      }),
    );
}
